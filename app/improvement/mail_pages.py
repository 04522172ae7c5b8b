"""The mail that could not be sent, for administrators."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse

from app import outbox
from app.deps import NowDep, ReadSession, SettingsDep, ViewerDep, WriteSession
from app.errors import Forbidden, NotFound, SignInNeeded
from app.outbox import Message
from app.people.service import record
from app.viewer import Role, Viewer
from app.web import render
from app.web.words import _

router = APIRouter(prefix="/studio/mail", include_in_schema=False)


@dataclass(frozen=True)
class MailView:
    """Whether mail goes out, and what did not."""

    smtp: bool
    folder: str
    links: bool
    waiting: int
    dead: Sequence[Message]


def _require_administrator(viewer: Viewer) -> None:
    if viewer.role is None:
        raise SignInNeeded("The mail is for administrators: sign in.")
    if viewer.role != Role.ADMIN:
        raise Forbidden("The mail is for administrators: it names who is written to.")


@router.get("")
def mail_page(request: Request, session: ReadSession, viewer: ViewerDep, settings: SettingsDep) -> HTMLResponse:
    """What could not be sent, and why."""
    _require_administrator(viewer)
    folder = settings.data_dir / "outbox"
    view = MailView(
        bool(settings.smtp_url), str(folder), bool(settings.base_url), outbox.waiting(session), outbox.dead(session)
    )
    return render.page(request, "mail.html", _("Mail"), view, "studio")


@router.post("/{number}/again")
def try_again(session: WriteSession, viewer: ViewerDep, now: NowDep, number: UUID) -> RedirectResponse:
    """Have it wait again."""
    _require_administrator(viewer)
    message = outbox.try_again(session, now, number)
    if message is None:
        raise NotFound("This message does not wait for another try. It may be on its way already.")
    record(session, now, viewer, "mail tried again", message.to)
    return RedirectResponse("/studio/mail", 303)
