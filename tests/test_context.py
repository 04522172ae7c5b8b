"""Context rules: from a screen to its task."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine
from sqlmodel import Session

from app.errors import NotFound
from app.library.service import Report
from app.viewer import SYSTEM
from app.work import rules
from app.work.context import best, masked
from app.work.schemas import RuleIn
from tests.conftest import NOW


@dataclass(frozen=True)
class Rule:
    pattern: str | None = None
    screen: str | None = None


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def fitting(path: str, *patterns: str) -> str | None:
    found = best([Rule(pattern) for pattern in patterns], path, "")
    return found.pattern if found else None


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/orders/:id/refund", "/orders/:id/refund", True),
        ("/orders/:id/refund", "/orders/1042/refund", True),
        ("/orders/:id/refund", "/orders/1042", False),
        ("/orders/:id", "/orders/1042/refund", False),
        ("/orders", "/orders/", True),
        ("/orders", "/order", False),
        ("/orders/*", "/orders/1/refund/lines", True),
        ("/orders/*", "/orders", True),
        ("/orders/*", "/returns", False),
        ("*", "/", True),
        ("*", "/anything/at/all", True),
    ],
)
def test_a_pattern_fits_its_screens_and_no_other(pattern: str, path: str, fits: bool) -> None:
    assert (fitting(path, pattern) == pattern) is fits


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/orders/7/refund", "/orders/:id/refund"),
        ("/orders/new", "/orders/new"),
        ("/orders/7", "/orders/:id"),
        ("/orders/7/lines", "/orders/*"),
        ("/home", "*"),
    ],
)
def test_the_rule_that_says_most_decides(path: str, wanted: str) -> None:
    patterns = ("*", "/orders/*", "/orders/:id", "/orders/new", "/orders/:id/refund")
    assert fitting(path, *patterns) == wanted
    assert fitting(path, *reversed(patterns)) == wanted


def test_a_named_screen_says_more_than_any_path() -> None:
    rules = [Rule("/orders/:id/refund"), Rule(screen="Refund")]
    assert best(rules, "/orders/1/refund", " refund ") == rules[1]
    assert best(rules, "/orders/1/refund", "Other") == rules[0]


def test_a_rule_with_path_and_screen_needs_both() -> None:
    assert best([Rule("/orders/*", "Refund")], "/returns", "Refund") is None


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("https://crm.example.com/orders/1042/refund?customer=7#top", "/orders/:id/refund"),
        ("/orders/ab12-cd34/lines", "/orders/:id/lines"),
        ("/people/ana@example.com", "/people/:id"),
        ("/api/v2/orders", "/api/v2/orders"),
        ("/" + "x" * 41, "/:id"),
        ("/caf%C3%A9", "/:id"),
        ("//evil/orders/1", "/evil/orders/:id"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_what_names_a_thing_or_a_person_is_put_out(address: str, path: str) -> None:
    assert masked(address) == path


@pytest.mark.parametrize("pattern", ["orders", "/orders/*/refund", "/orders?x=1", "/a b", "", "//", "/orders/"])
def test_a_pattern_that_could_never_fit_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError):
        RuleIn(app="crm", pattern=pattern, task="issue-refund")


def test_a_rule_needs_a_path_or_a_screen() -> None:
    with pytest.raises(ValidationError):
        RuleIn(app="crm", task="issue-refund")


def test_a_rule_leads_to_a_task_that_is_there(session: Session) -> None:
    with pytest.raises(NotFound):
        rules.add(session, NOW, SYSTEM, RuleIn(app="crm", pattern="/x", task="no-such-task"))


def test_a_rule_for_the_same_screen_is_changed_and_not_doubled(session: Session) -> None:
    for task in ("issue-refund", "take-order"):
        rules.keep(session, NOW, RuleIn(app="crm", screen="Refund", task=task))
    assert [rule.task for rule in rules.of(session, "crm")] == ["take-order"]


def test_an_application_has_its_own_rules(session: Session) -> None:
    rules.keep(session, NOW, RuleIn(app="crm", pattern="/refund", task="issue-refund"))
    assert rules.task_for(session, "crm", "/refund") == "issue-refund"
    assert rules.task_for(session, "erp", "/refund") is None


def test_a_screen_without_a_rule_is_for_any_task_of_its_application(session: Session) -> None:
    for pattern, task in (("/pack", "pack"), ("/refund", "issue-refund"), ("/orders/:id/refund", "issue-refund")):
        rules.keep(session, NOW, RuleIn(app="crm", pattern=pattern, task=task))
    assert rules.lifted(session, None, "crm", "/pack") == ["pack"]
    assert rules.lifted(session, None, "crm", "/home") == ["issue-refund", "pack"]
    assert rules.lifted(session, None, "erp", "/home") == []


@pytest.mark.parametrize(
    ("named", "path", "usual", "lifted"),
    [
        ("count", "/pack", "ship", ["count"]),
        (None, "/pack", "ship", ["pack"]),
        (None, "/home", "ship", ["ship"]),
        (None, "/home", None, ["pack"]),
    ],
)
def test_the_task_named_decides_then_the_rule_then_the_usual_task_then_all_rules(
    session: Session, named: str | None, path: str, usual: str | None, lifted: list[str]
) -> None:
    rules.keep(session, NOW, RuleIn(app="wms", pattern="/pack", task="pack"))
    assert rules.lifted(session, named, "wms", path, usual=usual) == lifted


def test_rules_come_in_with_a_tasks_file(write, bring_in, session: Session) -> None:
    write("tasks.yaml", "tasks:\n- {slug: pack, title: Pack}\nrules:\n- {app: wms, pattern: /pack/*, task: pack}\n")
    report: Report = bring_in()
    assert report.problems == []
    assert rules.task_for(session, "wms", "https://wms/pack/77") == "pack"
