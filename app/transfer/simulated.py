"""A year of an organisation that does not exist: what `make demo` shows, and what the report is tried on.

420 people in 12 teams learn three tasks. The aid of the first helps (whoever has it becomes competent at 1.8 times the
rate) and came to the teams in random order; the aid of the second does nothing and was drawn by person; the third has
no roll-out. People differ in how easily they learn. Those who find it hard look for help sooner, which makes every aid
look useless to whoever compares users with non-users. Some leave.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert
from sqlmodel import Session

from app.errors import Conflict
from app.ids import uuid7
from app.people.models import Membership, Person
from app.transfer import queries, report_queries
from app.transfer.models import CompetencyEvidence, MasteryRecord, Rollout, RolloutUnit
from app.transfer.rollouts import draw
from app.transfer.schemas import Mechanism
from app.usage.models import UseEvent
from app.viewer import Role
from app.work import service as work

PEOPLE, TEAMS, YEAR = 420, 12, 365
TRUE_RATIO = 1.8
STEP = 28
FIRST_START = 84


@dataclass(frozen=True)
class World:
    """One task of the year: days are counted from its first; `NEVER` days where something did not come."""

    mastered: NDArray[np.int64]
    competent: NDArray[np.int64]
    used: NDArray[np.int64]
    starts: NDArray[np.int64]


NEVER = 1 << 40


@dataclass(frozen=True)
class Staff:
    """Teams, how hard each finds learning, and the day on which each leaves."""

    team: NDArray[np.int64]
    ease: NDArray[np.float64]
    left: NDArray[np.int64]


def staff(lot: np.random.Generator) -> Staff:
    """The people of the year."""
    team = np.arange(PEOPLE) % TEAMS
    ease = np.exp(lot.normal(0, 0.45, PEOPLE) + lot.normal(0, 0.15, TEAMS)[team])
    left = np.where(lot.random(PEOPLE) < 0.12, lot.integers(120, YEAR, PEOPLE), NEVER)
    return Staff(team, ease, left)


def live(lot: np.random.Generator, people: Staff, starts: NDArray[np.int64], ratio: float, rate: float) -> World:
    """A year with one task, day by day: who has the aid from when on, and by how much it speeds people up."""
    mastered = lot.integers(0, YEAR - 60, PEOPLE)
    hard = 1 / people.ease
    found = mastered + lot.geometric(np.clip(0.05 * hard**2, 0.001, 0.9), PEOPLE)
    used = np.maximum(found, starts)
    crossed = (starts > found) & (lot.random(PEOPLE) < 0.04)
    used = np.where(crossed, found, used)
    day = np.arange(YEAR)
    trend = np.exp(0.3 * day / YEAR)
    hazard = rate * people.ease[:, None] * trend * np.where(day >= starts[:, None], ratio, 1.0)
    became = (lot.random(hazard.shape) < hazard) & (day >= mastered[:, None])
    competent = np.where(became.any(axis=1), became.argmax(axis=1), NEVER)
    last = np.minimum(people.left, YEAR)
    return World(
        np.where(mastered < last, mastered, NEVER),
        np.where(competent < last, competent, NEVER),
        np.where(used < np.minimum(last, np.where(competent < NEVER, competent + 20, NEVER)), used, NEVER),
        starts,
    )


@dataclass(frozen=True)
class Writer:
    """Puts the year into the database, its last day being yesterday."""

    session: Session
    at: datetime
    today: date
    pseudonym: Callable[[str], str]

    def moment(self, day: int) -> datetime:
        """Ten o'clock on a day of the year."""
        return datetime.combine(self.date(day), time(10), UTC)

    def date(self, day: int) -> date:
        """The calendar day."""
        return self.today - timedelta(days=YEAR - int(day))

    def people(self, people: Staff) -> None:
        """Persons, and their teams."""
        persons, teams = [], []
        for number in range(PEOPLE):
            left = people.left[number]
            persons.append(
                {
                    "id": name(number),
                    "name": f"Person {number + 1}",
                    "role": Role.EMPLOYEE,
                    "created_at": self.at,
                    "tenure_from": self.date(0) - timedelta(days=int(37 * number % 3000)),
                    "left_on": self.date(left) if left < NEVER else None,
                    "disabled": False,
                }
            )
            begins = self.date(0) - timedelta(days=3000)
            teams.append({"person_id": name(number), "group": team(people.team[number]), "begins_on": begins})
        self.session.execute(insert(Person), persons)
        self.session.execute(insert(Membership), teams)

    def task(self, slug: str, world: World) -> int:
        """Evidence and use of one task; returns its number."""
        number = work.note(self.session, self.at, [slug])[slug].id or 0
        common = {"task_id": number, "recorded_at": self.at, "recorded_by": "simulation", "digest": ""}
        mastered = [
            common
            | self._event(slug, "m", n, day)
            | {"source": "course", "score": 0.9, "mastered": True, "low_trust": False}
            for n, day in enumerate(world.mastered)
            if day < NEVER
        ]
        shown = {"success": True, "adapted": False, "checklist": [], "counts": True}
        competent = []
        for n, day in enumerate(world.competent):
            seen = {
                "observer": None if n % 4 else f"lead-{n % TEAMS}",
                "source": "business system" if n % 4 else "checklist",
            }
            if day < NEVER:
                competent.append(common | self._event(slug, "c", n, day) | shown | seen | {"level": "full"})
                before = (day + world.mastered[n]) // 2
                if n % 3 == 0 and world.mastered[n] < before < day:
                    competent.append(common | self._event(slug, "a", n, before) | shown | seen | {"level": "assisted"})
        self.session.execute(insert(MasteryRecord), mastered)
        self.session.execute(insert(CompetencyEvidence), competent)
        return number

    def _event(self, slug: str, kind: str, person: int, day: int) -> dict[str, Any]:
        moment = self.moment(day)
        return {"id": f"{slug}-{kind}{person}", "person": name(person), "at": moment, "day": moment.date().toordinal()}

    def use(self, aids: list[str], world: World) -> None:
        """Who opened an aid first on which day."""
        if not aids:
            return
        rows = [
            {
                "id": uuid7(),
                "type": "open",
                "at": self.moment(day),
                "person": self.pseudonym(name(n)),
                "slug": aids[n % len(aids)],
                "source": "search",
            }
            for n, day in enumerate(world.used)
            if day < NEVER and day < YEAR
        ]
        self.session.execute(insert(UseEvent), rows)

    def rollout(self, slug: str, task: int, aids: list[str], mechanism: Mechanism, seed: int) -> Rollout:
        """A roll-out that happened, drawn from its seed."""
        made = Rollout(
            slug=slug,
            task_id=task,
            aids=aids,
            mechanism=mechanism,
            seed=seed,
            begins_on=self.date(FIRST_START if mechanism is Mechanism.STAGGERED else 0),
            recorded_afterwards=True,
            created_at=self.at,
            created_by="simulation",
        )
        self.session.add(made)
        self.session.flush()
        return made

    def unit(self, rollout: Rollout, kind: str, unit: str, arm: str, day: int) -> None:
        """A group or a person in an arm."""
        begins = self.date(day) if day < NEVER else None
        self.session.add(RolloutUnit(rollout_id=rollout.id or 0, kind=kind, name=unit, arm=arm, begins_on=begins))


