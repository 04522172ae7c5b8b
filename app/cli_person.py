"""The commands `jobaids person add|list|erase`."""

import sys
from typing import Annotated

import typer

from app import clock, db
from app.about import KEEPERS
from app.command import opened
from app.errors import Invalid
from app.people import accounts, directory, people_csv, privacy, queries
from app.settings import load
from app.viewer import SYSTEM, Role, load_key, pseudonym

person = typer.Typer(no_args_is_help=True, help="People and their accounts.")
PORTION = 500
PersonId = Annotated[str, typer.Argument(help="Her key in your personnel system.", metavar="ID")]


@person.command("add")
def add(
    person_id: PersonId,
    name: Annotated[str, typer.Option(help="Her name.")] = "",
    email: Annotated[str, typer.Option(help="Her e-mail; she may sign in with it.")] = "",
    role: Annotated[Role, typer.Option(help="What she may do.")] = Role.EMPLOYEE,
    group: Annotated[list[str] | None, typer.Option(help="A group that she is in; may be given again.")] = None,
    manager: Annotated[str, typer.Option(help="The id of her line manager.")] = "",
) -> None:
    """Add a person, or change the one with this id, and print a link with which she chooses a password."""
    settings, now = load(), clock.now()
    given = {"name": name, "email": email, "role": role, "groups": "|".join(group or []), "manager": manager}
    try:
        wanted = people_csv.person({"id": person_id} | {key: value for key, value in given.items() if value})
        with opened(settings) as engine, db.writing(engine) as session:
            directory.upsert(session, now, now.astimezone(settings.zone).date(), SYSTEM, [wanted])
            secret = accounts.invite(session, now, SYSTEM, wanted.id)
    except Invalid as error:
        for fault in error.faults:
            print(f"{fault.pointer.rpartition('/')[2]}: {fault.detail}", file=sys.stderr)
        raise typer.Exit(1) from None
    print(f"{settings.base_url.rstrip('/') or 'http://127.0.0.1:8000'}/invitation/{secret}")


@person.command("list")
def list_() -> None:
    """List everybody: id, name, role, groups, and who may not come in."""
    with opened(load()) as engine, db.reading(engine) as session:
        after = ""
        while found := queries.page(session, "", after, PORTION):
            groups = directory.groups_on(session, clock.now().date(), [one.id for one in found])
            for one in found:
                state = "" if one.gone_at is None else "  shut out"
                print(f"{one.id}  {one.name}  {one.role}  {', '.join(groups.get(one.id, []))}{state}")
            after = found[-1].id


@person.command("erase")
def erase(person_id: PersonId) -> None:
    """Erase everything that is stored about a person; the audit keeps the fact."""
    settings = load()
    with opened(settings) as engine, db.writing(engine) as session:
        mine = pseudonym(load_key(settings.data_dir), person_id)
        privacy.erase(session, clock.now(), SYSTEM, KEEPERS, person_id, mine)
    print(f"Erased {person_id}.")
