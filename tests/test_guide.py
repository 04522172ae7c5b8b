"""A decision read as screens: what each answer leads to, and the way to each of them."""

import pytest

from app.aids import guide
from app.aids.document import read
from app.aids.render import render

TEXT = """---
kind: decision
---
## Decide
First.

1. **Is it broken?** Look closely.
    - Yes:
        1. **Is it new?**
            - Yes: *money* back.
            - No: repair. Then see [two](#q-2).
    - No: next question.
2. Is it a gift?
    - Yes: exchange & smile.
3. Anything else: ask.

Last.
"""


@pytest.fixture(scope="module")
def found() -> guide.Guide:
    [section] = render(read(TEXT), "a/b", {}).sections
    made = guide.read(section.html, guide.Words("Go on", "No", "Something else"))
    assert made is not None
    return made


def screen(found: guide.Guide, name: str) -> guide.Screen:
    return next(one for one in found.screens if one.id == name)


def test_each_answer_leads_to_a_question_or_to_what_it_says(found: guide.Guide) -> None:
    leads = {choice.id: (choice.label, choice.to) for choice in found.choices}
    assert leads == {
        "q-1-1": ("Yes", "q-1-1-1"),
        "q-1-2": ("No", "q-2"),
        "q-1-1-1-1": ("Yes", "=q-1-1-1-1"),
        "q-1-1-1-2": ("No", "=q-1-1-1-2"),
        "q-2-1": ("Yes", "=q-2-1"),
        "q-2-else": ("No", "q-3"),
    }


def test_an_answer_says_what_stands_behind_its_colon(found: guide.Guide) -> None:
    assert screen(found, "=q-1-1-1-1").html == "<em>money</em> back."
    assert screen(found, "=q-2-1").html == "Exchange &amp; smile."


def test_an_answer_that_says_something_and_leads_on_shows_both(found: guide.Guide) -> None:
    both = screen(found, "=q-1-1-1-2")
    assert both.said.startswith('Repair. Then see <a href="#q-2"')
    assert "Is it a gift?" in both.html
    assert (both.asks, both.is_question) == ("q-2", False)
    assert [choice.id for choice in both.choices] == ["q-2-1", "q-2-else"]


def test_every_screen_is_reached_by_the_shortest_way(found: guide.Guide) -> None:
    assert screen(found, "q-1").way == []
    assert screen(found, "q-2").way == ["q-1-2"]
    assert screen(found, "=q-1-1-1-2").way == ["q-1-1", "q-1-1-1-2"]
    assert screen(found, "q-3").choices == []


def test_a_question_reached_only_with_what_an_answer_says_has_its_way() -> None:
    text = "1. A?\n    - Left: do this. Then [three](#q-3).\n    - Right\n2. Lost?\n    - Yes: a\n3. C?\n    - Yes: b\n"
    [section] = render(read(f"---\nkind: decision\n---\n## Decide\n{text}"), "a/b", {}).sections
    made = guide.read(section.html, guide.Words("Go on", "No", "Something else"))
    assert made is not None
    assert screen(made, "q-3").way == ["q-1-1"]


def test_answers_stand_side_by_side_where_all_are_brief(found: guide.Guide) -> None:
    assert screen(found, "q-1").is_brief
    long = guide.Choice("q-1-3", "q-1", "x" * (guide.BRIEF + 1))
    assert not guide.Screen("q-1", guide.NOTHING, choices=[long]).is_brief


def test_the_whole_list_stays_without_addresses_and_what_stands_around_it_too(found: guide.Guide) -> None:
    assert "Is it new?" in found.whole
    assert "id=" not in found.whole
    assert "First." in found.before
    assert "Last." in found.after


def test_where_nothing_branches_there_is_no_guide() -> None:
    assert guide.read("<ol><li>One</li></ol>", guide.Words("", "", "")) is None
