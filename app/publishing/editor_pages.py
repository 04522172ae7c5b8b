"""The pages of the editor: a new aid, and an aid that exists."""

import secrets
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.aids import queries as aid_queries
from app.aids import service as aids
from app.aids.aid_view import LABELS
from app.aids.document import Kind
from app.aids.models import Aid, Revision
from app.deps import FactsDep
from app.errors import AppError, Conflict, Fault, Invalid, LostUpdate, TooLarge
from app.facts import Answered, Facts
from app.publishing import adoption, drafts, editor, editor_images, editor_view, starters
from app.publishing.editor import EditorForm
from app.publishing.editor_api import Desk, ReadDesk, Sent, WriteDesk, look
from app.publishing.editor_view import EditorView, NewView, Notes, Option
from app.viewer import Viewer
from app.web import render
from app.web.words import _
from app.work import service as work

router = APIRouter(prefix="/studio", include_in_schema=False)
STATES = {
    "draft": _("Revision {n} is a draft."),
    "review": _("Revision {n} is in review. Saving makes a new draft."),
    "returned": _("Revision {n} came back from review."),
    "approved": _("Revision {n} is approved and waits for its date. Saving makes a new draft."),
    "live": _("Revision {n} is live. Saving makes a draft; readers keep what is live until it is approved."),
    "past": _("Revision {n} is no longer live."),
}


# A new aid


class NewQuery(BaseModel):
    """What a new aid begins with; any list of the studio may link here with words that it knows."""

    kind: Kind | None = None
    place: str = Field("", max_length=60)
    title: str = Field("", max_length=200)
    tasks: str = Field("", max_length=2_000)
    keywords: str = Field("", max_length=2_000)


@router.get("/aids/new")
def new_page(request: Request, desk: ReadDesk, query: Annotated[NewQuery, Query()]) -> HTMLResponse:
    """The kinds to choose from; with a kind, or the place of what was begun, the editor."""
    copy = drafts.find(desk.session, desk.viewer, query.place) if query.place.startswith("new-") else None
    if copy is not None:
        notes = Notes(restored=editor_view.clock(copy.updated_at, desk.now, desk.zone))
        return _page(request, desk, EditorForm.model_validate(copy.fields), notes)
    if query.kind is not None:
        return _page(request, desk, _blank(desk.viewer, query, query.kind), Notes())
    known = query.model_dump(include={"title", "tasks", "keywords"}, exclude_defaults=True)
    kinds = [Option(kind, LABELS[kind], hint=hint) for kind, hint in editor_view.USES.items()]
    begun = editor_view.begun(drafts.begun(desk.session, desk.viewer), desk.now, desk.zone)
    view = NewView(kinds, begun, f"&{urlencode(known)}" if known else "")
    return render.page(request, "editor_new.html", _("Write an aid"), view, "studio")


def _blank(viewer: Viewer, query: NewQuery, kind: Kind) -> EditorForm:
    return EditorForm(
        place=f"new-{secrets.token_hex(8)}",
        body=starters.body(kind),
        kind=kind,
        moments=["solve" if kind == Kind.TROUBLESHOOTING else "apply"],
        title=query.title,
        tasks=query.tasks,
        keywords=query.keywords,
        owner=viewer.person or "",
        review_every="180",
    )


@router.post("/aids/new")
def create(request: Request, desk: WriteDesk, form: Sent) -> Response:
    """Save a new aid as a draft, or show how it would look."""
    if form.action == "preview":
        return _previewed(request, desk, form)
    try:
        return _saved(form, editor.create(desk.session, desk.now, desk.viewer, form))
    except Conflict as error:
        return _refused(request, desk, form, Invalid(error.detail, [Fault("slug", _taken(form))]))
    except (Invalid, TooLarge) as error:
        return _refused(request, desk, form, error)


def _taken(form: EditorForm) -> str:
    return _("An aid has the address {slug} already. Choose another one.").format(slug=form.path.removesuffix(".md"))


# An aid that exists


@router.get("/aids/{slug:path}/edit")
def edit_page(
    request: Request,
    desk: ReadDesk,
    slug: str,
    saved: str = "",
    suggestion: Annotated[int, Query(ge=0, lt=1 << 31)] = 0,
) -> HTMLResponse:
    """The newest text of an aid, what a reader suggested, or what was typed since and not saved."""
    aid, newest = _newest(desk, slug)
    place = drafts.place_of(aid.id or 0)
    copy = drafts.find(desk.session, desk.viewer, place)
    known = EditorForm.model_validate(copy.fields) if copy else None
    wanted = suggestion or (known.suggestion if known else 0)
    suggested, text = adoption.for_editing(desk.session, desk.viewer, wanted, aid)
    form = known or editor.form_of(text or newest.markdown, newest.digest, place, aid.slug)
    form = form.model_copy(update={"suggestion": wanted if suggested else 0})
    notes = Notes(
        restored=editor_view.clock(copy.updated_at, desk.now, desk.zone) if copy else "",
        saved=saved if saved in {"new", "same"} else "",
        others=editor_view.others(desk.session, desk.now, desk.zone, desk.viewer, aid),
        suggested=suggested,
    )
    return _page(request, desk, form, notes, (aid, newest))


