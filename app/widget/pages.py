"""The studio's pages of applications: how to add the widget to one, its keys, its context rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field, ValidationError
from sqlmodel import Session
from starlette.responses import HTMLResponse, RedirectResponse

from app.deps import NowDep, ReadSession, ViewerDep, WriteSession, base_url
from app.errors import Invalid
from app.viewer import Right, Viewer
from app.web import render
from app.web.words import _
from app.widget import applications, queries
from app.widget.applications import NewKey
from app.widget.models import Application, ApplicationKey
from app.widget.registry import DEMO, ORDER_DESK
from app.widget.script import script
from app.work import queries as work_queries
from app.work import rules
from app.work import service as work
from app.work.context import MOST_PATH, masked
from app.work.models import ContextRule
from app.work.schemas import RuleIn

router = APIRouter(prefix="/studio/applications", include_in_schema=False)


@dataclass(frozen=True)
class ApplicationLine:
    """An application in the list."""

    key: str
    title: str
    origins: list[str]
    rules: int


@dataclass(frozen=True)
class ListView:
    """All applications."""

    applications: list[ApplicationLine]
    may_connect: bool
    rights: str = ""


@dataclass(frozen=True)
class Tag:
    """What a developer copies into the host's page."""

    short: str
    pinned: str
    policy: list[str]
    version: str


@dataclass(frozen=True)
class ApplicationView:
    """One application with its tag and its keys; `secret` is shown once, when it was made."""

    application: Application
    tag: Tag
    keys: Sequence[ApplicationKey]
    tasks: Sequence[tuple[str, str]]
    made: NewKey | None = None


@dataclass(frozen=True)
class Tried:
    """Which task an address gives, and why."""

    address: str
    path: str
    screen: str
    rule: ContextRule | None
    title: str | None


@dataclass(frozen=True)
class RulesView:
    """The rules of an application, the tester, and a rule to add."""

    app: str
    title: str
    rules: list[tuple[ContextRule, str]]
    tasks: Sequence[tuple[str, str]]
    pattern: str
    screen: str
    proposed: list[tuple[str, str]]
    recorded: str
    tried: Tried | None
    saved: bool


def _tag(request: Request, key: str, signs: bool) -> Tag:
    base, made = base_url(request), script()
    attributes = f'data-app="{key}"' + (' data-token-url="/jobaid-token"' if signs else "")
    return Tag(
        short=f'<script async src="{base}/widget/v1/widget.js"\n        {attributes}></script>',
        pinned=(
            f'<script async src="{base}/widget/{made.version}/widget.js"\n        integrity="{made.integrity}"\n'
            f'        crossorigin="anonymous"\n        {attributes}></script>'
        ),
        policy=[f"{name} {base};" for name in ("script-src", "connect-src", "img-src")],
        version=made.version,
    )


@router.get("")
def list_page(request: Request, session: ReadSession, viewer: ViewerDep) -> HTMLResponse:
    """All applications, and a form for one more."""
    viewer.require(Right.PLAN)
    lines = [
        ApplicationLine(one.key, one.title, one.origins, len(rules.of(session, one.key)))
        for one in queries.applications(session)
    ]
    lines.append(ApplicationLine(DEMO, ORDER_DESK.title, [], len(rules.of(session, DEMO))))
    view = ListView(lines, viewer.may(Right.CONFIGURE))
    return render.page(request, "studio_applications.html", _("Applications"), view, "studio")


@router.post("")
def add(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    key: Annotated[str, Form(max_length=60)],
    title: Annotated[str, Form(max_length=200)],
    origins: Annotated[str, Form(max_length=10_000)],
) -> RedirectResponse:
    """Connect an application."""
    applications.add(session, now, viewer, key.strip(), title, origins)
    request.app.state.applications.forget()
    return RedirectResponse(f"/studio/applications/{key.strip()}", 303)


@router.get("/{key}")
def application_page(request: Request, session: ReadSession, viewer: ViewerDep, key: str) -> HTMLResponse:
    """The tag, the policy, the origins and the keys of an application."""
    viewer.require(Right.CONFIGURE)
    return _application(request, session, viewer, key)


def _application(
    request: Request, session: Session, viewer: Viewer, key: str, made: NewKey | None = None
) -> HTMLResponse:
    found = applications.find(session, viewer, key)
    keys = applications.keys(session, key)
    tag = _tag(request, key, any(one.revoked_at is None for one in keys))
    view = ApplicationView(found, tag, keys, work_queries.titles(session), made)
    return render.page(request, "studio_application.html", found.title, view, "studio")


class Wanted(BaseModel):
    """What an administrator may change."""

    title: str = Field(max_length=200)
    origins: str = Field(max_length=10_000)
    subdomains: bool = False
    open: bool = False
    accent: str = Field("", max_length=7)
    task: str = Field("", max_length=200)


