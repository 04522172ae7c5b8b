"""The one rule of approval: nobody makes his own text live. Decision page: `app/docs/decisions/review.md`."""

from app.aids.models import Revision
from app.errors import Forbidden
from app.viewer import Viewer

OWN = (
    "You wrote this text or sent it for review, so somebody else approves it. Ask another trainer. "
    "(Where you are the only one, the administrator can set JOBAIDS_OWN_APPROVAL.)"
)


def is_own(viewer: Viewer, revision: Revision) -> bool:
    """Whether this person wrote the revision or sent it for review; programs own nothing."""
    return viewer.person is not None and viewer.person in {revision.author, revision.submitted_by}


def require_other(viewer: Viewer, revision: Revision) -> bool:
    """Refuse who would approve his own text; returns whether he does so because the server allows it.

    Raises:
        Forbidden: it is his own text.
    """
    own = is_own(viewer, revision)
    if own and not viewer.own_approval:
        raise Forbidden(OWN)
    return own
