"""From the claims of single sign-on to a person: who she is, her groups, her role."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session

from app.errors import Forbidden
from app.people import directory, queries
from app.people.audit import record
from app.people.directory import FIRST_ADMIN
from app.people.models import Identity, Person
from app.people.oidc import Claims
from app.people.schemas import Email, Group, PersonId, PersonIn
from app.viewer import Role, Viewer

ASSIGNER = Viewer(role=Role.ADMIN, name="single sign-on")
CLOSED = "Your account here is closed. Ask your administrator."
TAKEN = "Somebody else signs in here under your id. Ask your administrator."


@dataclass(frozen=True)
class Mapped:
    """How claims are read: which holds the groups, which the id of the person, and the role that a value gives."""

    groups: str = "groups"
    person: str = ""
    roles: Mapping[str, Role] = field(default_factory=dict)


def person_of(session: Session, at: datetime, today: date, issuer: str, claims: Claims, mapped: Mapped) -> Person:
    """The person with this identity, made or linked at her first sign-in, with groups and role as the claims say.

    Raises:
        Forbidden: she may not come in.
    """
    identity = session.get(Identity, (issuer, claims["sub"]))
    person_id = identity.person_id if identity else _first_time(session, issuer, claims, mapped)
    known = session.get(Person, person_id)
    if known is not None and known.gone_at is not None:
        raise Forbidden(CLOSED)
    directory.upsert(session, at, today, ASSIGNER, [_wanted(person_id, claims, mapped, new=known is None)])
    if identity is None:
        session.add(Identity(issuer=issuer, subject=claims["sub"], person_id=person_id, created_at=at))
        record(session, at, ASSIGNER, "single sign-on linked", person_id)
    return directory.get(session, person_id)


def _first_time(session: Session, issuer: str, claims: Claims, mapped: Mapped) -> str:
    """The id of somebody who comes for the first time: the claim that holds it, where there is one, else a free one."""
    if mapped.person:
        wanted = _fits(PersonId, claims.get(mapped.person))
        if wanted is None:
            raise Forbidden(f"Single sign-on does not say who you are here: the claim {mapped.person} is missing.")
        taken = any(one.issuer == issuer for one in queries.identities(session, wanted))
        if taken or wanted == FIRST_ADMIN:
            raise Forbidden(TAKEN)
        return wanted
    return _free(session, str(claims.get("preferred_username") or claims.get("name") or claims["sub"]))


def _free(session: Session, name: str) -> str:
    """An id that nobody has: a name that somebody else has already never leads to that person's account."""
    base = re.sub(r"[^\w.@-]+", ".", name.casefold()).strip(".")[:150]
    base = _fits(PersonId, base) or "person"
    number, found = 1, base
    while session.get(Person, found) is not None:
        number += 1
        found = f"{base}-{number}"
    return found


def _wanted(person_id: str, claims: Claims, mapped: Mapped, new: bool) -> PersonIn:
    """What the claims say of her; where they say nothing it stays as it is."""
    values: dict[str, object] = {"id": person_id}
    name = str(claims.get("name") or claims.get("preferred_username") or "")
    name = re.sub(r"[\x00-\x1f]+", " ", name).strip()[:200]
    if name or new:
        values["name"] = name or person_id
    if (email := _fits(Email, claims.get("email"))) is not None:
        values["email"] = email
    if mapped.groups in claims:
        values["groups"] = [one for one in map(_group, _values(claims[mapped.groups])) if one]
    if mapped.roles and person_id != FIRST_ADMIN:
        values["role"] = _role(claims, mapped)
    return PersonIn.model_validate(values)


def _role(claims: Claims, mapped: Mapped) -> Role:
    """The first of the mapped values that she has, in the order of the setting."""
    hers = {*_values(claims.get(mapped.groups)), *_values(claims.get("roles"))}
    return next((role for value, role in mapped.roles.items() if value in hers), Role.EMPLOYEE)


def _group(name: str) -> str | None:
    return _fits(Group, name)


def _values(claim: object) -> Sequence[str]:
    several = claim if isinstance(claim, list) else [claim]
    return [one for one in several if isinstance(one, str)][:100]


def _fits(kind: Any, value: object) -> str | None:
    try:
        found: str = TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return None
    return found
