"""Roll-outs as delivered, forms, files and privacy, over HTTP."""

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from hypothesis import given as every
from hypothesis import settings as effort
from hypothesis import strategies as st
from sqlmodel import select
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app import db
from app.cli import cli
from app.people.accounts import digest
from app.people.models import Person, SignIn
from app.settings import Settings
from app.transfer import files, observing, simulated
from app.transfer.models import CompetencyEvidence
from app.transfer.rollouts import draw
from app.transfer.suppression import Division, publishable
from app.viewer import Role
from tests.conftest import NOW, Ticking
from tests.test_transfer import TASK, TODAY, Headers, admin, competency, mastery, report, send

__all__ = ["admin"]
REFUND = "billing/refund-card"
TOMORROW = str(TODAY + timedelta(days=1))


def plan(**more: Any) -> dict[str, Any]:
    arms = [
        {"name": "first", "groups": ["north"], "persons": [], "from": str(TODAY)},
        {"name": "second", "groups": ["south"], "persons": [], "from": str(TODAY + timedelta(days=28))},
    ]
    wanted = {"slug": "by-team", "task": TASK, "aids": [REFUND], "mechanism": "staggered-randomised", "seed": 7}
    return wanted | {"arms": arms} | more


def sign_in(app: FastAPI, client: TestClient, person: str, **more: Any) -> None:
    """Signs a member in, by her cookie."""
    with db.writing(app.state.engine) as session:
        if session.get(Person, person) is None:
            session.add(Person(id=person, name=person, role=more.pop("role", "employee"), created_at=NOW, **more))
            session.flush()
        secret = f"secret-{person}"
        session.add(SignIn(digest=digest(secret), person_id=person, expires_at=NOW + timedelta(days=400)))
    client.cookies.set("jobaids_session", secret)


@pytest.fixture
def south(app: FastAPI, library: TestClient, admin: Headers) -> TestClient:
    """Sol of the team whose day has not come, signed in."""
    library.post("/api/v1/people", headers=admin, json=[{"id": "sol", "name": "Sol", "groups": ["south"]}])
    assert library.post("/api/v1/rollouts", headers=admin, json=plan()).status_code == 201
    sign_in(app, library, "sol")
    return library


def test_search_and_suggestions_leave_out_what_is_withheld(south: TestClient) -> None:
    found = south.get("/api/v1/search", params={"q": "refund"}).json()
    offered = south.get("/api/v1/suggest", params={"q": "refund"}).json()
    assert REFUND not in [hit["slug"] for hit in found["results"]]
    assert REFUND not in [one["slug"] for one in offered["suggestions"]]
    assert "Refund an order" not in south.get(f"/tasks/{TASK}").text


def test_the_address_of_a_withheld_aid_still_opens(south: TestClient) -> None:
    assert south.get(f"/aids/{REFUND}").status_code == 200


def test_on_her_day_the_aid_is_there(south: TestClient, ticking: Ticking, app: FastAPI) -> None:
    ticking.go_on(days=28)
    app.state.credentials.forget_all()
    found = south.get("/api/v1/search", params={"q": "refund"}).json()
    assert REFUND in [hit["slug"] for hit in found["results"]]


def test_a_stopped_roll_out_withholds_nothing(south: TestClient, admin: Headers, app: FastAPI) -> None:
    south.cookies.clear()
    stopped = south.post("/api/v1/rollouts/by-team/stop", headers=admin, json={"reason": "harm elsewhere"})
    assert stopped.json()["stopped_because"] == "harm elsewhere"
    app.state.credentials.forget_all()
    south.cookies.set("jobaids_session", "secret-sol")
    found = south.get("/api/v1/search", params={"q": "refund"}).json()
    assert REFUND in [hit["slug"] for hit in found["results"]]


def test_a_roll_out_that_began_cannot_change_and_another_takes_its_place(client: TestClient, admin: Headers) -> None:
    client.post("/api/v1/rollouts", headers=admin, json=plan())
    assert client.post("/api/v1/rollouts", headers=admin, json=plan(seed=8)).status_code == 409
    later = plan(slug="by-team-2", supersedes="by-team")
    assert client.post("/api/v1/rollouts", headers=admin, json=later).status_code == 201


