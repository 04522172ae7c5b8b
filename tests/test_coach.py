"""The coach: what it says of a poor text, and that it keeps quiet about a good one."""

from pathlib import Path

import pytest

from app.aids.document import read
from app.aids.render import images_in, render
from app.publishing.coach import Advice, advise

LIBRARY = Path(__file__).parent.parent / "jobaids"
FRONT = (
    "title: Refund an order\nsummary: Give the money back.\ntasks: [issue-refund]\nkeywords: [money back]\nowner: ana\n"
)
STEPS = "## Quick steps\n1. Open the order. Its status is **Paid**.\n2. Press **Refund**.\n\n"
BODY = f"{STEPS}## If it goes wrong\nAsk Ana.\n"


def coached(front: str = FRONT, body: str = BODY, language: str = "en") -> list[Advice]:
    document = read(f"---\n{front}---\n{body}")
    return advise(document, render(document, "refund.md", dict.fromkeys(images_in(document), "/x")), language)


def without(key: str) -> str:
    return "".join(f"{line}\n" for line in FRONT.splitlines() if not line.startswith(key))


def test_a_good_text_gets_no_advice() -> None:
    assert coached() == []


@pytest.mark.parametrize(
    ("front", "field", "said"),
    [
        (without("tasks"), "tasks", "Name the task"),
        (without("owner"), "owner", "Name an owner"),
        (without("keywords"), "keywords", "words that employees use"),
        (FRONT.replace("[money back]", "[refunds, ordering]"), "keywords", "only repeat the title"),
        (FRONT.replace("Give the money back.", "word " * 41), "summary", "words. Cut the summary"),
    ],
)
def test_what_a_field_lacks_is_said_at_the_field(front: str, field: str, said: str) -> None:
    [advice] = coached(front)
    assert (advice.field, advice.line) == (field, 0)
    assert said in advice.text


@pytest.mark.parametrize(
    ("was", "becomes", "line", "said"),
    [
        ("1. Open the order. Its status is **Paid**.\n2. ", "", 1, "numbered list"),
        (
            "2. Press **Refund**.",
            f"2. Press {'Refundierungsformulare ' * 7}.",
            3,
            "Step 2 is longer than two lines",
        ),
        ("Ask Ana.", f"{'Ana knows it, ' * 9} and so on.", 6, "A sentence of 30 words"),
        ("2. Press **Refund**.", "2. The refund is **sent** to the bank.", 3, "does not say who does it"),
        ("2. Press **Refund**.", "2. First the form must be signed.", 3, "does not say who does it"),
        ("Ask Ana.", "The limit was set by the bank.", 6, "names last who does it"),
        ("Ask Ana.", "![](images/a.png)", 6, "Say in words what the image shows"),
        ("## If it goes wrong\n", "## Details\n", 7, "If it goes wrong"),
    ],
)
def test_what_is_poor_in_the_text_is_said_at_its_line(was: str, becomes: str, line: int, said: str) -> None:
    [advice] = coached(body=BODY.replace(was, becomes))
    assert said in advice.text
    assert advice.line == line


@pytest.mark.parametrize(
    "sentence",
    [
        "The list appears and the line is marked.",
        "Refunds are paid by card.",
        "The office is closed.",
        "Nothing is needed.",
        "It is sent by e-mail.",
        "It is red. It is used. It is there.",
    ],
)
def test_a_state_is_not_taken_for_a_passive(sentence: str) -> None:
    assert coached(body=f"{BODY}{sentence}\n") == []


def test_what_a_step_shows_may_be_passive() -> None:
    assert coached(body=BODY.replace("Press **Refund**.", "Press **Refund**. The order is marked.")) == []


@pytest.mark.parametrize("kind", ["reference", "decision", "troubleshooting"])
def test_other_kinds_need_no_steps(kind: str) -> None:
    assert coached(f"{FRONT}kind: {kind}\n", "| Code | Meaning |\n|---|---|\n| A | one |\n") == []


def test_passives_are_only_sought_in_english() -> None:
    body = BODY.replace("Ask Ana.", "The limit was set by the bank.")
    assert coached(f"{FRONT}lang: de\n", body) == []
    assert coached(FRONT, body, "de") == []


def test_lists_and_tables_below_a_step_do_not_make_it_long() -> None:
    rows = "".join(f"    - a thing to look at, number {number}\n" for number in range(9))
    assert coached(body=BODY.replace("2. Press **Refund**.\n", f"2. Press **Refund**.\n{rows}")) == []


def test_the_shipped_aids_do_mostly_what_the_coach_says() -> None:
    said = {path: _said(path) for path in LIBRARY.rglob("*.md")}
    assert {path.name: advice for path, advice in said.items() if advice and path.parent.name != "manual"} == {}
    assert sum(map(bool, said.values())) < len(said) / 8


def _said(path: Path) -> list[str]:
    document = read(path.read_text())
    shown = render(document, path.name, dict.fromkeys(images_in(document), "/x"))
    return [f"{advice.line}: {advice.text}" for advice in advise(document, shown)]
