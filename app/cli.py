"""The command `jobaids`. Exit status: 0 all done, 1 some items failed (named on stderr), 2 wrong usage."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app import clock, db
from app.cli_evidence import demo, evidence
from app.cli_person import person
from app.command import opened
from app.errors import AppError, StartError
from app.health import checks
from app.library import leaving, outside
from app.library import service as library
from app.people import service as people
from app.search.store import Store
from app.settings import Settings, load
from app.usage import learning
from app.viewer import SYSTEM, Role

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="The job-aid server."
)
index = typer.Typer(no_args_is_help=True, help="The search index.")
token = typer.Typer(no_args_is_help=True, help="API tokens.")
cli.add_typer(index, name="index")
cli.add_typer(token, name="token")
cli.add_typer(person, name="person")
cli.add_typer(evidence, name="evidence")
cli.command()(demo)

PLAIN_LINE_EVERY = 1_000


def main() -> None:
    """Run the command; a mistake that can be mended is one sentence, not a traceback."""
    try:
        cli()
    except (AppError, StartError) as error:
        sys.exit(_say(str(error)))
    except KeyboardInterrupt:
        sys.exit(130)


def _say(text: str, status: int = 1) -> int:
    print(text, file=sys.stderr)
    return status


@contextmanager
def _bar(words: str) -> Iterator[library.Progress]:
    """A bar on a terminal, a line every thousand elsewhere."""
    if not sys.stderr.isatty():
        yield _line(words)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as progress:
        shown = progress.add_task(words, total=None)
        yield lambda done, total: progress.update(shown, completed=done, total=total)


def _line(words: str) -> library.Progress:
    said = 0

    def say(done: int, total: int) -> None:
        nonlocal said
        if done - said >= PLAIN_LINE_EVERY:
            said = done
            print(f"{words}: {done} of {total}", file=sys.stderr)

    return say


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Processes.", min=1, max=64)] = 1,
) -> None:
    """Run the server."""
    import uvicorn

    settings = load()
    with opened(settings) as engine, db.writing(engine) as session:
        secret = people.first_admin_link(session, clock.now())
    address = settings.base_url.rstrip("/") or f"http://{host}:{port}"
    print(f"Job aids: {address}/", flush=True)
    if secret:
        print(f"Sign in as administrator (works once, for 24 hours): {address}/sign-in/{secret}", flush=True)
    else:
        print("An administrator is signed in. To sign in elsewhere too: jobaids sign-in-link", flush=True)
    # No access log of its own: its lines would hold what people search for.
    uvicorn.run(
        "app.main:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        log_level="warning",
        server_header=False,
    )


@cli.command()
def migrate() -> None:
    """Bring the database to the newest shape."""
    db.migrate(load().sqlalchemy_url)


@cli.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="Folders and files.", metavar="PATH…")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    publish: Annotated[bool, typer.Option("--publish", help="Make what comes in live.")] = False,
    take: Annotated[library.Side | None, typer.Option(help="Settle conflicts for the file, or for the server.")] = None,
    retire: Annotated[bool, typer.Option("--retire", help="Retire aids whose file is gone.")] = False,
) -> None:
    """Take in markdown, images, tasks.yaml, Word, HTML, PDF, CSV and zip files. What did not change does nothing."""
    settings = load()
    with opened(settings) as engine:
        with _bar("Importing") as progress:
            run = library.Importer(engine, clock.now, SYSTEM, publish, dry_run, take, retire)
            report = run.run([path for path in paths if not outside.is_document(path)], progress)
        with _bar("Reading documents") as progress:
            documents = outside.Documents(engine, clock.now, SYSTEM, publish, dry_run).run(paths, progress)
        if not dry_run:
            Store(settings.index_dir, engine, settings.language).catch_up()
    _report(report, dry_run)
    _say_documents(documents, dry_run)
    if report.failed or documents.problems:
        raise typer.Exit(1)


def _report(report: library.Report, dry_run: bool) -> None:
    if dry_run:
        for word, paths in (("new", report.created), ("changed", report.changed), ("renamed", report.renamed)):
            for path in paths:
                print(f"{word}: {path}")
    would = "Would import" if dry_run else "Imported"
    print(
        f"{would}: {len(report.created)} new, {len(report.changed)} changed, {len(report.renamed)} renamed, "
        f"{report.unchanged} unchanged, {len(report.published)} published, {len(report.problems)} with problems."
    )
    if report.retired:
        print(f"Retired: {', '.join(report.retired)}")
    if report.newer:
        print(f"Newer on the server: {len(report.newer)}, such as {report.newer[0]}. `jobaids export` writes them.")
    for difference in report.conflicts:
        _say(difference)
    for problem in [*report.problems, *report.notes]:
        _say(str(problem))


def _say_documents(report: outside.Brought, dry_run: bool) -> None:
    if report.found:
        would = "Would read" if dry_run else "Read"
        print(
            f"{would}: {report.found} documents, {len(report.drafts)} became drafts, {report.known} were known, "
            f"{len(report.published)} published, {len(report.problems)} with problems."
        )
    for problem in [*report.problems, *report.notes]:
        _say(str(problem))


@cli.command()
def learn() -> None:
    """Learn from all stored use now, not in the next night."""
    settings = load()
    with opened(settings) as engine:
        print(f"Learned from the use of {learning.learn(engine, settings, clock.now())} aids.")


@cli.command()
def export(folder: Annotated[Path, typer.Argument(help="Folder to write to.", metavar="DIR")]) -> None:
    """Write the library as a folder of markdown, byte for byte. What changed there and here is left and named."""
    with opened(load()) as engine, _bar("Exporting") as progress:
        report = leaving.export(engine, folder, progress)
    print(f"Exported {report.count} files to {folder}, {report.written} of them new or changed.")
    for said in [*report.conflicts, *report.problems, *report.notes]:
        _say(str(said))
    if report.problems:
        raise typer.Exit(1)


@index.command("rebuild")
def index_rebuild() -> None:
    """Make the index anew and put it in place of the old one; a running server goes on answering."""
    settings = load()
    with opened(settings) as engine:
        print(f"Indexed {Store(settings.index_dir, engine, settings.language).rebuild()} aids.")


@index.command("check")
def index_check() -> None:
    """Say whether the index can be used and holds every change."""
    settings = load()
    with opened(settings) as engine:
        store = Store(settings.index_dir, engine, settings.language)
        found = store.open()
        if found is None:
            raise typer.Exit(_say("There is no usable index: run `jobaids index rebuild`."))
        print(f"The index holds {found.doc_count()} aids and is {store.behind()} changes behind.")


@token.command("create")
def token_create(
    name: Annotated[str, typer.Option(help="Who uses it.")], role: Annotated[Role, typer.Option(help="What it may do.")]
) -> None:
    """Make an API token and print it; it cannot be shown again."""
    with opened(load()) as engine, db.writing(engine) as session:
        print(people.create_token(session, clock.now(), SYSTEM, name, role))


@token.command("list")
def token_list() -> None:
    """List the API tokens: a short id, name, role and day; the tokens themselves are stored nowhere."""
    with opened(load()) as engine, db.reading(engine) as session:
        for one in people.tokens(session):
            print(f"{one.digest[:8]}  {one.name}  {one.role}  {one.created_at:%Y-%m-%d}")


@token.command("revoke")
def token_revoke(name: Annotated[str, typer.Argument(help="As the list names it.", metavar="NAME")]) -> None:
    """Take back every API token of this name."""
    with opened(load()) as engine, db.writing(engine) as session:
        print(f"Revoked {people.revoke_tokens(session, clock.now(), SYSTEM, name)} of {name}.")


@cli.command("sign-in-link")
def sign_in_link() -> None:
    """Print a link that signs in the administrator, once and within 24 hours."""
    settings = load()
    with opened(settings) as engine, db.writing(engine) as session:
        secret = people.admin_link(session, clock.now(), SYSTEM)
    print(f"{settings.base_url.rstrip('/') or 'http://127.0.0.1:8000'}/sign-in/{secret}")


@cli.command()
def settings() -> None:
    """List every setting with its default."""
    for name, field in Settings.model_fields.items():
        default = field.default if field.default != "" else "(empty)"
        print(f"JOBAIDS_{name.upper()}  default {default}  {field.description}")


@cli.command()
def doctor() -> None:
    """Check database, migrations, index and disk, and say what to do."""
    settings = load()
    with opened(settings, head=False) as engine:
        found = checks(settings, engine, Store(settings.index_dir, engine, settings.language))
    for check in found:
        print(f"{'ok ' if check.good else 'BAD'}  {check.name}: {check.detail}")
    if not all(check.good for check in found):
        raise typer.Exit(1)
