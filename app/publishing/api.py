"""Review as JSON: send, approve, return, retire."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.status import HTTP_204_NO_CONTENT

from app.aids.api import AidOut, AidSlug, answer
from app.aids.models import Revision
from app.db import NO_NUL
from app.deps import FactsDep, NowDep, SettingsDep, ViewerDep, WriteSession
from app.facts import Published, Retired, Returned, Submitted
from app.publishing import review, schedule
from app.publishing.review import Seen

router = APIRouter(prefix="/api/v1/aids", tags=["review"])


class Decision(BaseModel):
    """What is decided on, and how."""

    model_config = ConfigDict(extra="forbid")

    revision: int | None = Field(None, ge=1, le=1_000_000_000, description="The number of the revision that was read.")


class SubmitIn(Decision):
    """Send for review."""

    news: str = Field("", max_length=500, pattern=NO_NUL, description="What changed, in the reader's words.")


class ApproveIn(Decision):
    """Approve."""

    on: date | None = Field(None, description="The day on which it goes live; without it at once.")


class GiveBackIn(Decision):
    """Return to the author."""

    reason: str = Field(max_length=2_000, pattern=NO_NUL, description="What is to be changed.")


class StateOut(BaseModel):
    """Where a revision stands."""

    slug: str
    revision: int
    state: str


class Match:
    """The text that was read, by its ETag."""

    def __init__(
        self, if_match: Annotated[str | None, Header(description="The ETag of what was read.")] = None
    ) -> None:
        self.digest = None if if_match in {None, "*"} else (if_match or "").removeprefix("W/").strip('"')

    def seen(self, decision: Decision) -> Seen:
        """Which text the caller means."""
        return Seen(decision.revision, self.digest)


MatchDep = Annotated[Match, Depends()]


def _state(slug: str, revision: Revision) -> StateOut:
    return StateOut(slug=slug, revision=revision.number, state=revision.state)


@router.post("/{slug:path}/submit", summary="Send the newest revision for review")
def submit_aid(
    session: WriteSession, viewer: ViewerDep, now: NowDep, facts: FactsDep, match: MatchDep, slug: AidSlug,
    wanted: SubmitIn | None = None,
) -> StateOut:  # fmt: skip
    """The live one stays until this one is approved. 412 where there is a newer text than the one named."""
    wanted = wanted or SubmitIn(revision=None, news="")
    revision = review.submit(session, now, viewer, slug, match.seen(wanted), wanted.news)
    facts.state(Submitted(now, slug, revision.number, viewer.actor))
    return _state(slug, revision)


class Approving:
    """Everything about an approval but the aid and who approves."""

    def __init__(self, settings: SettingsDep, now: NowDep, match: MatchDep, wanted: ApproveIn | None = None) -> None:
        wanted = wanted or ApproveIn(revision=None, on=None)
        self.now, self.seen = now, match.seen(wanted)
        self.on = schedule.later(wanted.on, now.astimezone(settings.zone).date())


@router.post("/{slug:path}/approve", summary="Approve a revision")
def approve_aid(
    session: WriteSession, viewer: ViewerDep, facts: FactsDep, response: Response, slug: AidSlug,
    approving: Annotated[Approving, Depends()],
) -> AidOut:  # fmt: skip
    """It becomes what readers see, at once or on its day.

    A person names the `revision` in review, and approves nothing of her own. A token may leave it out: the newest then.
    412 where another text is there than the one named; `errors` says what differs.
    """
    revision = review.approve(session, approving.now, viewer, slug, approving.seen, approving.on)
    if revision.state == "live":
        facts.state(Published(approving.now, slug, revision.number, viewer.actor))
    return answer(review.desk(session, viewer, slug).aid, revision, response)


@router.post("/{slug:path}/return", summary="Return a revision to its author")
def return_aid(
    session: WriteSession, viewer: ViewerDep, now: NowDep, facts: FactsDep, match: MatchDep, slug: AidSlug,
    wanted: GiveBackIn,
) -> StateOut:  # fmt: skip
    """The one in review goes back, with the reason; what is live stays."""
    revision = review.give_back(session, now, viewer, slug, match.seen(wanted), wanted.reason)
    facts.state(Returned(now, slug, revision.number, viewer.actor, revision.author, wanted.reason))
    return _state(slug, revision)


@router.post("/{slug:path}/retire", summary="Take an aid away from readers", status_code=HTTP_204_NO_CONTENT)
def retire_aid(session: WriteSession, viewer: ViewerDep, now: NowDep, facts: FactsDep, slug: AidSlug) -> None:
    """Its revisions stay; `approve` brings it back."""
    review.retire(session, now, viewer, slug)
    facts.state(Retired(now, slug, viewer.actor))
