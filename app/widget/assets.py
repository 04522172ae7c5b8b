"""What the widget is made of: the script in its versions, its words, images for other pages, the frame, the demo."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import HTMLResponse, Response

from app.aids import queries as aid_queries
from app.deps import NowDep, ReadSession
from app.errors import NotFound
from app.web import render
from app.widget import abroad, releases, script
from app.widget.registry import DEMO, Known

router = APIRouter(prefix="/widget", include_in_schema=False)
JAVASCRIPT = "text/javascript; charset=utf-8"
ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
FOR_EVER = {**ANYWHERE, "Cache-Control": "public, max-age=31536000, immutable"}
FOR_AN_HOUR = {**ANYWHERE, "Cache-Control": "public, max-age=3600"}
DEMO_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
FRAME_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self' {}"
)


@dataclass(frozen=True)
class FrameView:
    """The page inside a frame."""

    app: str
    origins: str
    lang: str
    theme: str


@dataclass(frozen=True)
class DemoView:
    """The made-up order desk."""

    app: str


@router.get("/v1/widget.js")
def newest(request: Request) -> Response:
    """The newest script of version 1."""
    made = script.script()
    headers = {**FOR_AN_HOUR, "ETag": made.etag}
    if request.headers.get("if-none-match", "") == made.etag:
        return Response(status_code=304, headers=headers)
    return Response(made.content, media_type=JAVASCRIPT, headers=headers)


@router.get("/versions.json")
def versions(session: ReadSession) -> Response:
    """Every version with its digest."""
    return Response(releases.listed(session), media_type="application/json", headers=FOR_AN_HOUR)


@router.get("/{version}/widget.js")
def one_version(session: ReadSession, version: Annotated[str, Path(max_length=20)]) -> Response:
    """A script that never changes."""
    made = releases.find(session, version)
    return Response(made.content, media_type=JAVASCRIPT, headers={**FOR_EVER, "ETag": made.etag})


@router.get("/{version}/{name}.js")
def other_script(session: ReadSession, version: Annotated[str, Path(max_length=20)], name: str) -> Response:
    """What few pages need: the frame in place of the panel, the recorder; earlier scripts get the newest."""
    if name not in script.OTHERS or not releases.is_kept(session, version):
        raise NotFound(releases.GONE)
    kept = FOR_EVER if version == script.VERSION else FOR_AN_HOUR
    return Response(script.other(name), media_type=JAVASCRIPT, headers=kept)


@router.get("/{version}/strings/{language}.json")
def strings(session: ReadSession, version: Annotated[str, Path(max_length=20)], language: str) -> Response:
    """The words of the panel in a language; words are added and none is taken away."""
    if language not in script.LANGUAGES or not releases.is_kept(session, version):
        raise NotFound(releases.GONE)
    kept = FOR_EVER if version == script.VERSION else FOR_AN_HOUR
    return Response(script.strings(language), media_type="application/json", headers=kept)


@router.get("/files/{digest}/{signed}")
def image(request: Request, session: ReadSession, now: NowDep, digest: str, signed: str) -> Response:
    """An image of an aid that was shown on another page."""
    key = request.app.state.credentials.key
    good = digest.isalnum() and abroad.is_good(key, digest, signed, now)
    found = aid_queries.attachment(session, digest[:64]) if good else None
    if found is None or not found.media_type.startswith("image/"):
        raise NotFound("There is no such image, or its address is too old. Open the aid again.")
    headers = {**ANYWHERE, "Cache-Control": "private, max-age=86400", "Content-Security-Policy": "sandbox"}
    return Response(found.content, media_type=found.media_type, headers=headers)


@router.get("/frame/{app}")
def frame(
    request: Request,
    app: str,
    lang: Annotated[str, Query(pattern=r"^[A-Za-z0-9-]{0,35}$")] = "en",
    theme: Annotated[str, Query(pattern=r"^(auto|light|dark)$")] = "auto",
) -> HTMLResponse:
    """The panel as a page, for the origins of the application to frame."""
    known: Known | None = request.app.state.applications.get(app)
    if known is None:
        raise NotFound("There is no application of this name.")
    view = FrameView(app, " ".join(sorted(known.origins)), lang, theme)
    response = _bare("widget_frame.html", view)
    response.headers["Content-Security-Policy"] = FRAME_POLICY.format(known.ancestors)
    return response


@router.get("/demo{rest:path}")
def demo() -> HTMLResponse:
    """A made-up order desk with the widget in it; its own script shows the screen that the address names."""
    response = _bare("widget_demo.html", DemoView(DEMO))
    response.headers["Content-Security-Policy"] = DEMO_POLICY
    return response


def _bare(name: str, view: object) -> HTMLResponse:
    """A page that is not one of ours to look at: without the layout, and without who is signed in."""
    html = render.environment().get_template(name).render({"view": view})
    return HTMLResponse(html, headers={"Cache-Control": "no-store"})