@router.post("/{key}")
def change(
    request: Request, session: WriteSession, viewer: ViewerDep, now: NowDep, key: str, said: Annotated[Wanted, Form()]
) -> RedirectResponse:
    """Change an application."""
    wanted = Application(**{**said.model_dump(), "key": key, "origins": applications.origins_in(said.origins)})
    applications.change(session, now, viewer, key, wanted)
    request.app.state.applications.forget()
    return RedirectResponse(f"/studio/applications/{key}", 303)


@router.post("/{key}/remove")
def remove(request: Request, session: WriteSession, viewer: ViewerDep, now: NowDep, key: str) -> RedirectResponse:
    """Take an application away."""
    applications.remove(session, now, viewer, key)
    request.app.state.applications.forget()
    return RedirectResponse("/studio/applications", 303)


@router.post("/{key}/keys")
def add_key(
    request: Request,
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    key: str,
    algorithm: Annotated[Literal["HS256", "EdDSA"], Form()],
    public_key: Annotated[str, Form(max_length=2_000)] = "",
) -> HTMLResponse:
    """A new signing key; a secret is shown in this answer and never again."""
    made = applications.add_key(session, now, viewer, request.app.state.safe, key, algorithm, public_key)
    session.flush()
    request.app.state.applications.forget()
    return _application(request, session, viewer, key, made)


@router.post("/{key}/keys/{kid}/revoke")
def revoke_key(
    request: Request, session: WriteSession, viewer: ViewerDep, now: NowDep, key: str, kid: str
) -> RedirectResponse:
    """Take no more tokens of this key."""
    applications.revoke_key(session, now, viewer, key, kid)
    request.app.state.applications.forget()
    return RedirectResponse(f"/studio/applications/{key}", 303)


class Asked(BaseModel):
    """What the tester is asked, and what a recorder proposes."""

    address: str = Field("", max_length=2_000)
    name: str = Field("", max_length=120)
    path: str = Field("", max_length=2_000)
    screen: str = Field("", max_length=120)
    title: str = Field("", max_length=120)
    saved: bool = False


@router.get("/{key}/rules")
def rules_page(
    request: Request, session: ReadSession, viewer: ViewerDep, key: str, asked: Annotated[Asked, Query()]
) -> HTMLResponse:
    """The rules of an application, with a tester; `path`, `screen` and `title` come from the recorder."""
    viewer.require(Right.PLAN)
    title = ORDER_DESK.title if key == DEMO else applications.find(session, viewer, key).title
    tasks = work_queries.titles(session)
    named = dict(tasks)
    known = [(rule, named.get(rule.task, rule.task)) for rule in rules.of(session, key)]
    view = RulesView(
        key, title, known, tasks,
        pattern=masked(asked.path)[:MOST_PATH] if asked.path else "",
        screen=asked.screen,
        proposed=work.nearest(tasks, asked.title) if asked.title else [],
        recorded=asked.title,
        tried=_tried(session, key, asked, named) if asked.address or asked.name else None,
        saved=asked.saved,
    )  # fmt: skip
    return render.page(request, "studio_rules.html", _("Context rules"), view, "studio")


def _tried(session: Session, key: str, asked: Asked, named: dict[str, str]) -> Tried:
    rule = rules.fitting(session, key, asked.address, asked.name)
    title = named.get(rule.task, rule.task) if rule else None
    return Tried(asked.address, masked(asked.address), asked.name, rule, title)


@router.post("/{key}/rules")
def add_rule(
    session: WriteSession,
    viewer: ViewerDep,
    now: NowDep,
    key: str,
    task: Annotated[str, Form(max_length=200)],
    pattern: Annotated[str, Form(max_length=MOST_PATH)] = "",
    screen: Annotated[str, Form(max_length=120)] = "",
) -> RedirectResponse:
    """Keep a rule."""
    try:
        wanted = RuleIn(app=key, pattern=pattern.strip() or None, screen=screen.strip() or None, task=task.strip())
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise Invalid(f"This rule cannot be kept: {reason}.") from None
    rules.add(session, now, viewer, wanted)
    shown = urlencode({"address": wanted.pattern or "", "name": wanted.screen or "", "saved": "true"})
    return RedirectResponse(f"/studio/applications/{key}/rules?{shown}", 303)


@router.post("/{key}/rules/{number}/remove")
def remove_rule(session: WriteSession, viewer: ViewerDep, now: NowDep, key: str, number: int) -> RedirectResponse:
    """Take a rule away."""
    rules.remove(session, now, viewer, key, number)
    return RedirectResponse(f"/studio/applications/{key}/rules", 303)
