"""What this room stores about a person, as `/me` shows it."""

from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col

from app.keepers import Keeper, Kept
from app.people import audit_queries, directory, queries
from app.people.models import Identity, Membership, Password, Person
from app.web.words import _


def show(session: Session, person: str, _pseudonym: str) -> list[Kept]:
    """Account, groups, sessions, and the lines of the audit."""
    found = session.get(Person, person)
    rows = [_account(session, found)] if found else []
    return [
        Kept("account", _("Account"), _("Who you are here. It stays until you erase it."), rows),
        Kept(
            "groups",
            _("Groups"),
            _("Where you belong and belonged, so that figures about groups count the right people."),
            [
                {"group": one.group, "from": _iso(one.begins_on), "until": _iso(one.ends_on)}
                for one in _belonged(session, person)
            ],
        ),
        Kept("sessions", _("Sessions"), _("Where you are signed in, until you sign out."), _sessions(session, person)),
        Kept(
            "audit",
            _("Audit"),
            _("What you changed and what was changed about you. It cannot be erased; names and e-mails are not in it."),
            [
                {"at": _iso(one.at), "by": one.actor, "what": one.action, "which": one.subject, "detail": one.detail}
                for one in audit_queries.about(session, person)
            ],
        ),
    ]


def erase(session: Session, person: str, _pseudonym: str) -> None:
    """Everything but the account itself, which is emptied by `privacy.erase`, and the audit."""
    for table in (Membership, Password, Identity):
        session.execute(delete(table).where(col(table.person_id) == person))
    directory.end_everything(session, person)


def _account(session: Session, person: Person) -> dict[str, Any]:
    password = queries.password(session, person.id)
    identities = queries.identities(session, person.id)
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "role": person.role,
        "manager": person.manager,
        "first day": _iso(person.tenure_from),
        "leaves on": _iso(person.left_on),
        "known since": _iso(person.created_at),
        "password chosen": _iso(password.chosen_at) if password else None,
        "single sign-on": ", ".join(f"{one.subject} at {one.issuer}" for one in identities) or None,
    }


def _belonged(session: Session, person: str) -> list[Membership]:
    return list(queries.memberships(session, person))


def _sessions(session: Session, person: str) -> list[dict[str, Any]]:
    return [
        {
            "device": one.device,
            "signed in": _iso(one.began_at),
            "last used": _iso(one.seen_at),
            "ends": _iso(one.expires_at),
        }
        for one in queries.all_sessions(session, person)
    ]


def _iso(value: Any) -> str | None:
    return value.isoformat() if value is not None else None


KEEPER = Keeper(show, erase)
