"""Persons who are signed in, put straight into the database."""

import hashlib
from datetime import timedelta

from fastapi import FastAPI

from app.clock import now
from app.db import writing
from app.people.entering import COOKIE
from app.people.models import Person, SignIn
from app.viewer import Role

ORIGIN = "http://testserver"


def sign_in(app: FastAPI, name: str, role: Role) -> str:
    """The secret of a session of a person who may be new; her id is her name in small letters."""
    secret = f"secret-of-{name}".ljust(43, "x")
    at = app.state.clock()
    with writing(app.state.engine) as session:
        if session.get(Person, name.lower()) is None:
            session.add(Person(id=name.lower(), name=name, role=role, created_at=at))
            session.flush()
        digest = hashlib.sha256(secret.encode()).hexdigest()
        session.merge(SignIn(digest=digest, person_id=name.lower(), expires_at=max(at, now()) + timedelta(days=999)))
    return secret


def headers(app: FastAPI, name: str, role: Role) -> dict[str, str]:
    """What the browser of that person sends."""
    return {"Cookie": f"{COOKIE}={sign_in(app, name, role)}", "Origin": ORIGIN, "Accept": "text/html"}
