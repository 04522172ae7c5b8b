"""Every version of the script that this house has served, with its bytes: hosts pin them, and they stay for ever.

They lie in the database, so each machine of a house serves what any of them ever served, also while some are upgraded
and others are not.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from app.db import writing
from app.errors import NotFound
from app.widget import queries
from app.widget.models import Release
from app.widget.script import CHANGES, VERSION, Script, script

GONE = "This version of the widget is not kept here. /widget/versions.json names those that are."


def keep(engine: Engine, at: datetime) -> None:
    """Put the newest version beside the earlier ones; what is there already stays as it is."""
    with writing(engine) as session:
        if queries.release(session, VERSION) is None:
            made = script()
            queries.keep_release(session, Release(version=made.version, content=made.content, changes=CHANGES, at=at))


def find(session: Session, version: str) -> Script:
    """The script of this version.

    Raises:
        NotFound: this house never served it.
    """
    kept = queries.release(session, version)
    if kept is not None:
        return Script(kept.version, kept.content)
    if version != VERSION:
        raise NotFound(GONE)
    return script()


def is_kept(session: Session, version: str) -> bool:
    """Whether this house serves it, or ever did."""
    return version in {"v1", VERSION} or queries.release(session, version) is not None


def listed(session: Session) -> str:
    """What `/widget/versions.json` says, the newest version first."""
    kept = [(Script(one.version, one.content), one.changes) for one in queries.releases(session)]
    if VERSION not in {made.version for made, _ in kept}:
        kept = [(script(), CHANGES), *kept]
    return json.dumps({"versions": [_line(made, changes) for made, changes in _ordered(kept)]}, indent=1)


def _ordered(kept: Sequence[tuple[Script, str]]) -> list[tuple[Script, str]]:
    return sorted(kept, key=lambda one: [int(part) for part in one[0].version.split(".")], reverse=True)


def _line(made: Script, changes: str) -> dict[str, object]:
    known = {"version": made.version, "integrity": made.integrity, "size": len(made.content)}
    return {**known, "changes": changes}
