"""What waits for a trainer's decision, for the worklist: texts in review, and what readers suggest."""

from datetime import datetime
from urllib.parse import quote

from sqlmodel import Session

from app.improvement import queries
from app.improvement.queries import About
from app.improvement.worklist import Action, Item
from app.publishing import queries as publishing
from app.publishing.models import Suggestion
from app.web.render import day
from app.web.words import _

MOST = 100
SAID = {
    "change": _("a change to “{title}”"),
    "outdated": _("“{title}” is outdated"),
    "offer": _("a new aid, “{title}”"),
}


def waiting(session: Session, _now: datetime) -> list[Item]:
    """Texts that somebody sent for review, and suggestions that nobody answered yet."""
    sent = publishing.in_review(session, MOST)
    told = publishing.suggestions(session, True, 0, MOST)
    about = queries.about(session, {slug for slug, *_rest in sent} | {slug for _one, slug, _title in told if slug})
    return [
        *(_in_review(slug, number, title, about.get(slug)) for slug, number, title in sent),
        *(_suggested(one, title or one.title, about.get(slug or "")) for one, slug, title in told),
    ]


def _in_review(slug: str, number: int, title: str, aid: About | None) -> Item:
    url = f"/studio/aids/{quote(slug)}/review"
    text = _("“{title}” waits for somebody to approve it").format(title=title)
    criticality = aid.criticality if aid else None
    return Item(f"sent:{slug}:{number}", "review", text, Action(_("Review"), url), 0, criticality, _("Sent"), url)


def _suggested(one: Suggestion, title: str, aid: About | None) -> Item:
    url = f"/studio/suggestions/{one.id}"
    text, detail = SAID[one.kind].format(title=title), _("suggested {date}").format(date=day(one.created_at))
    criticality, lead = aid.criticality if aid else None, _("Suggestion")
    action = Action(_("Look at it"), url)
    return Item(f"suggestion:{one.id}", "suggestion", text, action, 1, criticality, lead, url, detail)