def test_a_roll_out_of_the_past_is_marked_so(client: TestClient, admin: Headers) -> None:
    wanted = plan()
    wanted["arms"][0]["from"] = "2025-01-01"
    assert client.post("/api/v1/rollouts", headers=admin, json=wanted).json()["recorded_afterwards"] is True


def test_nobody_goes_without_a_safety_critical_aid(
    library: TestClient, admin: Headers, write: Callable[..., Path], bring_in: Callable[..., Any]
) -> None:
    write("safe.md", "---\ntitle: Lock out the press\nsafety_critical: true\n---\n1. Pull the plug.\n")
    bring_in()
    wanted = plan(aids=["safe"])
    assert library.post("/api/v1/rollouts", headers=admin, json=wanted).status_code == 201
    wanted["slug"], wanted["arms"][1]["from"] = "holdout", None
    answer = library.post("/api/v1/rollouts", headers=admin, json=wanted)
    assert answer.status_code == 422
    assert "safety-critical" in answer.json()["detail"]


@pytest.mark.parametrize("arm", [{"from": None}, {"from": str(TODAY)}])
def test_arms_that_compare_nothing_are_refused(client: TestClient, admin: Headers, arm: dict[str, Any]) -> None:
    wanted = plan()
    wanted["arms"] = [one | arm for one in wanted["arms"]]
    assert client.post("/api/v1/rollouts", headers=admin, json=wanted).status_code == 422


def test_a_stopped_roll_out_stays_on_record(client: TestClient, admin: Headers) -> None:
    wanted = plan()
    wanted["arms"][0]["from"] = TOMORROW
    assert client.post("/api/v1/rollouts", headers=admin, json=wanted).status_code == 201
    client.post("/api/v1/rollouts/by-team/stop", headers=admin, json={"reason": "no budget"})
    assert client.post("/api/v1/rollouts", headers=admin, json=wanted).status_code == 409
    assert client.get("/api/v1/rollouts/by-team", headers=admin).json()["stopped_because"] == "no budget"


def test_a_roll_out_takes_not_its_own_place(client: TestClient, admin: Headers) -> None:
    assert client.post("/api/v1/rollouts", headers=admin, json=plan(supersedes="by-team")).status_code == 422


