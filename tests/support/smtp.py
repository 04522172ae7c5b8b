"""A mail server on loopback, as real as smtplib needs it: it takes, refuses, delays or hangs up as a test says."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from itertools import takewhile


@dataclass
class MailServer:
    """What it took, and how it answers: `answers` maps a command (`RCPT`, `DATA`) to its next replies."""

    port: int = 0
    taken: list[Message] = field(default_factory=list)
    answers: dict[str, list[bytes]] = field(default_factory=dict)
    delay: float = 0.0
    connections: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    state = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            state.connections += 1
            time.sleep(state.delay)
            self.say(b"220 here")
            while (line := self.rfile.readline()) and self.obey(line):
                pass

        def obey(self, line: bytes) -> bool:
            word = line.split()[0].upper().decode()
            planned = state.answers.get(word)
            if planned:
                self.say(planned.pop(0))
                return True
            if word == "DATA":
                self.say(b"354 go on")
                lines = list(takewhile(lambda line: line != b".\r\n", self.rfile))  # ends with the connection, too
                state.taken.append(message_from_bytes(b"".join(lines)))
            self.say(b"221 bye" if word == "QUIT" else b"250 well")
            return word != "QUIT"

        def say(self, reply: bytes) -> None:
            self.wfile.write(reply + b"\r\n")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        state.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield state
        server.shutdown()
