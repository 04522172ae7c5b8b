"""Evidence in and the report out, over HTTP, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.transfer import caveats
from app.viewer import Role
from tests.conftest import NOW, Ticking
from tests.test_estimators import PLACEBO, SIX_MP, remission, stanford, table

TODAY = NOW.date()
TASK = "issue-refund"
Headers = dict[str, str]


@pytest.fixture
def admin(bearer: Callable[[Role], Headers]) -> Headers:
    return bearer(Role.ADMIN)


def at(days_ago: int) -> str:
    return f"{TODAY - timedelta(days=days_ago)}T10:00:00Z"


def mastery(person: str, days_ago: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"m-{person}",
        "person": person,
        "task": TASK,
        "source": "course",
        "mastered": True,
        "at": at(days_ago),
    } | more


def competency(person: str, days_ago: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"c-{person}", "person": person, "task": TASK, "level": "full", "success": True, "adapted": False,
        "observer": "boss", "source": "checklist", "at": at(days_ago),
    } | more  # fmt: skip


def send(client: TestClient, headers: Headers, kind: str, rows: list[dict[str, Any]]) -> Any:
    answer = None
    for start in range(0, len(rows), 500):
        answer = client.post(f"/api/v1/{kind}", headers=headers, json=rows[start : start + 500])
    return answer


def report(client: TestClient, headers: Headers, **query: Any) -> Any:
    answer = client.get(f"/api/v1/tasks/{TASK}/transfer", headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    assert "NaN" not in answer.text
    return answer.json()


def load(client: TestClient, headers: Headers, name: str, days: Any, events: Any) -> list[str]:
    """Everybody is followed until today, or became competent after so many days; some leave."""
    people, first, then = [], [], []
    for index, (day, event) in enumerate(zip(days.tolist(), events.tolist(), strict=True)):
        person = f"{name}{index}"
        first.append(mastery(person, 400))
        if event:
            then.append(competency(person, 400 - day))
        else:
            people.append({"id": person, "name": person, "left_on": str(TODAY - timedelta(days=400 - day))})
    assert send(client, headers, "mastery", first).status_code == 200
    assert not then or send(client, headers, "competency", then).status_code == 200
    assert not people or client.post("/api/v1/people", headers=headers, json=people).status_code == 200
    return [row["person"] for row in first]


def arms(given: list[str], control: list[str]) -> list[dict[str, Any]]:
    start = str(TODAY - timedelta(days=400))
    return [{"name": "6-MP", "persons": given, "from": start}, {"name": "placebo", "persons": control, "from": None}]


@pytest.fixture
def freireich(client: TestClient, admin: Headers) -> Any:
    """The remissions of 1963 as mastery and competency, loaded through the API, weeks as days."""
    treated = load(client, admin, "t", *remission(SIX_MP))
    control = load(client, admin, "p", *remission(PLACEBO))
    plan = {"slug": "six-mp", "task": TASK, "aids": ["a"], "mechanism": "randomised", "arms": arms(treated, control)}
    assert client.post("/api/v1/rollouts", headers=admin, json=plan).status_code == 201
    return report(client, admin, horizon=20)


def test_freireich_through_the_api(freireich: Any) -> None:
    shown = {arm["name"]: (arm["n"], arm["events"], arm["median_days"]["estimate"]) for arm in freireich["arms"]}
    assert shown == {"6-MP": (21, 9, 23), "placebo": (21, 21, 8)}
    assert freireich["comparison"]["p_value"] is None  # nine events in an arm allow no claim
    assert "Too little to say: 30 events, about 66 needed." in freireich["comparison"]["verdict"]


def test_freireich_compared_where_nine_events_are_enough(
    client: TestClient, admin: Headers, freireich: Any, app: Any
) -> None:
    app.state.settings.min_events_per_arm = 9
    found = report(client, admin, horizon=20)["comparison"]
    assert found["p_value"] == pytest.approx(4.17e-5, rel=0.01)  # χ² = 16.79
    assert found["verdict"].startswith("Slower")
    assert "Randomised by person, 42 people, 30 events." in found["verdict"]


def test_stanford_through_the_api(client: TestClient, admin: Headers, ticking: Ticking, app: Any) -> None:
    days, died, had = stanford()
    begin, app.state.settings.event_days = TODAY, 4_000
    ticking.go_on(days=2_000)
    day = lambda n: f"{begin + timedelta(days=int(n))}T10:00:00Z"  # noqa: E731
    names = [f"s{index}" for index in range(len(days))]
    send(client, admin, "mastery", [mastery(name, 0, at=day(0)) for name in names])
    deaths = [competency(name, 0, at=day(n)) for name, n, dead in zip(names, days, died, strict=True) if dead]
    send(client, admin, "competency", deaths)
    left = [
        {"id": name, "name": name, "left_on": str(begin + timedelta(days=int(n)))}
        for name, n, dead in zip(names, days, died, strict=True)
        if not dead
    ]
    client.post("/api/v1/people", headers=admin, json=left)
    uses = [(name, day(n)) for name, n in zip(names, had, strict=True) if n >= 0]
    open_aid(app, uses)
    found = report(client, admin)
    assert found["descriptive"]["time_dependent_hazard_ratio"]["estimate"] == pytest.approx(
        1.1356, abs=0.0001
    )  # e^0.1271
    assert "became competent 1.14 times as fast" in client.get(f"/tasks/{TASK}/transfer", headers=admin).text


def open_aid(app: Any, uses: list[tuple[str, str]]) -> None:
    """Stores that these persons opened the aid of the task at these times."""
    from datetime import datetime

    from app import db
    from app.aids.models import Aid, AidTask
    from app.ids import uuid7
    from app.transfer import queries
    from app.usage.models import UseEvent

    with db.writing(app.state.engine) as session:
        aid = Aid(slug="heart", path="heart.md", live=1, created_at=NOW)
        session.add(aid)
        session.flush()
        task = queries.tasks_by_slug(session, [TASK])[0]
        session.add(AidTask(aid_id=aid.id or 0, task_id=task.id or 0))
        for person, moment in uses:
            who = app.state.credentials.pseudonym(person)
            session.add(UseEvent(id=uuid7(), type="open", at=datetime.fromisoformat(moment), person=who, slug="heart"))


def given(client: TestClient, admin: Headers, arms: dict[str, str | None], rows: list[tuple[Any, ...]]) -> Any:
    """What the report says of a measure, where groups were given the aid in a chosen order."""
    points = [
        {"id": f"p{n}", "task": TASK, "measure": "deaths", "group": group, "on": on, "count": count, "of": of}
        for n, (group, on, count, of) in enumerate(rows)
    ]
    assert client.post("/api/v1/measures", headers=admin, json=points).json() == {
        "accepted": len(rows),
        "duplicates": 0,
    }
    assert client.post("/api/v1/measures", headers=admin, json=points[:1]).json()["duplicates"] == 1
    assert client.post("/api/v1/measures", headers=admin, json=[points[0] | {"count": 1}]).status_code == 409
    by = [{"name": name, "groups": [name], "from": begins} for name, begins in arms.items()]
    plan = {"slug": "chosen", "task": TASK, "aids": ["a"], "mechanism": "chosen", "arms": by}
    assert client.post("/api/v1/rollouts", headers=admin, json=plan).status_code == 201
    return report(client, admin)["measures"][0]


def test_snows_difference_in_differences_through_the_api(client: TestClient, admin: Headers) -> None:
    # Snow 1855, as in Cunningham, "Causal Inference: The Mixtape" (2021), chapter 9: 78 deaths fewer in 10,000 houses
    rows = [("lambeth", "1849-07-01", 85, 10_000), ("southwark", "1849-07-01", 135, 10_000)]
    rows += [("lambeth", "1854-07-01", 19, 10_000), ("southwark", "1854-07-01", 147, 10_000)]
    found = given(client, admin, {"lambeth": "1852-01-01", "southwark": None}, rows)
    assert found["difference"]["estimate"] == pytest.approx(-0.0078)
    assert found["verdict"] == (
        "Quasi-experimental: the share changed by -0.78 percentage points more where the aids were given"
        " (95 %: -1.16 to -0.40). Difference in differences, groups in a chosen order: 1 against 1, 2 periods,"
        " 40,000 cases."
    )


def test_the_sicilian_smoking_ban_through_the_api(client: TestClient, admin: Headers) -> None:
    # Bernal, Cummins and Gasparrini 2017 (Int J Epidemiol 46): 0.894 (0.864 to 0.925), months being independent
    rows = [
        ("sicily", f"{row['year']}-{int(row['month']):02}-01", int(row["aces"]), float(row["stdpop"]))
        for row in table("sicily")
    ]
    found = given(client, admin, {"sicily": "2005-01-01"}, rows)
    assert [*found["ratio_if_independent"].values()] == pytest.approx([0.894, 0.864, 0.925], abs=0.001)
    assert found["ratio"]["estimate"] == pytest.approx(found["ratio_if_independent"]["estimate"])
    assert found["verdict"].startswith("Weak: from that day on it came about 0.89 times as often")
    assert "Interrupted time series, nothing to compare with, 59 periods" in found["verdict"]


def test_the_contract_of_the_report(freireich: Any) -> None:
    assert {
        "n", "mastered", "already_competent", "events", "censored", "horizon_days", "transfer", "median_days", "curve",
        "full_share", "arms", "comparison", "descriptive", "caveats", "suppressed",
    } <= set(freireich)  # fmt: skip
    assert (freireich["n"], freireich["mastered"], freireich["events"], freireich["censored"]) == (42, 42, 30, 12)
    assert set(freireich["curve"][0]) == {"day", "competent", "low", "high", "at_risk"}


def test_the_same_record_again_changes_nothing(client: TestClient, admin: Headers) -> None:
    rows = [mastery("ana", 3)]
    assert send(client, admin, "mastery", rows).json() == {"accepted": 1, "duplicates": 0}
    assert send(client, admin, "mastery", rows).json() == {"accepted": 0, "duplicates": 1}


def test_the_same_id_with_other_content_shows_both(client: TestClient, admin: Headers) -> None:
    send(client, admin, "competency", [competency("ana", 3)])
    answer = send(client, admin, "competency", [competency("ana", 3, level="assisted")])
    detail = answer.json()["errors"][0]["detail"]
    assert answer.status_code == 409
    assert '"level": "full"' in detail
    assert '"level":"assisted"' in detail


def test_one_bad_record_keeps_the_whole_call_out(client: TestClient, admin: Headers) -> None:
    answer = send(client, admin, "mastery", [mastery("ana", 3), mastery("ben", -3)])
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": "/1", "detail": "m-ben: `at` lies in the future. Send evidence once it is there."}
    ]
    assert send(client, admin, "mastery", [mastery("ana", 3)]).json()["accepted"] == 1


@pytest.mark.parametrize(
    ("record", "mastered"),
    [
        ({"score": 0.8, "threshold": 0.8, "mastered": False}, True),
        ({"score": 79, "threshold": 80, "mastered": True}, False),
        ({"score": 15, "min": 10, "max": 20, "threshold": 0.5, "mastered": None}, True),
        ({"mastered": True}, True),
        ({"mastered": None}, False),
        ({"mastered": None, "success": True}, False),
    ],
)
def test_a_score_goes_before_passed_and_completion_is_nothing(
    client: TestClient, admin: Headers, record: dict[str, Any], mastered: bool
) -> None:
    send(client, admin, "mastery", [mastery(f"p{n}", 30, **record) for n in range(6)])
    assert report(client, admin)["n"] == (6 if mastered else 0)


def test_a_score_above_the_maximum_is_refused(client: TestClient, admin: Headers) -> None:
    answer = send(client, admin, "mastery", [mastery("ana", 3, score=1.2, threshold=0.8)])
    assert answer.status_code == 422
    assert "above the maximum" in answer.json()["detail"]


def test_a_persons_own_word_is_kept_and_never_counted(client: TestClient, admin: Headers) -> None:
    send(client, admin, "mastery", [mastery(f"p{n}", 30) for n in range(6)])
    send(client, admin, "competency", [competency(f"p{n}", 9, observer=f"p{n}") for n in range(6)])
    found = report(client, admin)
    assert found["events"] == 0
    assert any("own word" in caveat for caveat in found["caveats"])


def test_help_and_failure_are_no_competency(client: TestClient, admin: Headers) -> None:
    send(client, admin, "mastery", [mastery(f"p{n}", 30) for n in range(12)])
    send(client, admin, "competency", [competency(f"p{n}", 9, level="assisted") for n in range(6)])
    send(client, admin, "competency", [competency(f"p{n}", 9, success=False) for n in range(6, 12)])
    found = report(client, admin)
    assert found["events"] == 0
    assert found["full_share"]["estimate"] == 0


def test_competent_before_mastery_is_counted_apart(client: TestClient, admin: Headers) -> None:
    send(client, admin, "mastery", [mastery(f"p{n}", 30) for n in range(12)])
    send(client, admin, "competency", [competency(f"p{n}", 31) for n in range(5)])
    found = report(client, admin)
    assert (found["n"], found["already_competent"], found["events"]) == (7, 5, 0)


def test_under_five_people_nothing_is_shown(client: TestClient, admin: Headers) -> None:
    send(client, admin, "mastery", [mastery(f"p{n}", 30) for n in range(4)])
    found = report(client, admin)
    assert found["suppressed"]
    assert (found["n"], found["events"], found["curve"]) == (None, None, [])


def test_nobody_mastered_says_so(client: TestClient, admin: Headers) -> None:
    client.post("/api/v1/tasks", headers=admin, json={"slug": TASK, "title": "Issue a refund"})
    found = report(client, admin)
    assert (found["n"], found["suppressed"]) == (0, False)
    assert any("Nobody" in caveat for caveat in found["caveats"])


def test_a_past_day_gives_the_same_numbers_later(client: TestClient, admin: Headers, ticking: Ticking) -> None:
    send(client, admin, "mastery", [mastery(f"p{n}", 30) for n in range(20)])
    send(client, admin, "competency", [competency(f"p{n}", 9) for n in range(7)])
    before = report(client, admin, as_of=str(TODAY))
    ticking.go_on(days=20)
    send(client, admin, "competency", [competency(f"p{n}", 5) for n in range(7, 14)])
    client.post("/api/v1/competency/c-p0/withdraw", headers=admin, json={"reason": "somebody else"})
    after = report(client, admin, as_of=str(TODAY))
    later = (
        "7 records about days up to this one came in later and are not counted here. A report as of today counts them."
    )
    after["caveats"] = [one for one in after["caveats"] if one not in {later, caveats.EVERYBODY_TODAY}]
    assert after == before | {"groups": [], "cohorts": [], "tenure": []}
    assert report(client, admin)["events"] == 13


def masters(client: TestClient, admin: Headers, source: str, days_ago: int, **sizes: int) -> None:
    """So many people of each group master the task in this course."""
    names = {f"{group}{n}": group for group, size in sizes.items() for n in range(size)}
    people = [{"id": one, "name": one, "groups": [of], "tenure_from": "2020-01-01"} for one, of in names.items()]
    client.post("/api/v1/people", headers=admin, json=people)
    rows = [mastery(one, days_ago, source=source, id=f"{source}-{one}") for one in names]
    send(client, admin, "mastery", rows)


def test_groups_are_told_of_everybody_and_today_only(client: TestClient, admin: Headers) -> None:
    masters(client, admin, "all", 60, north=12, south=13)
    masters(client, admin, "one", 60, north=10, south=10)
    assert [one["n"] for one in report(client, admin)["groups"]] == [12, 13]
    assert report(client, admin, source="one")["groups"] == []
    past = report(client, admin, as_of=str(TODAY - timedelta(days=20)))
    assert (past["n"], past["groups"], past["cohorts"], past["tenure"]) == (25, [], [], [])
    assert report(client, admin, as_of=str(TODAY - timedelta(days=20)), by="group", cell="north")["suppressed"]


def test_a_course_that_is_nearly_a_group_is_not_told(client: TestClient, admin: Headers) -> None:
    masters(client, admin, "all", 60, north=12, south=13)
    masters(client, admin, "one", 60, north=10)
    assert report(client, admin, source="one")["suppressed"]


def test_a_past_day_that_is_nearly_the_end_of_a_month_is_not_told(client: TestClient, admin: Headers) -> None:
    masters(client, admin, "a", 60, north=10)
    masters(client, admin, "b", 20, south=2)  # two on the third of November, and others from the thirteenth on
    masters(client, admin, "c", 10, east=8)
    assert report(client, admin, as_of=str(TODAY - timedelta(days=15)))["suppressed"]
    assert not report(client, admin, as_of=str(TODAY - timedelta(days=30)))["suppressed"]


@pytest.mark.parametrize(("name", "value"), [("count", 1e308), ("of", 1e308), ("of", 0)])
def test_measures_are_of_a_size_that_can_be_counted(
    client: TestClient, admin: Headers, name: str, value: float
) -> None:
    one = {"id": "x", "task": TASK, "measure": "errors", "group": "n", "on": "2026-01-01", "count": 1, "of": 2}
    assert client.post("/api/v1/measures", headers=admin, json=[one | {name: value}]).status_code == 422


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "1899-12-31T00:00:00Z", "9999-12-31T23:59:59-14:00"])
def test_a_clock_that_was_set_wrong_is_refused(client: TestClient, admin: Headers, at: str) -> None:
    assert client.post("/api/v1/mastery", headers=admin, json=[mastery("ana", 1, at=at)]).status_code == 422


def test_the_token_of_a_manager_records_about_nobody(client: TestClient, bearer: Callable[[Role], Headers]) -> None:
    refused = client.post("/api/v1/competency", headers=bearer(Role.MANAGER), json=[competency("ana", 1)])
    assert (refused.status_code, "not in your team" in refused.text) == (422, True)


def test_a_withdrawn_record_counts_no_longer(client: TestClient, admin: Headers) -> None:
    send(client, admin, "mastery", [mastery(f"p{n}", 30) for n in range(9)])
    assert client.post("/api/v1/mastery/m-p0/withdraw", headers=admin, json={}).status_code == 200
    assert report(client, admin)["n"] == 8


def test_a_correction_keeps_the_original(client: TestClient, admin: Headers, app: Any) -> None:
    from app import db
    from app.transfer import queries
    from app.transfer.models import CompetencyEvidence

    send(client, admin, "mastery", [mastery(f"p{n}", 30) for n in range(6)])
    send(client, admin, "competency", [competency("p0", 9)])
    send(client, admin, "competency", [competency("p0", 9, id="c2", level="assisted", corrects="c-p0")])
    assert report(client, admin)["events"] == 0
    with db.reading(app.state.engine) as session:
        kept = queries.by_id(session, CompetencyEvidence, ["c-p0"])["c-p0"][0]
    assert (kept.level, kept.reason) == ("full", "corrected by c2")


def test_a_mapping_says_which_task_and_which_threshold(client: TestClient, admin: Headers) -> None:
    mapped = {"activity": "lms/refunds", "task": TASK, "threshold": 0.9}
    assert client.put("/api/v1/mappings", headers=admin, json=mapped).status_code == 200
    rows = [mastery(f"p{n}", 30, task=None, source="lms/refunds", score=0.85 + n / 100) for n in range(12)]
    assert send(client, admin, "mastery", rows).json()["accepted"] == 12
    assert report(client, admin)["n"] == 7


def test_an_unknown_task_is_refused_where_the_house_says_so(client: TestClient, admin: Headers, app: Any) -> None:
    app.state.settings.unknown_evidence = "refuse"
    answer = send(client, admin, "mastery", [mastery("ana", 3)])
    assert answer.status_code == 422
    assert "ana" in answer.json()["detail"]


def test_an_employee_records_nothing_and_sees_no_report(client: TestClient, employee: Headers) -> None:
    assert send(client, employee, "competency", [competency("ana", 3)]).status_code == 403
    assert client.get(f"/api/v1/tasks/{TASK}/transfer", headers=employee).status_code == 403


def test_a_day_is_one_of_the_organisation(client: TestClient, admin: Headers, app: Any) -> None:
    # 23:30 in Berlin on the 8th and 00:30 on the 9th are one day apart, and in UTC on the same day
    app.state.settings.time_zone = "Europe/Berlin"
    rows = [mastery(f"p{n}", 0, at="2026-07-08T21:30:00Z") for n in range(6)]
    send(client, admin, "mastery", rows)
    send(client, admin, "competency", [competency(f"p{n}", 0, at="2026-07-08T22:30:00Z") for n in range(6)])
    assert report(client, admin)["median_days"]["estimate"] == 1


def test_a_day_with_25_hours_is_one_day(client: TestClient, admin: Headers, app: Any) -> None:
    app.state.settings.time_zone = "Europe/Berlin"
    send(client, admin, "mastery", [mastery(f"p{n}", 0, at="2026-10-24T22:30:00Z") for n in range(6)])
    send(client, admin, "competency", [competency(f"p{n}", 0, at="2026-10-25T23:15:00Z") for n in range(6)])
    assert report(client, admin)["median_days"]["estimate"] == 1


def test_a_future_day_is_no_day_for_a_report(client: TestClient, admin: Headers) -> None:
    send(client, admin, "mastery", [mastery("ana", 3)])
    answer = client.get(f"/api/v1/tasks/{TASK}/transfer", headers=admin, params={"as_of": str(TODAY + timedelta(1))})
    assert answer.status_code == 422


def test_another_day_that_gives_a_few_away_is_not_shown(client: TestClient, admin: Headers) -> None:
    rows = [mastery(f"p{n}", 30) for n in range(9)] + [mastery(f"q{n}", 20) for n in range(2)]
    send(client, admin, "mastery", rows)
    assert report(client, admin, as_of=str(TODAY - timedelta(25)))["suppressed"]
    assert not report(client, admin, as_of=str(TODAY - timedelta(10)))["suppressed"]
