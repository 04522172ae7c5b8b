"""What the editor asks for while somebody types: the preview, a copy that is kept, tasks, images, clean markdown."""

from dataclasses import asdict
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Body, Depends, Form, Query, Request
from sqlmodel import Session
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse

from app.aids import images
from app.aids.models import Aid
from app.deps import NowDep, ReadSession, SettingsDep, ViewerDep, WriteSession
from app.errors import AppError
from app.publishing import drafts, editor, editor_images, editor_view
from app.publishing.editor import EditorForm
from app.publishing.editor_view import LookView
from app.viewer import Right, Viewer
from app.web import render
from app.web.words import _
from app.work import service as work

router = APIRouter(prefix="/studio", include_in_schema=False)


class Desk:
    """What the functions below all need: where it is stored, who types, and when and where."""

    def __init__(self, session: Session, viewer: Viewer, now: NowDep, settings: SettingsDep) -> None:
        viewer.require(Right.WRITE)
        self.session, self.viewer, self.now = session, viewer, now
        self.zone, self.language = settings.zone, settings.language


def _to_read(session: ReadSession, viewer: ViewerDep, now: NowDep, settings: SettingsDep) -> Desk:
    return Desk(session, viewer, now, settings)


def _to_write(session: WriteSession, viewer: ViewerDep, now: NowDep, settings: SettingsDep) -> Desk:
    return Desk(session, viewer, now, settings)


ReadDesk = Annotated[Desk, Depends(_to_read)]
WriteDesk = Annotated[Desk, Depends(_to_write)]
Sent = Annotated[EditorForm, Form()]


def look(desk: Desk, form: EditorForm) -> LookView:
    try:
        return editor_view.look(editor.compiled(desk.session, form), desk.language, form.is_titled or bool(form.base))
    except AppError as error:
        return editor_view.looked(error)


@router.post("/preview")
def preview(request: Request, desk: ReadDesk, form: Sent) -> HTMLResponse:
    """How the text would look, and the coach's advice: a piece of a page."""
    return render.page(request, "editor_look.html", _("Preview"), look(desk, form))


@router.post("/drafts")
def keep(desk: WriteDesk, form: Sent) -> JSONResponse:
    """Keep what is typed; says when, and who else is at work."""
    editor.keep(desk.session, desk.now, desk.viewer, form)
    copy = drafts.find(desk.session, desk.viewer, form.place)
    aid = desk.session.get(Aid, copy.aid_id) if copy and copy.aid_id else None
    others = editor_view.others(desk.session, desk.now, desk.zone, desk.viewer, aid) if aid else []
    return JSONResponse({"kept": editor_view.clock(desk.now, desk.now, desk.zone), "others": others})


@router.post("/drafts/discard")
def discard(desk: WriteDesk, form: Sent) -> RedirectResponse:
    """Forget what was typed and not saved."""
    drafts.discard(desk.session, desk.viewer, form.place)
    aid = editor.aid_at(desk.session, form.place)
    return RedirectResponse(f"/studio/aids/{quote(aid.slug)}/edit" if aid else "/studio/aids/new", 303)


@router.get("/pick/tasks")
def pick_task(desk: ReadDesk, q: Annotated[str, Query(max_length=200)] = "") -> JSONResponse:
    """Tasks to choose from."""
    return JSONResponse([asdict(choice) for choice in work.choices(desk.session, q.replace("\0", ""))])


@router.post("/aids/{slug:path}/images")
def upload(
    desk: WriteDesk, slug: str, raw: Annotated[bytes, Body(media_type="application/octet-stream")]
) -> JSONResponse:
    """Store an image beside the aid; says how the text names it, and where it is served."""
    accepted = images.accept(raw)
    address = editor_images.keep(desk.session, editor.path_of(slug), accepted)
    return JSONResponse({"address": address, "shown": f"/files/{accepted.digest}"})


@router.post("/paste")
def paste(
    desk: WriteDesk, raw: Annotated[bytes, Body(media_type="text/plain")], slug: Annotated[str, Query()] = ""
) -> JSONResponse:
    """Clean markdown of HTML that was copied elsewhere, and what of it was lost."""
    pasted = editor_images.paste(desk.session, editor.path_of(slug), raw.decode("utf-8", "replace"))
    return JSONResponse(asdict(pasted))
