"""Writing: a form in which the text is the truth. Its fields are keys of the front matter, split off and put back.

What nobody changed stays byte for byte: a browser sends every line end as CR LF and gives no thought to comments in
front matter, so both are taken from the text that was begun from.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.aids import document, slugs
from app.aids import service as aids
from app.aids.front import Value, split, with_front
from app.aids.models import Aid, Revision
from app.errors import Fault, Invalid
from app.publishing import drafts, drafts_queries, editor_images
from app.viewer import Right, Viewer
from app.web.words import _
from app.work import service as work

NAMELESS = "new-aid"  # where a text without a title and an address stands while it is written


class EditorForm(BaseModel):
    """The editor as it was sent. Nothing in it is refused here: what was typed must be kept first."""

    model_config = ConfigDict(extra="ignore")

    place: str = Field("", max_length=60, pattern=r"^((aid|new)-[0-9a-z]{1,40})?$")
    base: str = Field("", max_length=64)
    suggestion: int = Field(0, ge=0, lt=1 << 31)
    front: str = Field("", max_length=400_000)
    body: str = Field("", max_length=400_000)
    slug: str = Field("", max_length=400)
    title: str = Field("", max_length=2_000)
    summary: str = Field("", max_length=4_000)
    kind: str = Field("procedure", max_length=50)
    moments: list[str] = Field([], max_length=20)
    tasks: str = Field("", max_length=20_000)
    keywords: str = Field("", max_length=40_000)
    owner: str = Field("", max_length=2_000)
    audience: str = Field("everyone", max_length=50)
    lang: str = Field("", max_length=50)
    review_every: str = Field("", max_length=50)
    note: str = Field("", max_length=500)
    words: str = Field("", max_length=500)  # for the review, to which the form goes on
    action: Literal["save", "send", "preview"] = "save"

    @property
    def said(self) -> str:
        """The note, without what no database takes."""
        return self.note.replace("\0", "")

    @property
    def is_titled(self) -> bool:
        """Whether somebody gave a title, as a key or as the heading on top."""
        return bool(self.title.strip() or self.body.lstrip().startswith("# "))

    @property
    def path(self) -> str:
        """Where in the library the text stands, or would."""
        return path_of(self.slug.strip() or slugs.proposed(self.title))


@dataclass(frozen=True)
class Saved:
    """What came of saving: `fresh` is false where the text was saved like this already."""

    aid: Aid
    revision: Revision
    fresh: bool = True


def path_of(slug: str) -> str:
    """The path of the text at this address; that of a nameless one where it is none."""
    try:
        return f"{slugs.check(slug)}.md"
    except Invalid:
        return f"{NAMELESS}.md"


def form_of(markdown: str, digest: str = "", place: str = "", slug: str = "") -> EditorForm:
    """The form for a text."""
    front, body = split(markdown)
    keys = document.read(markdown).front
    return EditorForm(
        place=place,
        base=digest,
        front=front,
        body=body,
        slug=slug,
        title=keys.title or "",
        summary=keys.summary or "",
        kind=keys.kind,
        moments=[*keys.moments],
        tasks=joined(keys.tasks),
        keywords=joined(keys.keywords),
        owner=keys.owner or "",
        audience=keys.audience,
        lang=keys.lang or "",
        review_every=str(keys.review_every or ""),
    )


def joined(words: Sequence[str]) -> str:
    """A list in one line; what holds a comma stands in quotes."""
    return ", ".join('"{}"'.format(word.replace('"', '""')) if set(word) & set(',"') else word for word in words)


def listed(line: str) -> list[str]:
    """The items of such a line, or of several."""
    rows = csv.reader(line.replace("\0", "").splitlines(), skipinitialspace=True)
    items = [" ".join(item.split()) for row in rows for item in row]
    return list(dict.fromkeys(item for item in items if item))


def compose(session: Session, form: EditorForm, begun: str = "") -> str:
    """The whole file as the form says; `begun` is the text that the author began from.

    Raises:
        Invalid: a field cannot be what it says; the faults' pointers are names of fields.
    """
    front, body = split(begun)
    markdown = _with_ends(form.front, front) + _with_ends(form.body, body)
    return with_front(markdown, _changes(session, form, document.read(markdown).front))


def _with_ends(text: str, begun: str) -> str:
    """The text as it came from a browser, with the line ends of the one it was made from."""
    text = _plain_ends(text)
    if text == _plain_ends(begun):
        return begun
    return text.replace("\n", "\r\n") if "\r\n" in begun else text


def _plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _changes(session: Session, form: EditorForm, before: document.FrontMatter) -> dict[str, Value]:
    names = ("title", "summary", "kind", "owner", "audience", "lang")
    changes: dict[str, Value] = {name: " ".join(getattr(form, name).replace("\0", "").split()) for name in names}
    kept = [moment for moment in before.moments if moment in form.moments]
    days = form.review_every.strip().removesuffix("d")
    return changes | {
        "moments": [*kept, *(moment for moment in form.moments if moment not in kept)],
        "tasks": work.slugs_of(session, listed(form.tasks)),
        "keywords": listed(form.keywords),
        "review_every": int(days) if days.isdecimal() else days,
    }


def compiled(session: Session, form: EditorForm, begun: str = "") -> aids.Compiled:
    """The text, rendered as readers will see it.

    Raises:
        Invalid, TooLarge: it cannot become an aid; the faults name fields, or lines of the text below its keys.
    """
    markdown = compose(session, form, begun)
    images = editor_images.of_text(session, form.path, markdown)
    try:
        return aids.compile_text(markdown, form.path, images)
    except Invalid as error:
        above = split(markdown)[0].count("\n")
        faults = [_in_text(fault, above) for fault in error.faults]
        raise Invalid(" ".join(fault.detail for fault in faults) or error.detail, faults) from None


def _in_text(fault: Fault, above: int) -> Fault:
    """The fault with its line counted in the text alone."""
    number = fault.pointer.removeprefix("line ")
    if number == fault.pointer or not number.isdecimal() or int(number) <= above:
        return fault
    return Fault(f"line {int(number) - above}", fault.detail)


def create(session: Session, at: datetime, viewer: Viewer, form: EditorForm) -> Saved:
    """A new aid with what the form says.

    Raises:
        Invalid, TooLarge: as `compiled`. Conflict: the address is taken.
    """
    viewer.require(Right.WRITE)
    if not form.is_titled:
        raise Invalid(_("Give the aid a title."), [Fault("title", _("Give the aid a title: the job, in a few words."))])
    slug = form.slug.strip().strip("/") or slugs.proposed(form.title) or NAMELESS
    at_home = form.model_copy(update={"slug": slugs.check(slug)})
    text = compiled(session, at_home)
    editor_images.bring_home(session, at_home.path, text.images)
    revision = aids.create(session, at, viewer, slug, text, form.said, "studio")
    drafts.discard(session, viewer, form.place)
    session.flush()
    return Saved(aids.find(session, viewer, slug)[0], revision)


def change(session: Session, at: datetime, viewer: Viewer, slug: str, form: EditorForm) -> Saved:
    """A new draft of an aid with what the form says.

    Raises:
        LostUpdate: somebody saved another text in between. Invalid, TooLarge: as `compiled`.
    """
    viewer.require(Right.WRITE)
    aid, _live = aids.find(session, viewer, slug)
    newest = aids.begun_from(session, aid, form.base)
    begun = newest.markdown if newest else ""
    text = compiled(session, form.model_copy(update={"slug": aid.path.removesuffix(".md")}), begun)
    drafts.discard(session, viewer, form.place)
    if newest is not None and text.digest == newest.digest:
        return Saved(aid, newest, fresh=False)
    editor_images.bring_home(session, aid.path, text.images)
    revision = aids.add_revision(session, at, viewer, aid, text, form.said, "studio")
    session.flush()
    return Saved(aid, revision)


def keep(session: Session, at: datetime, viewer: Viewer, form: EditorForm) -> None:
    """Keep what is typed, unless it is what was saved last: a late call must not bring back what is done with.

    Raises:
        Forbidden: a program does not type.
    """
    aid = aid_at(session, form.place)
    if aid is None and not form.place.startswith("new-"):
        return
    if aid is not None and aid.id is not None and _is_saved(session, aid.id, form):
        drafts.discard(session, viewer, form.place)
        return
    fields = {
        name: value.replace("\0", "") if isinstance(value, str) else value for name, value in form.model_dump().items()
    }
    drafts.keep(session, at, viewer, form.place, fields, aid.id if aid else None)


def aid_at(session: Session, place: str) -> Aid | None:
    """The aid whose copy lies at this place."""
    kind, _dash, number = place.partition("-")
    is_one = kind == "aid" and number.isdecimal() and int(number) < 1 << 31
    return session.get(Aid, int(number)) if is_one else None


def _is_saved(session: Session, aid_id: int, form: EditorForm) -> bool:
    newest = drafts_queries.newest_text(session, aid_id)
    try:
        return newest is not None and compose(session, form, newest) == newest
    except Invalid:
        return False
