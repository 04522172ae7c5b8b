"""Each kind of aid behaves like its kind: as it is rendered, shown, printed, and rendered again after an upgrade."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.aids.document import read
from app.aids.models import Revision
from app.aids.refresh import refresh
from app.aids.render import Rendered, render
from app.db import writing
from app.usage.models import UseEvent

TREE = """---
kind: decision
---
## Decide
Answer in this order.

1. **Is it broken?**
    - Yes:
        1. **Is it new?**
            - Yes: money back.
            - No: repair.
    - No: next question.
2. Anything else: exchange it.

## If it goes wrong
Ask.
"""
TROUBLE = """---
kind: troubleshooting
---
## No red line
Look at the label first.
### The window is covered
Wipe it.
### The camera is off
1. Hold the key.

## No beep
- **Too far away.** Come nearer.
- **Film over the label**: flatten it.

  Then tilt it.

## References
- **Manual** of the scanner
"""
CHECK = "---\nkind: checklist\n---\n## Quick steps\n- [ ] Horn works\n- [ ] Lights work\n"
CODES = """---
kind: reference
---
## Table
### Sign-on
| Code | Meaning |
|---|---|
| E-1 | locked |

### Network
| Code | Meaning |
|---|---|
| E-2 | away |

## Terms
Away
: not here
"""
Write = Callable[[str, str], Path]


def shown(text: str) -> Rendered:
    return render(read(text), "folder/aid.md", {})


def ids(html: str, kind: str) -> list[str]:
    return re.findall(rf'<li id="([^"]+)" class="{kind}"', html)


def test_every_question_and_answer_has_the_address_of_its_way() -> None:
    html = shown(TREE).sections[0].html
    assert ids(html, "question") == ["q-1", "q-1-1-1", "q-2"]
    assert ids(html, "answer") == ["q-1-1", "q-1-1-1-1", "q-1-1-1-2", "q-1-2"]


def test_a_question_of_the_first_level_is_a_step_too() -> None:
    made = shown(TREE)
    assert [step.split("?")[0] for step in made.steps] == ["Is it broken", "Anything else: exchange it."]
    assert 'id="step-2"' in made.sections[0].html


def test_a_tree_stands_first_and_has_no_boxes() -> None:
    first = shown("---\nkind: decision\n---\n## Details\nx\n## Decide\n1. A?\n    - Yes: b\n").sections[0]
    assert (first.title, first.role, first.open) == ("Decide", "steps", True)
    assert "<input" not in first.html


def test_a_list_inside_an_answer_is_a_part_of_it() -> None:
    html = shown("---\nkind: decision\n---\n1. A?\n    - Yes: do\n        1. this\n        2. that\n").sections[0].html
    assert ids(html, "question") == ["q-1"]


def test_a_flat_list_is_one_of_steps_in_a_decision_too() -> None:
    assert 'class="tick"' in shown("---\nkind: decision\n---\n1. First\n2. Second\n").sections[0].html


def test_a_nested_list_decides_nothing_in_a_procedure() -> None:
    assert 'class="tree"' not in shown(TREE.replace("decision", "procedure")).sections[0].html


def test_headings_below_a_symptom_are_its_causes() -> None:
    symptom = shown(TROUBLE).sections[0]
    assert (symptom.role, symptom.html) == ("symptom", "<p>Look at the label first.</p>\n")
    assert [(cause.id, cause.title) for cause in symptom.causes] == [
        ("no-red-line-1", "The window is covered"),
        ("no-red-line-2", "The camera is off"),
    ]
    assert symptom.causes[0].html == "<p>Wipe it.</p>\n"


def test_a_list_in_bold_below_a_symptom_is_its_causes() -> None:
    causes = shown(TROUBLE).sections[1].causes
    assert [cause.title for cause in causes] == ["Too far away", "Film over the label"]
    assert causes[0].html == "<p>Come nearer.</p>\n"
    assert causes[1].html == "<p>flatten it.</p>\n<p>Then tilt it.</p>\n"


def test_references_are_no_symptom() -> None:
    last = shown(TROUBLE).sections[-1]
    assert (last.role, last.causes) == ("references", [])


@pytest.mark.parametrize("body", ["- plain\n- **bold**", "text", "- \n- **b**", "1. **a**\n2. c", "- > **a**", "-"])
def test_a_part_without_causes_stays_what_it_is(body: str) -> None:
    made = shown(f"---\nkind: troubleshooting\n---\n## It smells\n{body}\n")
    assert [section.causes for section in made.sections if section.title == "It smells"] == [[]]


def test_only_troubleshooting_has_symptoms() -> None:
    assert all(not section.causes for section in shown(TROUBLE.replace("troubleshooting", "reference")).sections)


def test_headings_have_addresses_of_their_own() -> None:
    table = shown(CODES).sections[0]
    assert [(place.id, place.title) for place in table.headings] == [("sign-on", "Sign-on"), ("network", "Network")]
    assert '<h3 id="network">' in table.html


def test_no_heading_takes_a_name_of_the_page() -> None:
    made = shown("## Stuck\na\n## Find\nb\n## Q-1\nc\n## Stuck\nd\n### Network\n")
    names = {section.id for section in made.sections}
    assert names == {"section-stuck", "section-find", "section-q-1", "section-stuck-2"}


@pytest.fixture
def kinds(library: TestClient, write: Write, bring_in: Callable[..., object]) -> TestClient:
    """A server with an aid of each kind."""
    for name, text in {"tree": TREE, "trouble": TROUBLE, "check": CHECK, "codes": CODES}.items():
        write(f"kinds/{name}.md", text)
    bring_in()
    return library


@pytest.mark.parametrize(
    ("slug", "scripts"),
    [
        ("billing/refund-card", []),
        ("kinds/tree", ["guide.js"]),
        ("kinds/check", ["checklist.js"]),
        ("kinds/trouble", []),
        ("kinds/codes", ["find.js", "anchors.js"]),
    ],
)
def test_a_script_comes_only_with_its_kind(kinds: TestClient, slug: str, scripts: list[str]) -> None:
    found = re.findall(r'<script type="module" src="/static/([\w.]+)', kinds.get(f"/aids/{slug}").text)
    assert found == ["aid.js", *scripts, "changed.js"]


def test_a_reference_lists_its_headings(kinds: TestClient) -> None:
    page = kinds.get("/aids/kinds/codes").text
    assert 'href="#network"' in page
    assert "On this page" not in kinds.get("/aids/billing/refund-card").text


def test_each_remedy_asks_whether_it_worked(kinds: TestClient) -> None:
    page = kinds.get("/aids/kinds/trouble").text
    assert re.findall(r'name="section" value="(no-[^"]+)"', page) == [
        "no-red-line-1", "no-red-line-2", "no-beep-1", "no-beep-2",
    ]  # fmt: skip
    assert re.findall(r'name="onward" value="([^"]+)"', page) == ["no-red-line-2", "no-beep-2"]


def test_a_remedy_that_did_not_help_leads_to_the_next_cause(kinds: TestClient, app: FastAPI) -> None:
    form = {"outcome": "stuck", "section": "no-red-line-1", "onward": "no-red-line-2"}
    answer = kinds.post("/aids/kinds/trouble/outcome", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/aids/kinds/trouble?thanks=next#no-red-line-2"
    app.state.usage.writer.submit([]).result(5)
    with Session(app.state.engine) as session:
        said = session.exec(select(UseEvent).where(UseEvent.type == "outcome")).one()
    assert (said.section, said.outcome) == ("no-red-line-1", "stuck")


@pytest.mark.parametrize("onward", ["//evil.example/", "x\r\nSet-Cookie: a=b", "https://evil.example"])
def test_the_way_to_the_next_cause_leads_nowhere_else(kinds: TestClient, onward: str) -> None:
    form = {"outcome": "stuck", "section": "x", "onward": onward}
    answer = kinds.post("/aids/kinds/trouble/outcome", data=form, follow_redirects=False)
    assert answer.headers["location"].startswith("/aids/kinds/trouble?thanks=next#")
    assert "set-cookie" not in answer.headers


def test_a_remedy_that_worked_is_thanked(kinds: TestClient) -> None:
    form = {"outcome": "worked", "section": "no-red-line-1", "onward": "no-red-line-2"}
    answer = kinds.post("/aids/kinds/trouble/outcome", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/aids/kinds/trouble?thanks=worked#feedback"


@pytest.mark.parametrize("path", ["/aids/kinds/check", "/aids/kinds/check/card"])
def test_a_checklist_can_be_signed_on_paper(kinds: TestClient, path: str) -> None:
    page = kinds.get(path).text
    assert "Signature" in page
    assert page.count('class="tick"') + page.count('class="card-box"') == 2


def test_a_procedure_is_not_signed(kinds: TestClient) -> None:
    assert "Signature" not in kinds.get("/aids/billing/refund-card").text
    assert "Signature" not in kinds.get("/aids/billing/refund-card/card").text


@pytest.mark.parametrize(
    ("slug", "held", "left_out"),
    [
        ("tree", "money back", "card-box"),
        ("codes", "E-1", "not here"),
        ("trouble", "The camera is off", "This worked"),
    ],
)
def test_the_card_holds_what_the_kind_is_about(kinds: TestClient, slug: str, held: str, left_out: str) -> None:
    page = kinds.get(f"/aids/kinds/{slug}/card").text
    assert held in page
    assert left_out not in page
    assert "Card to print" in kinds.get(f"/aids/kinds/{slug}").text


def _made_long_ago(app: FastAPI) -> None:
    """Store the sections as the first version did."""
    app.state.chores.stop()
    with writing(app.state.engine) as session:
        for one in session.exec(select(Revision)):
            one.sections = [
                {"id": f"part-{n}", "title": "Part", "role": "detail", "html": "<p>as it was</p>", "open": True}
                for n, _ in enumerate(one.sections)
            ]


def test_what_was_rendered_long_ago_is_shown_as_it_is(kinds: TestClient, app: FastAPI) -> None:
    _made_long_ago(app)
    for name in ("tree", "trouble", "check", "codes"):
        assert "as it was" in kinds.get(f"/aids/kinds/{name}").text
        assert kinds.get(f"/aids/kinds/{name}/card").status_code == 200


def test_what_was_rendered_long_ago_is_rendered_again_once(kinds: TestClient, app: FastAPI) -> None:
    _made_long_ago(app)
    assert (refresh(app.state.engine), refresh(app.state.engine)) == (8, 0)
    assert 'id="q-1-1"' in kinds.get("/aids/kinds/tree").text


def test_a_text_that_can_no_longer_be_rendered_keeps_what_it_has(kinds: TestClient, app: FastAPI) -> None:
    _made_long_ago(app)
    with writing(app.state.engine) as session:
        one = session.exec(select(Revision).where(col(Revision.kind) == "decision")).one()
        one.markdown = "---\nkind: nonsense\n---\n"
    assert refresh(app.state.engine) == 7
    assert "as it was" in kinds.get("/aids/kinds/tree").text
