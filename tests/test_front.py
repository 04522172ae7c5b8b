"""Keys are changed one at a time, and everything else in the file stays as it is written."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some

from app.aids.document import FRONT, read
from app.aids.front import split, with_front
from app.errors import Invalid

LETTERS = some.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))
WORDS = some.text(LETTERS, min_size=1, max_size=40).filter(lambda text: text == " ".join(text.split()))
SLUGS = some.from_regex(r"[a-z0-9][a-z0-9-]{0,12}", fullmatch=True)
VALUES: dict[str, some.SearchStrategy[Any]] = {
    "title": WORDS,
    "summary": WORDS,
    "kind": some.sampled_from(["procedure", "checklist", "decision", "reference", "troubleshooting"]),
    "moments": some.lists(some.sampled_from(["new", "more", "apply", "solve", "change"]), min_size=1, unique=True),
    "tasks": some.lists(SLUGS, min_size=1, max_size=4, unique=True),
    "keywords": some.lists(WORDS, min_size=1, max_size=5, unique=True),
    "owner": WORDS,
    "audience": some.sampled_from(["everyone", "members"]),
    "review_every": some.integers(1, 999),
}
QUOTED = {
    "title": "title:   'Refund: by card'   # as the till says",
    "summary": "summary: >\n  Give the money\n  back.\n# a remark below",
    "kind": 'kind: "checklist"',
    "moments": "moments: [ apply,  solve ]  # both",
    "tasks": "tasks:\n  # the first one counts\n  - issue-refund\n  - take-payment   # twice a day\n\n",
    "keywords": "keywords: [money back,\n  \"error: 51\", 'dough']",
    "owner": "owner: ana@example.org",
    "audience": "audience: members",
    "review_every": "review_every: 180",
}
OTHERS = "layout: post   # kept\nnested:\n  - {a: 1}\n  - text"


def filed(keys: list[str], ends: str) -> str:
    front = "\n".join([*(QUOTED[key] for key in keys), OTHERS])
    return f"---\n{front}\n---\n# Refund\n\ntitle: not a key\n".replace("\n", ends)


@settings(max_examples=150, deadline=None)
@given(some.data(), some.lists(some.sampled_from(sorted(QUOTED)), unique=True), some.sampled_from(["\n", "\r\n"]))
def test_only_the_lines_of_the_changed_key_change(data: some.DataObject, keys: list[str], ends: str) -> None:
    before = filed(keys, ends)
    key = data.draw(some.sampled_from(sorted(VALUES)))
    value = data.draw(VALUES[key])
    after = with_front(before, {key: value})
    assert getattr(read(after).front, key) == value
    for other in {*keys, "layout"} - {key}:
        written = QUOTED.get(other, OTHERS).strip("\n").replace("\n", ends)
        assert written in after
    assert split(after)[1] == split(before)[1]
    match = FRONT.match(after)
    assert match
    assert yaml.safe_load(match[1])["nested"] == [{"a": 1}, "text"]


@settings(max_examples=60, deadline=None)
@given(some.lists(some.sampled_from(sorted(QUOTED)), unique=True), some.sampled_from(["\n", "\r\n"]))
def test_values_that_are_there_already_change_no_byte(keys: list[str], ends: str) -> None:
    text = filed(keys, ends)
    front = read(text).front.model_dump()
    assert with_front(text, front) == text


@pytest.mark.parametrize("key", QUOTED)
def test_an_empty_value_takes_the_key_out_and_nothing_else(key: str) -> None:
    after = with_front(filed(list(QUOTED), "\n"), {key: None})
    assert f"\n{key}:" not in split(after)[0]
    assert all(QUOTED[other].rstrip() in after for other in QUOTED if other != key)


def test_a_list_in_lines_keeps_its_form_and_its_remarks() -> None:
    after = with_front("---\ntasks:\n  - 'a'\n  - b\nowner: x\n---\n", {"tasks": ["a", "c"]})
    assert after == "---\ntasks:\n  - 'a'\n  - c\nowner: x\n---\n"


def test_a_text_without_front_matter_gets_one() -> None:
    assert with_front("# A\n", {"title": "B", "review_every": 90}) == "---\ntitle: B\nreview_every: 90d\n---\n# A\n"


def test_a_byte_order_mark_stays_in_front() -> None:
    assert with_front("\ufeff# A\r\n", {"title": "B"}) == "\ufeff---\r\ntitle: B\r\n---\r\n# A\r\n"


@pytest.mark.parametrize(
    ("value", "written"),
    [("Refund: card", '"Refund: card"'), ("no", '"no"'), ("Yes, you can", "Yes, you can"), ("A # b", '"A # b"')],
)
def test_what_yaml_would_misread_is_quoted(value: str, written: str) -> None:
    assert with_front("Text.\n", {"title": value}) == f"---\ntitle: {written}\n---\nText.\n"


def test_a_value_that_cannot_be_names_its_key() -> None:
    with pytest.raises(Invalid) as error:
        with_front("Text.\n", {"tasks": ["Issue refund"], "title": "x" * 201})
    assert [fault.pointer for fault in error.value.faults] == ["title", "tasks"]


def test_keys_that_share_a_value_are_left_to_people() -> None:
    with pytest.raises(Invalid, match="by hand"):
        with_front("---\ntitle: &a One\nsummary: *a\n---\nText.\n", {"title": "Two"})
