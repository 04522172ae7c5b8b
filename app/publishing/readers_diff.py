"""What changed between two texts of an aid in the words that readers see: no markdown, no keys."""

from sqlmodel import Session

from app.aids import queries as aid_queries
from app.aids.document import Audience
from app.aids.models import Revision
from app.aids.service import Shown
from app.errors import NotFound
from app.publishing import diff, queries
from app.publishing.desk import Comparison
from app.viewer import Viewer
from app.web.render import day
from app.web.words import _


def since(session: Session, viewer: Viewer, shown: Shown, number: int) -> Comparison:
    """From a text that was live before, or the one just before the last news, to the one that is live.

    Raises:
        NotFound: there is none, or not for this reader. Drafts were never for readers.
    """
    aid_id, live = shown.aid.id or 0, shown.revision
    before = aid_queries.revision(session, aid_id, number) if number else None
    if before is None or before.state != "past":
        before = queries.live_before(session, aid_id, shown.aid.news_revision or live.number)
    if before is None or (before.audience != Audience.EVERYONE and not viewer.member):
        raise NotFound("There is no earlier text of this aid.", shown.aid.slug)
    left, right = (_("Before: revision {n}").format(n=before.number), _("Now, since {date}").format(date=_on(shown)))
    return Comparison(left, right, diff.lines(_readable(before), _readable(live)))


def _on(shown: Shown) -> str:
    when = shown.aid.news_on or shown.aid.checked_on
    return day(when) if when else ""


def _readable(revision: Revision) -> str:
    summary = "" if revision.summary.removesuffix("…") in revision.text else revision.summary
    return "\n".join(line for line in (revision.title, summary, *revision.text.splitlines()) if line)