@router.post("/aids/{slug:path}/edit")
def change(request: Request, desk: WriteDesk, facts: FactsDep, slug: str, form: Sent) -> Response:
    """Save a new draft; when somebody else saved in between, both texts side by side and nothing stored."""
    known = _newest(desk, slug)
    if form.action == "preview":
        return _previewed(request, desk, form, known)
    try:
        saved = editor.change(desk.session, desk.now, desk.viewer, slug, form)
        _thank(desk, facts, form, saved)
        return _saved(form, saved)
    except LostUpdate:
        return _overtaken(request, desk, form, known)
    except (Invalid, TooLarge) as error:
        return _refused(request, desk, form, error, known)


def _thank(desk: Desk, facts: Facts, form: EditorForm, saved: editor.Saved) -> None:
    """The reader whose suggestion this is gets the credit, and is told."""
    if form.suggestion and saved.fresh:
        aid = saved.aid
        one = adoption.credit_edited(desk.session, desk.now, desk.viewer, form.suggestion, aid, saved.revision)
        if one is not None:
            facts.state(Answered(desk.now, one.id or 0, one.actor, True, aid.slug))


def _newest(desk: Desk, slug: str) -> tuple[Aid, Revision]:
    aid, found = aids.find(desk.session, desk.viewer, slug)
    return aid, aid_queries.newest(desk.session, aid.id or 0) or found


def _overtaken(request: Request, desk: Desk, form: EditorForm, known: tuple[Aid, Revision]) -> HTMLResponse:
    aid, newest = known
    try:
        mine = editor.compose(desk.session, form, newest.markdown)
    except Invalid:
        mine = form.front + form.body
    notes = Notes(
        theirs=editor_view.theirs(desk.session, desk.now, desk.zone, newest, mine),
        others=editor_view.others(desk.session, desk.now, desk.zone, desk.viewer, aid),
    )
    editor.keep(desk.session, desk.now, desk.viewer, form) if desk.viewer.person else None
    go_on = form.model_copy(update={"base": newest.digest})
    return _page(request, desk, go_on, notes, known, status=LostUpdate.status)


# Both


@dataclass(frozen=True)
class Picture:
    """An image that was chosen, and in words what it shows."""

    raw: bytes
    shows: str


async def _picture(request: Request) -> Picture:
    sent = await request.form()
    file, shows = sent.get("picture"), str(sent.get("shows", ""))
    return Picture(await file.read() if isinstance(file, UploadFile) else b"", shows)


@router.post("/picture")
def add_picture(
    request: Request, desk: WriteDesk, form: Sent, picture: Annotated[Picture, Depends(_picture)]
) -> HTMLResponse:
    """Without script: the image at the end of the text; all that was typed is kept and shown."""
    aid = editor.aid_at(desk.session, form.place)
    known = _newest(desk, aid.slug) if aid else None
    try:
        if not picture.raw:
            raise Invalid(_("Choose the file of the image first."))
        body = editor_images.at_end(desk.session, form.path, form.body, picture.raw, picture.shows)
    except (Invalid, TooLarge) as error:
        return _refused(request, desk, form, error, known)
    return _previewed(request, desk, form.model_copy(update={"body": body}), known)


def _saved(form: EditorForm, saved: editor.Saved) -> RedirectResponse:
    """On to the editor, or to the review with the same request."""
    address = f"/studio/aids/{quote(saved.aid.slug)}"
    if form.action == "send":
        return RedirectResponse(f"{address}/submit", 307)
    return RedirectResponse(f"{address}/edit?saved={'new' if saved.fresh else 'same'}", 303)


def _previewed(
    request: Request, desk: Desk, form: EditorForm, known: tuple[Aid, Revision] | None = None
) -> HTMLResponse:
    if desk.viewer.person:
        editor.keep(desk.session, desk.now, desk.viewer, form)
    return _page(request, desk, form, Notes(), known, previewed=True)


def _refused(
    request: Request, desk: Desk, form: EditorForm, error: AppError, known: tuple[Aid, Revision] | None = None
) -> HTMLResponse:
    faults = error.faults or [Fault("", error.detail)]
    return _page(request, desk, form, Notes(faults=faults), known, status=error.status)


def _page(
    request: Request,
    desk: Desk,
    form: EditorForm,
    notes: Notes,
    known: tuple[Aid, Revision] | None = None,
    status: int = 200,
    previewed: bool = False,
) -> HTMLResponse:
    slug = known[0].slug if known else ""
    address = f"/studio/aids/{quote(slug)}/edit" if known else "/studio/aids/new"
    title = known[1].title if known else _("Write an aid")
    view = EditorView(
        form=form,
        action=address,
        slug=slug,
        title=title,
        state=STATES.get(known[1].state, "").format(n=known[1].number) if known else "",
        looks=look(desk, form),
        notes=notes,
        previewed=previewed,
        **editor_view.options(desk.session, form, work.slugs_of(desk.session, editor.listed(form.tasks))),
    )
    return render.page(request, "editor.html", title, view, "studio", status)
