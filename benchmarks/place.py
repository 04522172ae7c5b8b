"""A data folder of its own for the real `jobaids` command, and a server on it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from benchmarks.client import Client

COMMAND = str(Path(sys.executable).with_name("jobaids"))
FOREIGN = ("JOBAIDS_", "PYTHONDONTWRITEBYTECODE")
RUN_SECONDS = 600.0
START_SECONDS = 60.0
STOP_SECONDS = 20.0
IDLE = 4  # ticks of 10 ms in a second; a server at rest looks for changes all the time


class Failed(Exception):
    """A command or a server did not do its part; says what it printed last."""


@dataclass(frozen=True)
class Run:
    """A command that has ended. `peak_mb` is the largest of its processes."""

    status: int
    seconds: float
    peak_mb: float
    said: str


@dataclass(frozen=True)
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    began: float

    def client(self, token: str = "") -> Client:
        """A connection to it."""
        return Client(self.port, token)

    @property
    def memory_mb(self) -> float:
        """What it holds in memory."""
        return _status(self.process.pid, "VmRSS") / 1024

    @property
    def ticks(self) -> int:
        """Hundredths of a second of processor time so far."""
        return _ticks(self.process.pid)

    def settle(self) -> None:
        """Wait until it has nothing to do any more, such as reading its index."""
        began, before = time.perf_counter(), -IDLE
        while (now := _ticks(self.process.pid)) - before >= IDLE:
            if time.perf_counter() - began > START_SECONDS:
                raise Failed("The server did not come to rest.")
            before = now
            time.sleep(1)

    def kill(self) -> None:
        """End it as a crash would, without a chance to finish anything."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@dataclass(frozen=True)
class Place:
    """A folder that holds everything of one server."""

    folder: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "data" / "jobaids.sqlite"

    @property
    def _environment(self) -> dict[str, str]:
        """Without the settings of the caller. Bytecode is kept, as wherever it is installed."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return kept | {
            "JOBAIDS_DATA_DIR": str(self.folder / "data"),
            "JOBAIDS_READING": "everyone",
            "JOBAIDS_RATE_TOKEN": "100000000/minute",
        }

    def run(self, *arguments: str, allowed: tuple[int, ...] = (0,)) -> Run:
        """Run `jobaids` and wait for its end."""
        self.folder.mkdir(parents=True, exist_ok=True)
        said = self.folder / "command.log"
        began = time.perf_counter()
        with said.open("wb") as log:
            process = subprocess.Popen([COMMAND, *arguments], env=self._environment, stdout=log, stderr=log)
        patience = threading.Timer(RUN_SECONDS, process.kill)
        patience.start()
        _, status, used = os.wait4(process.pid, 0)
        patience.cancel()
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        run = Run(process.returncode, seconds, used.ru_maxrss / 1024, said.read_text(encoding="utf-8"))
        if run.status not in allowed:
            raise Failed(f"jobaids {' '.join(arguments)} ended with {run.status}: {run.said[-500:]}")
        return run

    def token(self, role: str) -> str:
        """A new API token."""
        return self.run("token", "create", "--name", f"benchmark {role}", "--role", role).said.split()[-1]

    @contextmanager
    def serve(self) -> Iterator[Server]:
        """A server with one worker that answers; it is stopped at the end."""
        port = _free_port()
        log = self.folder / "server.log"
        began = time.perf_counter()
        with log.open("wb") as out:
            command = [COMMAND, "serve", "--port", str(port)]
            process = subprocess.Popen(command, env=self._environment, stdout=out, stderr=out)
        try:
            server = Server(process, port, began)
            _wait(server, log)
            yield server
        finally:
            _stop(process)


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _ticks(pid: int) -> int:
    """Hundredths of a second of processor time so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _wait(server: Server, log: Path) -> None:
    while time.perf_counter() - server.began < START_SECONDS and server.process.poll() is None:
        try:
            with server.client() as client:
                client.get("/healthz")
            return
        except (OSError, HTTPException):
            time.sleep(0.01)
    raise Failed(f"The server did not start: {log.read_text(encoding='utf-8')[-500:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
