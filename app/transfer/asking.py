"""A report for a request: what the house is like, and that a past day shown is remembered."""

from fastapi import Request
from sqlmodel import Session

from app.db import writing
from app.people import service as people
from app.settings import Settings
from app.transfer import service
from app.transfer.question import House, Question
from app.transfer.schemas import TransferOut
from app.usage.totals import first_kept
from app.viewer import Role, Viewer


def house(request: Request) -> House:
    """The house, as the one who asks may see it: a manager looks at teams that she knows, and needs more people."""
    state = request.app.state
    settings: Settings = state.settings
    viewer: Viewer = request.state.viewer
    manager = viewer.role is Role.MANAGER and viewer.person is not None
    return House(
        zone=settings.zone,
        least=max(settings.min_group, settings.min_query_group if manager else 0),
        least_events=settings.min_events_per_arm,
        today=state.clock().astimezone(settings.zone).date().toordinal(),
        pseudonym=state.credentials.pseudonym,
        horizon=settings.horizon_days,
        uses_since=first_kept(state.clock(), settings).toordinal(),
    )


def show(request: Request, session: Session, viewer: Viewer, where: House, asked: Question) -> TransferOut:
    """The report; a past day that was shown is put down, so that no other day gives a few persons away."""
    answer = service.report(session, where, viewer, asked)
    if answer.shown is not None:
        session.rollback()
        with writing(request.app.state.engine) as store:
            service.note_shown(store, answer.shown)
    return answer.report


def audited(request: Request, viewer: Viewer, action: str, subject: str) -> None:
    """Put on record that figures were taken out."""
    state = request.app.state
    with writing(state.engine) as session:
        people.record(session, state.clock(), viewer, action, subject)
