"""What belongs together: the routes of every room, and the parts that run while the server is up."""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Engine
from sqlmodel import Session
from starlette.datastructures import State

from app import facts, gate, health
from app.about import KEEPERS
from app.aids import api as aids_api
from app.aids import pages as aids_pages
from app.aids import service as aids
from app.aids import task_pages
from app.aids.refresh import refresh
from app.chores import Chore, Chores
from app.clock import Clock
from app.db import open_engine
from app.improvement import api as improvement_api
from app.improvement import check_pages, mail_pages, owner_pages, question_pages
from app.improvement import pages as improvement_pages
from app.improvement import review_pages as upkeep_pages
from app.improvement.badge import Badge
from app.improvement.checks import Checks
from app.improvement.digest import Weekly
from app.improvement.fetch import Fetcher
from app.improvement.sources import Sources
from app.improvement.waiting import waiting
from app.library import export_pages
from app.library import pages as library_pages
from app.library.worker import LOOKS, Worker
from app.outbox import Outbox
from app.people import api as people_api
from app.people import audit_pages, me_pages, oidc_pages, people_pages
from app.people import pages as sign_in_pages
from app.people.credentials import Credentials
from app.people.leaving import Leaving
from app.people.privacy import erase_kept
from app.publishing import (
    adoption_pages,
    editor_api,
    editor_pages,
    list_pages,
    review_pages,
    schedule,
    suggestion_pages,
    suggestions,
)
from app.publishing import api as review_api
from app.search import api as search_api
from app.search import pages as search_pages
from app.search import studio as search_studio
from app.search.service import Question, Search
from app.settings import Settings
from app.transfer import api as transfer_api
from app.transfer import evidence_pages, observing, rollout_pages, seen_pages
from app.transfer import pages as transfer_pages
from app.transfer.retention import Retention
from app.transfer.rollouts import Withholding
from app.usage import api as usage_api
from app.usage import pages as usage_pages
from app.usage.learning import Learner
from app.usage.service import KEPT, TYPES, Usage
from app.usage.totals import Forgetting
from app.usage.writer import Writer
from app.viewer import SYSTEM, load_key
from app.widget import api as widget_api
from app.widget import assets as widget_assets
from app.widget import pages as widget_pages
from app.widget import releases
from app.widget.registry import Registry
from app.widget.safe import Safe, seal_all
from app.widget.service import Popular, forget_spent
from app.widget.visitors import Visitors
from app.work import api as work_api

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ROUTERS = (
    search_api.router,
    review_api.router,
    aids_api.router,
    work_api.router,
    usage_api.router,
    search_pages.router,
    search_studio.router,
    editor_api.router,
    editor_pages.router,
    list_pages.router,
    review_pages.router,
    adoption_pages.router,
    suggestion_pages.router,
    task_pages.router,
    aids_pages.router,
    oidc_pages.router,
    sign_in_pages.router,
    me_pages.router,
    people_pages.router,
    audit_pages.router,
    people_api.router,
    usage_pages.router,
    library_pages.router,
    export_pages.router,
    improvement_api.router,
    improvement_pages.router,
    question_pages.router,
    owner_pages.router,
    upkeep_pages.router,
    check_pages.router,
    mail_pages.router,
    transfer_api.router,
    transfer_pages.router,
    observing.router,
    seen_pages.router,
    rollout_pages.router,
    evidence_pages.router,
    widget_api.router,
    widget_assets.router,
    widget_pages.router,
    health.router,
)


def wire(state: State, settings: Settings, clock: Clock) -> None:
    """Make the parts of a server and let lower rooms know of higher ones, here and nowhere else."""
    state.settings, state.clock, state.facts = settings, clock, facts.Facts()
    state.engine = engine = open_engine(settings.sqlalchemy_url)
    state.search = Search(settings.index_dir, engine, settings.language)
    state.neighbours, state.tasks_changed = state.search.neighbours, aids.announce_of_tasks
    state.usage = Usage(Writer(engine), clock, min(KEPT, timedelta(days=settings.event_days)))
    state.learner = Learner(engine, settings, clock, state.usage.writer)
    state.metrics, state.rates = health.Metrics(), gate.Rates(settings, clock)
    state.credentials = Credentials(engine, clock, load_key(settings.data_dir), settings.reading == "everyone")
    state.credentials.own_approval = settings.own_approval
    state.credentials.contributions += [suggestions.with_answers, Withholding(clock, settings)]
    state.simulated = settings.simulated_mark.exists()
    state.safe = Safe(state.credentials.key)
    state.applications, state.popular = Registry(engine, state.safe), Popular(engine, clock, settings.min_learned)
    count = partial(state.rates.count, state.rates.widget)
    state.visitors = Visitors(state.applications, clock, state.credentials, count)
    state.keepers, state.single_sign_on = KEEPERS, oidc_pages.SingleSignOn.of(settings)
    state.incoming = Worker(engine, clock)
    sources = Sources(settings, lambda words: state.search.find(Question(words, limit=1), SYSTEM).total > 0)
    state.worklist, state.badges = [sources, waiting], Badge(engine, clock, settings)
    state.chores = Chores(engine, clock, [*_chores(state, engine), *_upkeep(settings, engine, sources)])
    for kind in TYPES:
        state.facts.listen(kind, state.usage.hear)


def at_start(state: State) -> None:
    """What a server does once before it serves, each bearing to be done twice."""
    releases.keep(state.engine, state.clock())
    seal_all(state.engine, state.safe)


def _chores(state: State, engine: Engine) -> list[Chore]:
    def erase_again(session: Session, person: str) -> None:
        erase_kept(session, state.keepers, person, state.credentials.pseudonym(person))

    def calendar(now: datetime) -> None:
        schedule.turn(engine, state.settings.zone, state.facts, state.search.wake, now)

    leaving = Leaving(engine, state.settings.zone, state.facts, erase_again)
    return [
        Chore("render again", DAY, lambda _now: refresh(engine)),
        Chore("bring in", LOOKS, state.incoming.look),
        Chore("calendar", MINUTE, calendar),
        Chore("people who left", MINUTE, leaving),
        Chore("old evidence", DAY, Retention(engine, state.settings)),
        Chore("old events", DAY, Forgetting(engine, state.settings)),
        Chore("used batch keys", DAY, partial(forget_spent, engine)),
    ]


def _upkeep(settings: Settings, engine: Engine, sources: Sources) -> list[Chore]:
    """What keeps aids true: mail, and looking for what is broken."""
    checks = Checks(engine, Fetcher() if settings.check_external_links else None)
    mail = Outbox(engine, settings.smtp_url, settings.mail_from, settings.data_dir / "outbox")
    return [
        Chore("mail", timedelta(seconds=30), mail.send),
        Chore("check what changed", MINUTE, checks.changed),
        Chore("check everything", DAY, checks.everything),
        Chore("check other servers", timedelta(minutes=10), checks.elsewhere),
        Chore("weekly mail", timedelta(minutes=30), Weekly(engine, settings, sources).send),
    ]
