"""Aids and their revisions as JSON."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import Session
from starlette.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from app.aids import images, queries, service
from app.aids.approval import require_other
from app.aids.models import Aid, Revision
from app.db import NO_NUL
from app.deps import Cursor, Limit, NowDep, ReaderDep, ReadSession, ViewerDep, WriteSession
from app.errors import NotFound
from app.people.service import record
from app.viewer import Right, Viewer

router = APIRouter(prefix="/api/v1/aids", tags=["aids"])
Slug = Annotated[str, StringConstraints(min_length=1, max_length=300)]
AidSlug = Annotated[str, Path(description="The aid's address, slashes kept.")]
Number = Annotated[int, Path(description="The number of the revision, from 1.")]


class AidIn(BaseModel):
    """The text of an aid; with PUT another slug renames it."""

    model_config = ConfigDict(extra="forbid")

    slug: Slug = Field(description="Where the aid is to be found, such as `billing/refund-order`.")
    markdown: str = Field(min_length=1, max_length=400_000, description="The whole file, front matter and text.")
    note: str = Field("", max_length=500, pattern=NO_NUL, description="Why it was changed.")


class ChangeIn(AidIn):
    """A changed text; without a slug the address stays."""

    slug: Slug | None = Field(None, description="Another address, to rename the aid.")  # type: ignore[assignment]


class AidLine(BaseModel):
    """An aid in a list."""

    slug: str
    title: str
    summary: str
    kind: str
    tasks: list[str]
    live: bool
    revision: int


class AidOut(AidLine):
    """An aid whole: the live revision, or for those who write the newest where none is live."""

    moments: list[str]
    keywords: list[str]
    owner: str | None
    community: str | None
    audience: str
    review_due: date | None
    checked_on: date | None
    steps: list[str]
    markdown: str
    sections: list[dict[str, Any]]
    warnings: list[str] = Field(default=[], description="What is in, and could be better.")


class AidPage(BaseModel):
    """One page of a list."""

    items: list[AidLine]
    cursor: str | None


class RevisionLine(BaseModel):
    """A revision in a list."""

    number: int
    state: str
    title: str
    author: str
    note: str
    created_at: datetime


class RevisionOut(RevisionLine):
    """A revision with its text."""

    markdown: str


class Revisions(BaseModel):
    """The revisions of an aid, newest first."""

    items: list[RevisionLine]


def _line(aid: Aid, revision: Revision) -> dict[str, Any]:
    return {
        **{name: getattr(revision, name) for name in ("title", "summary", "kind", "tasks")},
        "slug": aid.slug,
        "live": aid.live == revision.number,
        "revision": revision.number,
    }


def answer(aid: Aid, revision: Revision, response: Response, warnings: list[str] | None = None) -> AidOut:
    """The aid with this revision as JSON; its ETag goes into the headers."""
    names = ("moments", "keywords", "owner", "community", "audience", "steps", "markdown", "sections")
    response.headers["ETag"] = f'"{revision.digest}"'
    return AidOut(
        **_line(aid, revision),
        **{name: getattr(revision, name) for name in names},
        review_due=aid.review_due,
        checked_on=aid.checked_on,
        warnings=warnings or [],
    )


def _publish(session: Session, now: datetime, viewer: Viewer, aid: Aid, revision: Revision) -> None:
    """Make it live at once: programs may, a person only where own texts may be approved."""
    if require_other(viewer, revision):
        record(session, now, viewer, "approved own", f"{aid.slug} revision {revision.number}")
    service.publish(session, now, viewer, aid, revision)


def _warnings(session: Any, revision: Revision, slug: str) -> list[str]:
    other = queries.same_title(session, revision.title, slug)
    return [f"{other} has the same title; readers cannot tell them apart."] if other else []


def _compiled(session: Session, markdown: str, path: str) -> service.Compiled:
    """The text with the images that it names and the library has."""
    return service.compile_text(markdown, path, images.stored(session, path, markdown))


@router.get("", summary="List aids")
def list_aids(session: ReadSession, viewer: ReaderDep, limit: Limit = 50, cursor: Cursor = "") -> AidPage:
    """Live aids by slug; those who write see aids without a live revision too."""
    rows = queries.page(session, cursor, limit, viewer.member, viewer.may(Right.WRITE))
    items = [AidLine(**_line(aid, revision)) for aid, revision in rows]
    return AidPage(items=items, cursor=items[-1].slug if len(items) == limit else None)


@router.post("", summary="Write an aid", status_code=HTTP_201_CREATED)
def create_aid(
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    response: Response,
    wanted: AidIn,
    publish: Annotated[bool, Query(description="Make it live at once, for those who may.")] = False,
) -> AidOut:
    """A new aid with its first revision, a draft unless `publish=true`."""
    viewer.require(Right.WRITE)
    compiled = _compiled(session, wanted.markdown, f"{wanted.slug}.md")
    revision = service.create(session, now, viewer, wanted.slug, compiled, wanted.note)
    aid, _ = service.find(session, viewer, wanted.slug)
    if publish:
        _publish(session, now, viewer, aid, revision)
    response.headers["Location"] = f"/api/v1/aids/{aid.slug}"
    return answer(aid, revision, response, _warnings(session, revision, aid.slug))


@router.get("/{slug:path}/revisions", summary="List the revisions of an aid")
def list_revisions(session: ReadSession, viewer: ReaderDep, slug: AidSlug) -> Revisions:
    """Newest first."""
    viewer.require(Right.WRITE)
    aid, _ = service.find(session, viewer, slug)
    rows = queries.revisions(session, aid.id or 0)
    return Revisions(items=[RevisionLine.model_validate(row, from_attributes=True) for row in rows])


@router.get("/{slug:path}/revisions/{n}", summary="Read one revision")
def read_revision(session: ReadSession, viewer: ReaderDep, slug: AidSlug, n: Number) -> RevisionOut:
    """The text as it was."""
    viewer.require(Right.WRITE)
    aid, _ = service.find(session, viewer, slug)
    found = queries.revision(session, aid.id or 0, n) if n < 1 << 31 else None
    if found is None:
        raise NotFound(f"{slug!r} has no revision {n}. `GET /api/v1/aids/{slug}/revisions` lists them.")
    return RevisionOut.model_validate(found, from_attributes=True)


@router.get("/{slug:path}", summary="Read an aid")
def read_aid(session: ReadSession, viewer: ReaderDep, response: Response, slug: AidSlug) -> AidOut:
    """The live revision; the ETag goes into `If-Match` of a PUT."""
    aid, revision = service.find(session, viewer, slug)
    return answer(aid, revision, response)


class Saving:
    """How a change is to be saved."""

    def __init__(
        self,
        if_match: Annotated[str | None, Header(description="The ETag of the text that was changed.")] = None,
        publish: Annotated[bool, Query(description="Make it live at once, for those who may.")] = False,
    ) -> None:
        self.publish = publish
        self.expected = None if if_match in {None, "*"} else (if_match or "").removeprefix("W/").strip('"')


@router.put("/{slug:path}", summary="Change an aid")
def change_aid(
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    response: Response,
    slug: AidSlug,
    wanted: ChangeIn,
    saving: Annotated[Saving, Depends()],
) -> AidOut:
    """A new revision, a draft unless `publish=true`; 412 where somebody else saved in between."""
    viewer.require(Right.WRITE)
    compiled = _compiled(session, wanted.markdown, f"{wanted.slug or slug}.md")
    revision = service.change(session, now, viewer, slug, compiled, wanted.note, saving.expected)
    aid, _ = service.find(session, viewer, slug)
    if wanted.slug and wanted.slug != slug:
        service.rename(session, now, viewer, aid, wanted.slug)
    if saving.publish:
        _publish(session, now, viewer, aid, revision)
    return answer(aid, revision, response, _warnings(session, revision, aid.slug))


@router.delete("/{slug:path}", summary="Retire an aid", status_code=HTTP_204_NO_CONTENT)
def delete_aid(session: WriteSession, viewer: ViewerDep, now: NowDep, slug: AidSlug) -> None:
    """The same as `retire`: nothing that people relied on is destroyed."""
    service.retire(session, now, viewer, slug)
