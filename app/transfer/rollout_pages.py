"""Roll-outs: the list, one of them, and a plan that says what it could show before it begins."""

import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ValidationError
from sqlmodel import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.db import NO_NUL
from app.deps import NowDep, ReadSession, SettingsDep, ViewerDep, Words, WriteSession
from app.errors import AppError, Invalid
from app.transfer import persons, power, queries, report_queries, rollouts, sample, suppression
from app.transfer.power import Outlook
from app.transfer.rollouts import Office
from app.transfer.schemas import ArmIn, Mechanism, RolloutIn, RolloutOut
from app.viewer import Right
from app.web import render
from app.web.words import _

router = APIRouter(prefix="/studio/rollouts", include_in_schema=False)
MOST_SEED = 2**31 - 1
DEFAULT_RATE = 0.6
LEAST_FOR_A_RATE = 20
MECHANISMS: dict[str, str] = {
    Mechanism.STAGGERED.value: _("One after another, in an order drawn by lot (everybody gets it)"),
    Mechanism.RANDOMISED.value: _("Half now, drawn by lot; the others later or never"),
    Mechanism.CHOSEN.value: _("In the order written below (weak evidence)"),
}


class Plan(BaseModel):
    """What the form holds."""

    slug: str = ""
    task: str = ""
    aids: str = ""
    mechanism: str = Mechanism.STAGGERED
    units: str = ""
    arms: str = "4"
    begins: str = ""
    step: str = "28"
    holdout: str = ""
    seed: str = ""
    supersedes: str = ""


@dataclass(frozen=True)
class Drawn:
    """Arms as they came out of the lot, and what they could show."""

    arms: list[ArmIn]
    words: str
    needed: list[list[tuple[str, str | None]]]


@dataclass(frozen=True)
class PlanView:
    """The form, and what it would become."""

    plan: Plan
    tasks: list[tuple[str, str]]
    groups: list[tuple[str, int]]
    drawn: Drawn | None = None
    problem: str | None = None
    mechanisms: dict[str, str] = field(default_factory=lambda: dict(MECHANISMS))


@dataclass(frozen=True)
class ListView:
    """All roll-outs."""

    rows: list[RolloutOut]
    may_plan: bool


@dataclass(frozen=True)
class OneView:
    """One roll-out."""

    rollout: RolloutOut
    may_stop: bool


@router.get("")
def list_page(request: Request, session: ReadSession, viewer: ViewerDep) -> HTMLResponse:
    """All roll-outs, newest first."""
    rows, _cursor = rollouts.page(session, viewer, "", 200)
    view = ListView(rows, viewer.may(Right.ROLL_OUT))
    return render.page(request, "rollouts.html", _("Roll-outs"), view, "studio")


@router.get("/new")
def plan_page(
    request: Request, session: ReadSession, viewer: ViewerDep, now: NowDep, settings: SettingsDep, task: Words = ""
) -> HTMLResponse:
    """An empty plan, with a first day and a seed."""
    viewer.require(Right.ROLL_OUT)
    today = now.astimezone(settings.zone).date()
    aids = ""
    if task and (found := queries.tasks_by_slug(session, [task])):
        aids = "\n".join(report_queries.aids_of(session, found[0].id or 0))
    seed = str(secrets.randbelow(MOST_SEED))
    plan = Plan(task=task, aids=aids, begins=str(today + timedelta(days=7)), seed=seed)
    return _form(request, session, plan, today)


def _form(
    request: Request, session: Session, plan: Plan, today: date, drawn: Drawn | None = None, problem: str | None = None
) -> HTMLResponse:
    tasks = [(one.slug, one.title) for one in queries.tasks_by_title(session)]
    groups = list(persons.group_sizes(session, today).items())
    if not plan.units:
        plan = plan.model_copy(update={"units": "\n".join(name for name, _size in groups)})
    view = PlanView(plan, tasks, groups, drawn, problem)
    return render.page(request, "rollout_plan.html", _("Plan a roll-out"), view, "studio", 422 if problem else 200)


