"""Roll-outs: planned, drawn, delivered as planned, stopped on record, never changed once begun."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
from sqlalchemy import delete
from sqlmodel import Session, col

from app.aids.document import read as read_document
from app.clock import Clock
from app.errors import Conflict, Fault, Invalid, NotFound
from app.people import service as people
from app.settings import Settings
from app.transfer import queries
from app.transfer.models import Rollout, RolloutUnit
from app.transfer.schemas import ArmIn, Mechanism, RolloutIn, RolloutOut
from app.viewer import Right, Viewer
from app.work import service as work

MOST_DIGITS = 18  # of a number of a row
SAFETY = 7  # a task of this criticality is one where nobody may go without help


@dataclass(frozen=True)
class Office:
    """Where roll-outs are planned: who plans, when, and on which day of the organisation."""

    session: Session
    at: datetime
    viewer: Viewer
    today: date


def plan(office: Office, wanted: RolloutIn) -> RolloutOut:
    """Put a roll-out on record; one that has not begun may be planned anew.

    Raises:
        Conflict: it has begun.
        Invalid: it cannot be carried out as it says.
    """
    office.viewer.require(Right.ROLL_OUT)
    session = office.session
    faults = _faults(office, wanted)
    if faults:
        raise Invalid(faults[0].detail, faults)
    before = queries.rollout(session, wanted.slug)
    if before is not None:
        _clear(office, before)
    begins = [arm.begins_on for arm in wanted.arms if arm.begins_on]
    task = work.note(session, office.at, [wanted.task])[wanted.task]
    made = Rollout(
        slug=wanted.slug,
        task_id=task.id or 0,
        aids=wanted.aids,
        mechanism=wanted.mechanism,
        seed=wanted.seed,
        begins_on=min(begins, default=None),
        recorded_afterwards=bool(begins) and min(begins) < office.today,
        created_at=office.at,
        created_by=office.viewer.actor,
        supersedes=wanted.supersedes,
    )
    session.add(made)
    session.flush()
    for arm in wanted.arms:
        _enlist(session, made.id or 0, arm)
    people.record(session, office.at, office.viewer, "roll-out planned", wanted.slug)
    session.flush()
    return _out(session, made, wanted.task)


def _clear(office: Office, before: Rollout) -> None:
    if before.begins_on is not None and before.begins_on <= office.today:
        raise Conflict(
            f"The roll-out {before.slug!r} began on {before.begins_on} and cannot change. Plan a new one that"
            f" `supersedes` it, or stop it with `POST /api/v1/rollouts/{before.slug}/stop`."
        )
    if before.stopped_on is not None:
        raise Conflict(
            f"The roll-out {before.slug!r} was stopped and stays on record. Plan the new one under another name."
        )
    office.session.execute(delete(RolloutUnit).where(col(RolloutUnit.rollout_id) == before.id))
    office.session.delete(before)
    office.session.flush()


def _enlist(session: Session, rollout: int, arm: ArmIn) -> None:
    for kind, names in (("group", arm.groups), ("person", arm.persons)):
        for name in dict.fromkeys(names):
            session.add(RolloutUnit(rollout_id=rollout, kind=kind, name=name, arm=arm.name, begins_on=arm.begins_on))


def _faults(office: Office, wanted: RolloutIn) -> list[Fault]:
    arms, found = wanted.arms, []
    names = [arm.name for arm in arms]
    if len(set(names)) < len(names):
        found.append(Fault("/arms", "Give each arm a name of its own."))
    for kind in ("groups", "persons"):
        units = [name for arm in arms for name in dict.fromkeys(getattr(arm, kind))]
        twice = sorted({name for name in units if units.count(name) > 1}) if len(set(units)) < len(units) else []
        if twice:
            found.append(Fault("/arms", f"In two arms: {', '.join(twice[:5])}. Each belongs to one."))
    if not any(arm.groups or arm.persons for arm in arms):
        found.append(Fault("/arms", "Say which groups or persons belong to the arms."))
    found += _timing(wanted)
    if any(arm.begins_on is None for arm in arms):
        found += _safety(office.session, wanted)
    if wanted.supersedes == wanted.slug:
        found.append(Fault("/supersedes", "A roll-out cannot take its own place. Give the new one another name."))
    elif wanted.supersedes and queries.rollout(office.session, wanted.supersedes) is None:
        found.append(Fault("/supersedes", f"No roll-out is called {wanted.supersedes!r}."))
    return found


def _timing(wanted: RolloutIn) -> list[Fault]:
    days = {arm.begins_on for arm in wanted.arms}
    if days == {None}:
        return [Fault("/arms", "At least one arm needs a day `from` which it is given the aids.")]
    together = wanted.mechanism is Mechanism.CHOSEN and len(wanted.arms) == 1
    if len(days) < 2 and not together:
        return [
            Fault(
                "/arms", "All arms begin on the same day: there is nothing to compare. Give one a later day, or none."
            )
        ]
    return []


def _safety(session: Session, wanted: RolloutIn) -> list[Fault]:
    """Nobody goes without an aid on which safety depends."""
    tasks = queries.tasks_by_slug(session, [wanted.task])
    if any((task.criticality or 0) >= SAFETY for task in tasks):
        return [Fault("/arms", f"Failure at {wanted.task!r} is critical to safety: no arm may go without the aids.")]
    marked = [slug for slug in wanted.aids if safety_critical(session, slug)]
    words = "is marked safety-critical: no arm may go without it. Give each arm a day."
    return [Fault("/arms", f"{marked[0]!r} {words}")] if marked else []


def safety_critical(session: Session, slug: str) -> bool:
    """Whether the live text of an aid says so in its front matter."""
    markdown = queries.live_markdown(session, slug)
    return markdown is not None and read_document(markdown).front.safety_critical


def stop(office: Office, slug: str, reason: str) -> RolloutOut:
    """End a roll-out early, on record: from today on everybody is given the aids.

    Raises:
        NotFound: no such roll-out.
        Conflict: it was stopped before.
    """
    office.viewer.require(Right.ROLL_OUT)
    found = find(office.session, slug)
    if found.stopped_on is not None:
        raise Conflict(f"It was stopped on {found.stopped_on} already.")
    found.stopped_on, found.stopped_because = office.today, reason
    office.session.add(found)
    people.record(office.session, office.at, office.viewer, "roll-out stopped", slug, reason)
    return get(office.session, office.viewer, slug)


def find(session: Session, slug: str) -> Rollout:
    """The roll-out with this slug.

    Raises:
        NotFound: there is none.
    """
    found = queries.rollout(session, slug)
    if found is None:
        raise NotFound(f"No roll-out is called {slug!r}. `GET /api/v1/rollouts` lists them.")
    return found


def get(session: Session, viewer: Viewer, slug: str) -> RolloutOut:
    """One roll-out as it stands."""
    viewer.require(Right.MEASURE)
    found = find(session, slug)
    return _out(session, found, queries.task_slug(session, found.task_id))


def page(session: Session, viewer: Viewer, cursor: str, limit: int) -> tuple[list[RolloutOut], str | None]:
    """Roll-outs, newest first, and where to go on."""
    viewer.require(Right.MEASURE)
    rows = queries.rollouts(session, int(cursor) if cursor.isdecimal() and len(cursor) < MOST_DIGITS else None, limit)
    items = [_out(session, one, task.slug) for one, task in rows]
    return items, str(rows[-1][0].id) if len(rows) == limit else None


def _out(session: Session, one: Rollout, task: str) -> RolloutOut:
    arms: dict[str, ArmIn] = {}
    for unit in queries.units(session, one.id or 0):
        arm = arms.setdefault(unit.arm, ArmIn(name=unit.arm, begins_on=unit.begins_on))
        (arm.groups if unit.kind == "group" else arm.persons).append(unit.name)
    return RolloutOut(
        slug=one.slug,
        task=task,
        aids=one.aids,
        mechanism=Mechanism(one.mechanism),
        seed=one.seed,
        arms=list(arms.values()),
        supersedes=one.supersedes,
        recorded_afterwards=one.recorded_afterwards,
        stopped_on=one.stopped_on,
        stopped_because=one.stopped_because,
    )


def draw(names: Sequence[str], arms: int, seed: int) -> list[list[str]]:
    """Cast the lot: these names into so many arms of sizes that differ by one at most. The same seed, the same arms."""
    ordered = sorted(names)
    shuffled = [ordered[place] for place in np.random.default_rng(seed).permutation(len(ordered))]
    return [sorted(shuffled[arm::arms]) for arm in range(arms)]


@dataclass(frozen=True)
class Withholding:
    """Puts into the viewer of a person what roll-outs do not give her today."""

    clock: Clock
    settings: Settings

    def __call__(self, session: Session, viewer: Viewer) -> Viewer:
        """The viewer, with the aids that are withheld."""
        if viewer.person is None:
            return viewer
        today = self.clock().astimezone(self.settings.zone).date()
        groups = [*people.groups_on(session, today, [viewer.person]).get(viewer.person, []), *viewer.groups]
        waiting = [one for one in queries.waiting(session, viewer.person, groups, today) if not one.recorded_afterwards]
        superseded = queries.superseded(session) if waiting else set()
        aids = {aid for one in waiting if one.slug not in superseded for aid in one.aids}
        return replace(viewer, withheld=frozenset(queries.aid_numbers(session, aids))) if aids else viewer