def test_odd_words_at_the_doors_are_refused(client: TestClient, admin: Headers) -> None:
    same_site = admin | {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
    seen = {"task": "no slug!", "person": "ana", "level": "full"}
    last = {"slug": "x", "task": TASK, "aids": REFUND, "units": "a\nb", "mechanism": "chosen", "begins": "9999-12-31"}
    course = {"activity": "A", "task": TASK, "threshold": "nan"}
    client.post("/api/v1/tasks", headers=admin, json={"slug": TASK, "title": "Issue a refund"})
    answers = [
        client.post("/observe", headers=same_site, data=seen),
        client.post("/observe", headers=same_site, data=seen | {"task": TASK, "person": "a\0b"}),
        client.post("/studio/rollouts", headers=same_site, data=last),
        client.post("/studio/evidence/mappings", headers=same_site, data=course),
        client.get(f"/api/v1/tasks/{TASK}/transfer?source=%00", headers=admin),
        client.get(f"/tasks/{TASK}/transfer.xyz", headers=admin),
    ]
    assert [one.status_code for one in answers] == [404, 422, 422, 422, 422, 422]
    assert client.get(f"/api/v1/rollouts?cursor={'9' * 30}", headers=admin).status_code == 200


def test_of_what_is_refused_no_task_stays(client: TestClient, admin: Headers) -> None:
    same_site = admin | {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    first = {"task": "new-task", "person": "ana", "level": "full", "form": "ab"}
    client.post("/observe", headers=same_site, data=first | {"task": TASK})
    client.post("/observe", headers=same_site, data=first | {"person": "ana\nbo"})
    assert client.get("/api/v1/tasks/new-task", headers=admin).status_code == 404


def test_a_manager_plans_no_roll_out(client: TestClient, bearer: Callable[[Role], Headers]) -> None:
    assert client.post("/api/v1/rollouts", headers=bearer(Role.MANAGER), json=plan()).status_code == 403


def test_the_lot_falls_as_before_from_the_same_seed() -> None:
    names = [f"g{n}" for n in range(13)]
    assert draw(names, 4, 7) == draw(list(reversed(names)), 4, 7) != draw(names, 4, 8)
    assert sorted(name for arm in draw(names, 4, 7) for name in arm) == sorted(names)


def test_a_manager_records_what_he_saw_in_a_minute(library: TestClient, app: FastAPI, admin: Headers) -> None:
    library.post("/api/v1/tasks", headers=admin, json={"slug": TASK, "title": "Issue a refund"})
    team = [{"id": "mo", "name": "Mo"}, {"id": "sol", "name": "Sol", "manager": "mo"}]
    library.post("/api/v1/people", headers=admin, json=team)
    with db.writing(app.state.engine) as session:
        session.get(Person, "mo").role = "manager"  # type: ignore[union-attr]
    sign_in(app, library, "mo")
    page = library.get("/observe", params={"task": TASK}).text
    assert "Enter the amount and confirm." in page
    form = {"task": TASK, "person": "sol", "level": "full", "step": "Open the order.", "form": "ab12"}
    same_site = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    answer = library.post("/observe", data=form, headers=same_site)
    assert "Stored: sol." in answer.text
    stranger = library.post("/observe", data=form | {"person": "ana", "form": "ab13"}, headers=same_site)
    assert stranger.status_code == 422
    assert "not in your team" in stranger.text
    own = library.post("/api/v1/competency", headers=same_site, json=[competency("mo", 1, observer="boss")])
    assert own.status_code == 422


def test_a_team_is_recorded_at_once_and_a_mistake_loses_nothing(
    library: TestClient, app: FastAPI, admin: Headers
) -> None:
    library.post("/api/v1/tasks", headers=admin, json={"slug": TASK, "title": "Issue a refund"})
    led = [{"id": one, "name": one.title(), "manager": "mo"} for one in ("ana", "ben", "cem")]
    library.post("/api/v1/people", headers=admin, json=[{"id": "mo", "name": "Mo"}, *led])
    with db.writing(app.state.engine) as session:
        session.get(Person, "mo").role = "manager"  # type: ignore[union-attr]
    sign_in(app, library, "mo")
    same_site = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    said = {
        "task": TASK,
        "together": "yes",
        "went": "not",
        "adapted": "true",
        "step": "Open the order.",
        "form": "ab12",
    }
    missing = library.post("/observe", data=said | {"person": ["ana", "cem"]}, headers=same_site)
    assert missing.status_code == 422
    kept = set(re.findall(r'value="([^"]+)" checked', missing.text))
    assert kept == {"ana", "cem", "not", "true", "Open the order."}
    both = said | {"person": ["ana", "cem"], "level": "assisted"}
    for _ in range(2):
        assert "Stored: 2 people." in library.post("/observe", data=both, headers=same_site).text
    with db.writing(app.state.engine) as session:
        found = [(row.person, row.level, row.success, row.adapted) for row in session.exec(select(CompetencyEvidence))]
    assert sorted(found) == [("ana", "assisted", False, True), ("cem", "assisted", False, True)]


def test_of_many_people_ids_are_written(library: TestClient, admin: Headers, monkeypatch: pytest.MonkeyPatch) -> None:
    library.post("/api/v1/tasks", headers=admin, json={"slug": TASK, "title": "Issue a refund"})
    library.post("/api/v1/people", headers=admin, json=[{"id": one, "name": one} for one in ("ana", "ben", "cem")])
    asked = {"task": TASK, "together": "yes"}
    assert "<textarea" not in library.get("/observe", params=asked, headers=admin).text
    monkeypatch.setattr(observing, "MOST_TICKED", 2)
    assert "<textarea" in library.get("/observe", params=asked, headers=admin).text


def test_a_manager_sees_what_she_and_her_line_saw_and_corrects_her_own(
    library: TestClient, app: FastAPI, admin: Headers
) -> None:
    library.post("/api/v1/tasks", headers=admin, json={"slug": TASK, "title": "Issue a refund"})
    led = [{"id": one, "name": one.title(), "manager": by} for one, by in (("mo", None), ("di", "mo"), ("sol", "mo"))]
    library.post("/api/v1/people", headers=admin, json=[*led, {"id": "ed", "name": "Ed", "manager": "di"}])
    with db.writing(app.state.engine) as session:
        session.get(Person, "mo").role = session.get(Person, "di").role = "manager"  # type: ignore[union-attr]
    send(library, admin, "competency", [competency("zoe", 3, observer="stranger"), competency("ed", 2, observer="di")])
    sign_in(app, library, "mo")
    same_site = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    first = {"task": TASK, "person": "sol", "level": "full", "form": "ab12"}
    library.post("/observe", data=first, headers=same_site)
    page = library.get("/observe/seen").text
    assert ("Sol" in page, "Ed" in page, "zoe" in page) == (True, True, False)
    assert "You correct what you saw of sol" in library.get("/observe", params={"corrects": "ab12-0"}).text
    again = first | {"level": "assisted", "form": "ab13", "corrects": "ab12-0"}
    assert "corrected on" in library.post("/observe", data=again, headers=same_site).text
    with db.writing(app.state.engine) as session:
        kept: list[Any] = [session.get(CompetencyEvidence, (one, 1)) for one in ("ab12-0", "ab13-0")]
        assert [(one.level, one.withdrawn_by) for one in kept] == [("full", "mo"), ("assisted", None)]
        assert kept[0].at == kept[1].at
    assert library.get("/observe", params={"corrects": "c-ed"}).status_code == 403
    assert library.get("/observe", params={"corrects": "ab12-0"}).status_code == 404
    back = library.post("/observe/seen/ab13-0/withdraw", data={"reason": "Another Sol"}, headers=same_site)
    assert "taken back on" in back.text
    assert library.post("/observe/seen/c-ed/withdraw", data={"reason": "no"}, headers=same_site).status_code == 403


def test_nobody_without_a_team_to_record_sees_that_page(client: TestClient, employee: Headers) -> None:
    assert client.get("/observe/seen", headers=employee).status_code == 403


CSV = """Employee;Course date;Result;Course
ana;03.11.2026;85;lms-1
ben;2026-11-04T10:00:00+01:00;70;lms-1
cyd;yesterday;90;lms-1
"""


def test_a_foreign_file_is_mapped_previewed_and_taken_in_once(client: TestClient, admin: Headers) -> None:
    client.put("/api/v1/mappings", headers=admin, json={"activity": "lms-1", "task": TASK, "threshold": 80})
    upload = {"file": ("results.csv", CSV.encode(), "text/csv")}
    shown = client.post("/studio/evidence/file", headers=admin, data={"kind": "mastery"}, files=upload).text
    assert "<option selected>Employee</option>" in shown
    assert "is not a time" in shown
    columns = {"person": "Employee", "at": "Course date", "score": "Result", "source": "Course"}
    sent = {"kind": "mastery", "text": CSV} | {f"column-{name}": theirs for name, theirs in columns.items()}
    first = client.post("/studio/evidence/take", headers=admin, data=sent).text
    again = client.post("/studio/evidence/take", headers=admin, data=sent).text
    assert "2 new, 0 here already." in first
    assert "line 4" in first
    assert "0 new, 2 here already." in again


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setenv("JOBAIDS_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("JOBAIDS_DATABASE_URL", settings.database_url)
    return lambda *words: CliRunner().invoke(cli, list(words))


def test_a_large_file_is_read_line_by_line(
    client: TestClient, command: Callable[..., Any], tmp_path: Path, admin: Headers
) -> None:
    file = tmp_path / "m.csv"
    rows = [f"m{n},p{n},{TASK},course,true,2026-10-01T10:00:00Z" for n in range(2_500)]
    file.write_text("\n".join(["id,person,task,source,mastered,at", *rows, "x,,issue-refund,course,true,2026-10-01"]))
    done = command("evidence", "import", "mastery", str(file))
    assert done.exit_code == 1
    assert "Took in 2500, 0 here already, 1 with problems." in done.output
    assert "line 2502" in done.output
    assert report(client, admin)["n"] == 2_500


@every(st.data())
@effort(max_examples=80, deadline=None)
def test_no_difference_of_two_published_cells_is_about_a_few(data: st.DataObject) -> None:
    size = data.draw(st.integers(0, 90))
    lot = np.random.default_rng(data.draw(st.integers(0, 1 << 30)))
    of = {"group": "ABCDE", "cohort": "123", "tenure": "xy", "arm": "ew"}
    labels = {name: lot.choice(["", *letters], size).tolist() for name, letters in of.items()}
    if data.draw(st.booleans()):  # one division nearly follows another
        alone = data.draw(st.sampled_from(["A", "AB"]))
        moved = set(lot.integers(0, max(size, 1), 4).tolist())
        labels["tenure"] = ["x" if one in alone or n in moved else "y" for n, one in enumerate(labels["group"])]
    competent = (lot.random(size) < data.draw(st.sampled_from([0.1, 0.5, 0.9]))).tolist()
    fixed = ["arm"] if data.draw(st.booleans()) else []
    for counted in (competent, None):
        shown = published(labels, counted, fixed)
        cells = [
            frozenset(place for place, label in enumerate(labels[name]) if label == one)
            for name, some in shown.items()
            for one in some
        ]
        assert all(len(cell) >= 5 and told(cell, counted) for cell in cells)
        nested = [(one, other) for one, other in combinations(cells, 2) if one <= other or other <= one]
        assert all(told(one ^ other, counted) for one, other in nested)
        for name in {"group", "cohort", "tenure"} & {name for name, some in shown.items() if some}:
            assert told(frozenset(n for n in range(size) if labels[name][n] not in shown[name]), counted)


def published(labels: dict[str, list[str]], competent: list[bool] | None, fixed: Any = ()) -> dict[str, set[str]]:
    divisions = {name: Division.of(some) for name, some in labels.items()}
    return publishable(divisions, None if competent is None else np.array(competent, np.bool_), 5, fixed)


def told(cell: frozenset[int], competent: list[bool] | None) -> bool:
    """Whether how many, and where it is counted how many competent and not, are none or enough each."""
    arrived = len(cell) if competent is None else sum(competent[place] for place in cell)
    return not any(0 < count < 5 for count in (len(cell), arrived, len(cell) - arrived))


def test_a_group_within_a_month_with_two_people_between_is_hidden() -> None:
    labels = {"group": ["A"] * 10 + ["B"] * 12, "cohort": ["1"] * 12 + ["2"] * 10}
    assert published(labels, [False] * 22) == {"group": {"B"}, "cohort": {"1"}}


def test_a_group_of_whom_three_are_competent_is_hidden_and_so_is_one_more() -> None:
    labels = {"group": ["A"] * 20 + ["B"] * 20 + ["C"] * 20}
    competent = [n < 3 or 20 <= n < 30 or 40 <= n < 50 for n in range(60)]
    assert published(labels, competent) == {"group": {"C"}}


def test_where_two_are_not_competent_yet_nothing_counts_them(client: TestClient, admin: Headers) -> None:
    send(client, admin, "mastery", [mastery(f"p{n}", 30) for n in range(40)])
    send(client, admin, "competency", [competency(f"p{n}", 1 + n % 19) for n in range(38)])
    found = report(client, admin, horizon=30)
    assert (found["n"], found["events"], found["censored"], found["transfer"]["estimate"]) == (40, None, None, 0.95)
    assert {round(20 * point["competent"]) / 20 for point in found["curve"]} == {
        one["competent"] for one in found["curve"]
    }
    assert all(point["at_risk"] is None for point in found["curve"])
    assert {"step": "full competency", "n": None} in found["funnel"]
    page = client.get(f"/tasks/{TASK}/transfer", headers=admin).text
    assert "38 of 40" not in page
    assert client.get("/studio/transfer.json", headers=admin).json()[0]["competent"] is None


def test_a_few_in_no_arm_leave_the_arms_without_counts(client: TestClient, admin: Headers) -> None:
    send(client, admin, "mastery", [mastery(f"p{n}", 30) for n in range(62)])
    send(client, admin, "competency", [competency(f"p{n}", 25 - n % 15) for n in range(0, 62, 2)])
    names = [[f"p{n}" for n in some] for some in (range(30), range(30, 60))]
    arms = [
        {"name": str(n), "persons": names[n], "from": one} for n, one in enumerate((str(TODAY - timedelta(31)), None))
    ]
    client.post("/api/v1/rollouts", headers=admin, json=plan(mechanism="randomised", arms=arms))
    found = report(client, admin)
    assert [(arm["n"], arm["events"]) for arm in found["arms"]] == [(None, None), (None, None)]
    assert "about 60 people" in found["comparison"]["verdict"]


def test_small_groups_are_left_out_of_the_report(client: TestClient, admin: Headers) -> None:
    team = [
        {"id": f"p{n}", "name": f"P {n}", "groups": ["big" if n < 14 else "mid" if n < 20 else "tiny"]}
        for n in range(22)
    ]
    client.post("/api/v1/people", headers=admin, json=team)
    send(client, admin, "mastery", [mastery(f"p{n}", 30) for n in range(22)])
    assert [one["name"] for one in report(client, admin)["groups"]] == ["big"]
    assert report(client, admin, by="group", cell="tiny")["suppressed"]
    assert report(client, admin, by="group", cell="mid")["suppressed"]


def test_a_formula_is_no_formula_in_a_file() -> None:
    assert files.write([("=1+1", -3, "@x", "ok")]) == "'=1+1,-3,'@x,ok\n"


def test_an_export_is_on_record(client: TestClient, admin: Headers) -> None:
    send(client, admin, "mastery", [mastery(f"p{n}", 30) for n in range(6)])
    for kind in ("csv", "json", "svg"):
        assert client.get(f"/tasks/{TASK}/transfer.{kind}", headers=admin).status_code == 200
    assert client.get("/studio/transfer.csv", headers=admin).text.startswith("slug,title")
    lines = client.get("/api/v1/audit", headers=admin).json()["items"]
    assert [one["action"] for one in lines if "exported" in one["action"]][:2] == [
        "transfer overview exported",
        "transfer report exported as svg",
    ]


@pytest.fixture
def year(app: FastAPI, client: TestClient, admin: Headers) -> TestClient:
    """The simulated year."""
    for slug in ("helps", "does-nothing", "alone"):
        client.post("/api/v1/tasks", headers=admin, json={"slug": slug, "title": slug})
    with db.writing(app.state.engine) as session:
        writer = simulated.Writer(session, NOW, TODAY, app.state.credentials.pseudonym)
        simulated.fill(writer, ("helps", "does-nothing", "alone"))
    return client


def test_the_simulated_year_shows_the_true_effect_and_not_the_false_one(year: TestClient, admin: Headers) -> None:
    true = year.get("/api/v1/tasks/helps/transfer", headers=admin).json()["comparison"]
    false = year.get("/api/v1/tasks/does-nothing/transfer", headers=admin).json()["comparison"]
    assert true["verdict"].startswith("Faster")
    assert true["hazard_ratio"]["low"] < simulated.TRUE_RATIO < true["hazard_ratio"]["high"]
    assert false["verdict"].startswith("No clear difference")
    assert "12 groups" in str(year.get("/api/v1/tasks/helps/transfer", headers=admin).json()["caveats"])


def test_the_pages_of_the_year_hold_together(year: TestClient, admin: Headers) -> None:
    overview = year.get("/studio/transfer", headers=admin, params={"sort": "competent"})
    assert '<a href="/tasks/helps/transfer">' in overview.text
    page = year.get("/tasks/helps/transfer", headers=admin).text
    for words in ("Did the aid help?", "How sure are we", "What could be wrong with this", "still followed"):
        assert words in page
    for path in (
        "/studio/rollouts",
        "/studio/rollouts/helps-by-team",
        "/studio/rollouts/new?task=helps",
        "/studio/evidence",
    ):
        assert year.get(path, headers=admin).status_code == 200, path
    assert "nan" not in page.lower().replace("finance", "")


def test_a_plan_says_what_it_could_show_before_it_begins(year: TestClient, admin: Headers) -> None:
    form = {
        "slug": "next", "task": "alone", "aids": "some-aid", "mechanism": "staggered-randomised", "arms": "4",
        "begins": TOMORROW, "step": "28", "seed": "7", "units": "\n".join(f"Team {letter}" for letter in "ABCDEFGH"),
    }  # fmt: skip
    shown = year.post("/studio/rollouts", headers=admin, data=form)
    assert "you can detect a hazard ratio of" in shown.text
    assert year.get("/api/v1/rollouts/next", headers=admin).status_code == 404
    begun = year.post("/studio/rollouts?do=begin", headers=admin, data=form)
    assert begun.status_code == 200
    assert year.get("/api/v1/rollouts/next", headers=admin).json()["seed"] == 7


def test_the_demo_marks_every_page(app: FastAPI, client: TestClient) -> None:
    app.state.simulated = True
    for path in ("/", "/tasks", "/sign-in", "/nowhere"):
        assert "SIMULATED" in client.get(path).text, path


def test_the_server_starts_without_the_statistics() -> None:
    import subprocess
    import sys

    words = "import sys, app.main; print([name for name in ('scipy', 'statsmodels', 'pandas') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_order_that_was_chosen_is_quasi_experimental_with_the_trend_before(year: TestClient, admin: Headers) -> None:
    order = year.get("/api/v1/rollouts/helps-by-team", headers=admin).json()["arms"]
    arms = [{name: arm[name] for name in ("name", "groups", "persons", "from")} for arm in order]
    wanted = plan(slug="by-readiness", task="helps", mechanism="chosen", seed=None, arms=arms)
    assert year.post("/api/v1/rollouts", headers=admin, json=wanted).status_code == 201
    found = year.get("/api/v1/tasks/helps/transfer", headers=admin).json()
    assert found["comparison"]["design"] == "quasi-experimental: groups in a chosen order"
    assert found["comparison"]["before"]["low"] < 1 < found["comparison"]["before"]["high"]
    assert any(caveat.startswith("Somebody chose") for caveat in found["caveats"])


def test_one_result_is_typed_in(client: TestClient, admin: Headers) -> None:
    client.post("/api/v1/tasks", headers=admin, json={"slug": TASK, "title": "Issue a refund"})
    form = {"person": "ana", "task": TASK, "at": "2026-11-02", "score": "85", "threshold": "80"}
    assert "1 new" in client.post("/studio/evidence/one", headers=admin, data=form).text
    assert "0 new, 1 here" in client.post("/studio/evidence/one", headers=admin, data=form).text
    wrong = client.post("/studio/evidence/one", headers=admin, data=form | {"score": "many"})
    assert wrong.status_code == 422


def test_a_person_sees_and_erases_what_was_seen_of_her(library: TestClient, app: FastAPI, admin: Headers) -> None:
    from app.transfer.keeper import KEEPER

    send(library, admin, "mastery", [mastery("ana", 30)])
    send(library, admin, "competency", [competency("ana", 9), competency("ben", 9, observer="ana")])
    with db.writing(app.state.engine) as session:
        shown = {kept.name: kept.rows for kept in KEEPER.show(session, "ana", "")}
        KEEPER.erase(session, "ana", "")
        left = {kept.name: kept.rows for kept in KEEPER.show(session, "ana", "")}
        of_ben = {kept.name: kept.rows for kept in KEEPER.show(session, "ben", "")}
    assert (len(shown["mastery"]), shown["competency"][0]["seen by"]) == (1, "boss")
    assert (left["mastery"], left["competency"]) == ([], [])
    assert of_ben["competency"][0]["seen by"] == "erased"


def test_old_evidence_goes_and_new_thresholds_are_on_record(client: TestClient, app: FastAPI, admin: Headers) -> None:
    from app.transfer.retention import Retention

    send(client, admin, "mastery", [mastery(f"p{n}", 300 if n < 6 else 30) for n in range(12)])
    settings = app.state.settings.model_copy(update={"evidence_days": 200, "min_group": 6})
    Retention(app.state.engine, settings)(NOW)
    Retention(app.state.engine, settings)(NOW)
    assert report(client, admin)["n"] == 6
    lines = client.get("/api/v1/audit", headers=admin).json()["items"]
    assert len([one for one in lines if one["action"] == "thresholds set" and "min_group=6" in one["detail"]]) == 1


def test_by_simulation_assignment_is_fair_and_use_is_a_trap() -> None:
    from benchmarks import transfer

    lot = np.random.default_rng(2)
    fair, naive = np.exp(np.mean([transfer.trap(lot) for _ in range(20)], axis=0))
    assert fair == pytest.approx(1, abs=0.05)
    assert naive < 0.8
    alarms, held = transfer.simulate(transfer.DESIGNS[0], 150)
    assert alarms < 0.10
    assert held > 0.90