@router.post("")
def plan_rollout(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    settings: SettingsDep,
    plan: Annotated[Plan, Form()],
    do: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Draw and show, or with `do=begin` put it on record as drawn."""
    office = Office(session, now, viewer, now.astimezone(settings.zone).date())
    viewer.require(Right.ROLL_OUT)
    try:
        wanted = _wanted(plan, office)
        if do == "begin":
            with session.begin_nested():
                rollouts.plan(office, wanted)
            request.app.state.credentials.forget_all()
            return RedirectResponse(f"/studio/rollouts/{wanted.slug}", 303)
        return _form(request, session, plan, office.today, _drawn(wanted, office, settings.min_group))
    except AppError as error:
        return _form(request, session, plan, office.today, problem=error.detail)


def _wanted(plan: Plan, office: Office) -> RolloutIn:
    units = [line.strip() for line in plan.units.splitlines() if line.strip()]
    try:
        begins, step = date.fromisoformat(plan.begins), int(plan.step or 28)
        arms = _arms(plan, units, begins, max(1, min(step, 365)), persons.group_sizes(office.session, office.today))
        return RolloutIn(
            slug=plan.slug.strip(),
            task=plan.task,
            aids=[line.strip() for line in plan.aids.splitlines() if line.strip()],
            mechanism=Mechanism(plan.mechanism),
            seed=int(plan.seed or 0),
            arms=arms,
            supersedes=plan.supersedes.strip() or None,
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Invalid(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}.") from None
    except (ValueError, OverflowError):
        raise Invalid(_("Days are written as 2026-11-23; arms, days between and seed are whole numbers.")) from None


def _arms(plan: Plan, units: list[str], begins: date, step: int, groups: dict[str, int]) -> list[ArmIn]:
    count = 2 if plan.mechanism == Mechanism.RANDOMISED else max(2, min(int(plan.arms or 4), len(units) or 2))
    if plan.mechanism == Mechanism.CHOSEN:
        size = -(-len(units) // count)
        parts = [units[start : start + size] for start in range(0, len(units), size)]
    else:
        parts = rollouts.draw(list(dict.fromkeys(units)), count, int(plan.seed or 0))
    made = []
    for place, part in enumerate(parts):
        never = plan.holdout and place == len(parts) - 1
        of = {"groups" if all(unit in groups for unit in units) else "persons": part}
        first = None if never else begins + timedelta(days=step * place)
        made.append(ArmIn(name=_("Step {n}").format(n=place + 1), begins_on=first, **of))
    return made


def _drawn(wanted: RolloutIn, office: Office, least: int) -> Drawn:
    """The arms, and what so many people could show at the rate that was seen so far."""
    groups = persons.group_sizes(office.session, office.today)
    units = [name for arm in wanted.arms for name in arm.groups]
    people = sum(groups.get(name, 0) for name in units) + sum(len(arm.persons) for arm in wanted.arms)
    first = wanted.arms[0]
    share = (sum(groups.get(name, 0) for name in first.groups) + len(first.persons)) / people if people else 0.5
    if wanted.mechanism != Mechanism.RANDOMISED:
        share = 0.5
    size = people / len(units) if units else 1
    outlook = power.outlook(people, _rate(wanted.task, office, least), share, size)
    return Drawn(wanted.arms, _words(outlook), _needed(outlook))


def _rate(task: str, office: Office, least: int) -> float:
    """The share of those at mastery who became competent so far, in twentieths; 60 % where few have, or have not."""
    found = queries.tasks_by_slug(office.session, [task])
    if not found:
        return DEFAULT_RATE
    whole = sample.draw(office.session, found[0].id or 0, office.today.toordinal(), None)
    events = int(whole.events.sum())
    if whole.n < LEAST_FOR_A_RATE or not suppression.telling(whole.n, events, least):
        return DEFAULT_RATE
    return round(20 * events / whole.n) / 20


def _words(outlook: Outlook) -> str:
    if outlook.detectable is None:
        return _("With so few people nothing can be shown.")
    return _(
        "With {people} people, of whom about {events} will become competent, you can detect a hazard ratio of {ratio}"
        " or more (80 % power, 5 %)."
    ).format(people=outlook.persons, events=outlook.events, ratio=f"{outlook.detectable:.1f}")


def _needed(outlook: Outlook) -> list[list[tuple[str, str | None]]]:
    return [[(ratio, None), (str(events), None)] for ratio, events in outlook.needed.items()]


@router.get("/{slug}")
def one_page(request: Request, session: ReadSession, viewer: ViewerDep, slug: str) -> HTMLResponse:
    """One roll-out."""
    found = rollouts.get(session, viewer, slug)
    view = OneView(found, viewer.may(Right.ROLL_OUT) and found.stopped_on is None)
    return render.page(request, "rollout.html", slug, view, "studio")


@router.post("/{slug}/stop")
def stop_rollout(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    settings: SettingsDep,
    slug: str,
    reason: Annotated[str, Form(max_length=500, pattern=NO_NUL)],
) -> RedirectResponse:
    """End it early."""
    rollouts.stop(Office(session, now, viewer, now.astimezone(settings.zone).date()), slug, reason)
    request.app.state.credentials.forget_all()
    return RedirectResponse(f"/studio/rollouts/{slug}", 303)