def name(number: int) -> str:
    """The id of a person who does not exist."""
    return f"sim-{number:03d}"


def team(number: int) -> str:
    """The name of a team that does not exist."""
    return f"Team {chr(65 + int(number))}"


def fill(writer: Writer, tasks: tuple[str, str, str], seed: int = 1) -> None:
    """Write the year.

    Raises:
        Conflict: there are people here already.
    """
    if queries.known_persons(writer.session, [name(0)]):
        raise Conflict("The simulated year is here already.")
    lot = np.random.default_rng(seed)
    people = staff(lot)
    writer.people(people)
    order = draw([team(number) for number in range(TEAMS)], TEAMS // 2, seed)
    step = {unit: place for place, units in enumerate(order) for unit in units}
    starts = np.array([FIRST_START + STEP * step[team(number)] for number in people.team])
    _first(writer, tasks[0], live(lot, people, starts, TRUE_RATIO, 0.012), step, seed)
    halves = draw([name(number) for number in range(PEOPLE)], 2, seed)
    given = set(halves[0])
    starts = np.array([0 if name(number) in given else NEVER for number in range(PEOPLE)])
    _second(writer, tasks[1], live(lot, people, starts, 1.0, 0.015), given, seed)
    third = live(lot, people, np.zeros(PEOPLE, np.int64), 1.0, 0.01)
    number = writer.task(tasks[2], third)
    writer.use(report_queries.aids_of(writer.session, number), third)


def _first(writer: Writer, slug: str, world: World, step: dict[str, int], seed: int) -> None:
    task = writer.task(slug, world)
    aids = report_queries.aids_of(writer.session, task)
    writer.use(aids, world)
    made = writer.rollout(f"{slug}-by-team", task, aids or [slug], Mechanism.STAGGERED, seed)
    for unit, place in step.items():
        writer.unit(made, "group", unit, f"Step {place + 1}", FIRST_START + STEP * place)


def _second(writer: Writer, slug: str, world: World, given: set[str], seed: int) -> None:
    task = writer.task(slug, world)
    aids = report_queries.aids_of(writer.session, task)
    writer.use(aids, world)
    made = writer.rollout(f"{slug}-by-lot", task, aids or [slug], Mechanism.RANDOMISED, seed)
    for number in range(PEOPLE):
        inside = name(number) in given
        writer.unit(made, "person", name(number), "Given the aid" if inside else "Not given", 0 if inside else NEVER)
