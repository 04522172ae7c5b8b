"""What could be wrong with a report, in plain words, from the facts of this very data set."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.transfer.analysis import Analysis
from app.transfer.sample import Sample
from app.transfer.schemas import Mechanism
from app.transfer.suppression import small
from app.web.words import _

MANY = 0.5
RARE_P = 0.05


@dataclass(frozen=True)
class Facts:
    """What the sentences are made from."""

    sample: Sample
    horizon: int
    transfer_known: bool
    median_known: bool
    own_word: int
    later: int
    left: int
    least: int
    told: bool


def report(facts: Facts) -> Iterator[str]:
    """About the curve and the evidence."""
    sample = facts.sample
    events = int(sample.events.sum())
    if not sample.n:
        yield _("Nobody has a first mastery of this task, so nobody’s clock has begun.")
        return
    if not facts.told:
        yield few_events(facts.least)
    if not facts.transfer_known:
        yield _(
            "Nobody has been followed for {n} days, so the share within them cannot be told yet. Ask for fewer days."
        ).format(n=facts.horizon)
    if not facts.median_known:
        yield _("Fewer than half have become competent, so there is no median yet.")
    censored = sample.n - events
    if censored > MANY * sample.n and facts.told:
        yield _("{n} of {all} have not become competent yet, or left before. What they will do is not known.").format(
            n=censored, all=sample.n
        )
    if facts.left:
        yield _counted(
            facts.left,
            facts.least,
            _("Some people left before becoming competent and count until they left."),
            _("{n} people left before becoming competent and count until they left."),
        ) + _(" If those leave who struggle, the figures look too good.")
    yield from _evidence(facts)


def _counted(count: int, least: int, some: str, many: str) -> str:
    """A sentence with the count, or without it where it is a few."""
    return some if small(count, least) else many.format(n=count)


def _evidence(facts: Facts) -> Iterator[str]:
    if facts.sample.already:
        yield _counted(
            facts.sample.already,
            facts.least,
            _("Some people were competent before mastery and are left out."),
            _("{n} people were competent before mastery and are counted apart."),
        )
    if facts.own_word:
        yield _counted(
            facts.own_word,
            facts.least,
            _("Some records are people’s own word. They are kept, and not counted."),
            _("{n} records are people’s own word. They are kept, and not counted."),
        )
    if facts.later:
        yield _counted(
            facts.later,
            facts.least,
            _("Some records about days up to this one came in later and are not counted here."),
            _("{n} records about days up to this one came in later and are not counted here."),
        ) + _(" A report as of today counts them.")
    yield _("Competency is dated by when somebody saw it. Where observing is rare, the days are too many.")


def uses_gone(since: date) -> str:
    """That openings of aids were forgotten, so what is said of them is of later ones."""
    return _(
        "Openings of aids before {day} are no longer kept. Use against outcome is of those whose clock began since"
        " then; in the way there, and among those who opened an aid before their day, only openings since then are"
        " counted. All other figures are made without them and have not changed."
    ).format(day=since.isoformat())


def few_events(least: int) -> str:
    """Why figures are blurred where there are people enough."""
    return _(
        "Fewer than {n} of these people have become competent, or fewer than {n} have not yet. How many is not told,"
        " and shares are rounded to twentieths."
    ).format(n=least)


def comparison(analysis: Analysis, crossovers: tuple[int, int] | None, least_events: int, least: int) -> Iterator[str]:
    """About the comparison of a roll-out, by its design."""
    if min(analysis.events_with, analysis.events_without) < least_events:
        one, two = (told(count, least) for count in (analysis.events_with, analysis.events_without))
        yield _(
            "A comparison needs at least {least} events with the aids and as many without; there are {one} and {two}."
        ).format(least=least_events, one=one, two=two)
    mechanism = Mechanism(analysis.rollout.mechanism)
    if mechanism is Mechanism.CHOSEN:
        yield from _chosen(analysis)
    if mechanism is Mechanism.STAGGERED:
        yield _(
            "The order was drawn, and a trend over time is in the model. Open remain: people who moved between groups,"
            " and whatever else came to a group in the same week as the aids."
        )
    if mechanism is Mechanism.RANDOMISED:
        yield _(
            "Who was given the aids was drawn by lot, so tenure, manager and season are alike but for chance."
            " Open remain: leavers, people who tell each other, and how often the task comes up."
        )
    yield from _numbers(analysis, least)
    yield from _delivery(analysis, crossovers)


def _chosen(analysis: Analysis) -> Iterator[str]:
    yield _(
        "Somebody chose who was given the aids first. Groups that were ready sooner may differ in tenure, manager, how"
        " often the task comes up, season, leavers and the version of the aid; none of this is ruled out."
    )
    before = analysis.change.before if analysis.change else None
    if before is None or before.estimate is None or before.low is None or before.high is None:
        return
    moving = before.low > 1 or before.high < 1
    words = _("Before the aids came, the rate was {n} times the earlier one (95 %: {low} to {high}).").format(
        n=f"{before.estimate:.2f}", low=f"{before.low:.2f}", high=f"{before.high:.2f}"
    )
    more = _("It was moving already, so the difference is not the aids alone.") if moving else ""
    yield f"{words} {more}".strip()


def _numbers(analysis: Analysis, least: int) -> Iterator[str]:
    if analysis.by_group:
        yield _("{n} groups were assigned. What counts for certainty is groups, not people.").format(n=analysis.units)
    estimated = analysis.contrast or analysis.change
    smallest = estimated.smallest_p if estimated else None
    if smallest is not None and smallest > RARE_P:
        yield _("With so few groups the lot cannot give a p below {p}, whatever the aids do.").format(
            p=f"{smallest:.2f}"
        )
    if analysis.contrast is not None and analysis.contrast.within:
        yield _("Mean days are counted up to day {n}, as far as both arms were followed.").format(
            n=analysis.contrast.within
        )
    if analysis.reset:
        yield _counted(
            analysis.reset,
            least,
            _("Some people had mastered the task before the roll-out began."),
            _("{n} people had mastered the task before the roll-out began."),
        ) + _(" Their clock runs from its first day.")


def told(count: int, least: int) -> str:
    """A count, or that it is a few."""
    return _("fewer than {n}").format(n=least) if small(count, least) else str(count)


def _delivery(analysis: Analysis, crossovers: tuple[int, int] | None) -> Iterator[str]:
    if analysis.rollout.recorded_afterwards:
        yield _("This roll-out was recorded after it had happened, so nothing was held back by this server.")
    if analysis.rollout.stopped_on:
        yield _("The roll-out was stopped on {day}: {why}. Stopping early makes effects look larger.").format(
            day=analysis.rollout.stopped_on.isoformat(), why=analysis.rollout.stopped_because or _("no reason given")
        )
    if crossovers is not None:
        yield _(
            "{n} of {all} people who were not to have the aids yet opened one by its address. They count as assigned,"
            " so the true difference is larger rather than smaller."
        ).format(n=crossovers[0], all=crossovers[1])


def suppressed(least: int) -> str:
    """Why nothing is shown."""
    return _("Fewer than {n} people, or a difference to another report of fewer than {n}: nothing is shown.").format(
        n=least
    )


def too_near(day: date, least: int) -> str:
    """Why a past day is not shown."""
    return _(
        "A report of {day} was shown already, and fewer than {n} people changed between the two days."
        " Choose a day further away."
    ).format(day=day.isoformat(), n=least)


EVERYBODY_TODAY = _(
    "Groups, months and tenure are told of everybody and as of today only: beside another day or a course they could"
    " give a few people away."
)

DESCRIPTIVE = _(
    "Descriptive only: people who struggle look for help; expect this to read lower than the truth."
    " People who need longer also have more time to look. Compare by assignment, not by use."
)
