"""Mail that goes out: written in the same transaction as its cause, sent afterwards, tried again, never lost unseen.

A message's id is its Message-ID, so that one that is sent twice (the server ended between sending and noting it) can
be recognised. What cannot be sent waits longer each time; after the last attempt it is a dead letter, for people to
see. Without an SMTP server each message becomes a file in the data folder.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit
from uuid import UUID

import structlog
from sqlalchemy import Engine, delete, func, update
from sqlmodel import Field, Session, SQLModel, col, select

from app.db import UTCDateTime, writing
from app.ids import uuid7

log = structlog.get_logger(__name__)
AT_ONCE = 20
LEASE = timedelta(minutes=10)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=12)
MOST_ATTEMPTS = 8  # the last one about 30 hours after the first
KEPT = timedelta(days=30)
TIMEOUT = 10.0  # seconds for each word with the SMTP server


class Message(SQLModel, table=True):
    """A mail that waits, was sent, or cannot be sent."""

    __tablename__ = "outbox_message"

    id: UUID = Field(primary_key=True)
    cause: str | None = Field(default=None, max_length=200, unique=True)
    at: datetime = Field(sa_type=UTCDateTime)
    to: str = Field(max_length=320)
    subject: str = Field(max_length=200)
    body: str
    state: str = Field(default="waiting", max_length=10, index=True)
    attempts: int = 0
    next_at: datetime = Field(sa_type=UTCDateTime)
    fault: str | None = Field(default=None, max_length=300)


def post(session: Session, at: datetime, to: str, subject: str, body: str, cause: str | None = None) -> Message | None:
    """Put a message into the outbox; None where one with this cause is there already."""
    if cause and session.exec(select(Message.id).where(Message.cause == cause)).first():
        return None
    one_line = " ".join(subject.split())[:200]
    message = Message(id=uuid7(), cause=cause, at=at, to=to.casefold(), subject=one_line, body=body, next_at=at)
    session.add(message)
    return message


def dead(session: Session) -> Sequence[Message]:
    """The messages that could not be sent, newest first."""
    return session.exec(select(Message).where(Message.state == "dead").order_by(col(Message.at).desc())).all()


def waiting(session: Session) -> int:
    """How many messages are to be sent."""
    return session.exec(select(func.count()).where(Message.state == "waiting")).one()


def try_again(session: Session, at: datetime, number: UUID) -> Message | None:
    """Have a dead letter wait again, with all its attempts; None where it is not one."""
    message = session.get(Message, number)
    if message is None or message.state != "dead":
        return None
    message.state, message.attempts, message.next_at = "waiting", 0, at
    return message


@dataclass(frozen=True)
class Fault:
    """Why a message did not go out; `last` where trying again will not help."""

    words: str
    last: bool = False


Deliver = Callable[[EmailMessage], Fault | None]


@dataclass
class Outbox:
    """Sends what waits: to the SMTP server of `url`, or without one into files in `folder`."""

    engine: Engine
    url: str
    sender: str
    folder: Path
    timeout: float = TIMEOUT

    def send(self, now: datetime) -> int:
        """Send what is due; returns how many went out. What is taken here is left alone by other processes."""
        waiting, sent = self._take(now), 0
        try:
            with self._way_out() if waiting else nullcontext() as deliver:
                while deliver and waiting:
                    fault = deliver(as_mail(waiting[0], self.sender))
                    self._note(waiting.pop(0), now, fault)
                    sent += fault is None
        except (OSError, smtplib.SMTPException) as error:
            log.warning("the mail server cannot be used", error=type(error).__name__)
            for message in waiting:
                self._note(message, now, _fault(error))
        return sent

    def _take(self, now: datetime) -> list[Message]:
        """What is due, with its next time far enough away that this process has tried it until then."""
        due = (col(Message.state) == "waiting", col(Message.next_at) <= now)
        first = select(Message.id).where(*due).order_by(col(Message.next_at)).limit(AT_ONCE)
        taking = update(Message).where(col(Message.id).in_(first), *due).returning(Message)
        with writing(self.engine) as session:
            session.execute(delete(Message).where(col(Message.state) == "sent", col(Message.at) < now - KEPT))
            lease = taking.values(next_at=now + LEASE, attempts=Message.attempts + 1)
            messages = list(session.execute(lease.execution_options(synchronize_session=False)).scalars())
            session.expunge_all()
        return sorted(messages, key=lambda message: message.id)

    def _note(self, message: Message, now: datetime, fault: Fault | None) -> None:
        state = "sent" if fault is None else "dead" if fault.last or message.attempts >= MOST_ATTEMPTS else "waiting"
        values: dict[str, object] = {"state": state, "fault": fault.words[:300] if fault else None}
        if state == "waiting":
            values |= {"next_at": now + pause(message.attempts)}
        if state == "dead":
            log.warning("a message cannot be sent", id=str(message.id))
        with writing(self.engine) as session:
            session.execute(update(Message).where(col(Message.id) == message.id).values(**values))

    def _way_out(self) -> AbstractContextManager[Deliver]:
        return _smtp(urlsplit(self.url), self.timeout) if self.url else nullcontext(self._to_file)

    def _to_file(self, mail: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{mail['Message-ID'].strip('<>').partition('@')[0]}.eml"
        file.with_suffix(".part").write_bytes(mail.as_bytes())
        file.with_suffix(".part").replace(file)


def pause(attempts: int) -> timedelta:
    """How long to wait after this many attempts: a minute, and each time four times as long, at most half a day."""
    waits: int = 4 ** max(attempts - 1, 0)
    return min(FIRST_PAUSE * waits, LONGEST_PAUSE)


def as_mail(message: Message, sender: str) -> EmailMessage:
    """The message as RFC 5322 has it, in plain text."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, message.to, message.subject
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2].strip('<> ') or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body)
    return mail


@contextmanager
def _smtp(url: SplitResult, timeout: float) -> Iterator[Deliver]:
    """A connection to the server, encrypted where it can be; a password is never sent in the open to another host."""
    host, secure = url.hostname or "localhost", ssl.create_default_context()
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=timeout, context=secure)
    else:
        server = smtplib.SMTP(host, url.port or 25, timeout=timeout)
    with server:
        server.ehlo()
        if url.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=secure)
            server.ehlo()
        elif url.scheme == "smtp" and url.username and host not in {"localhost", "127.0.0.1", "::1"}:
            raise smtplib.SMTPNotSupportedError("the mail server offers no encryption, so the password was not sent")
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        yield lambda mail: _deliver(server, mail)


def _deliver(server: smtplib.SMTP, mail: EmailMessage) -> Fault | None:
    try:
        server.send_message(mail)
    except smtplib.SMTPServerDisconnected:
        raise
    except (smtplib.SMTPException, ValueError) as error:
        server.rset()
        return _fault(error)
    return None


def _fault(error: Exception) -> Fault:
    """What the server said, and whether it meant it for ever (a code of 500 and up, RFC 5321, section 4.2.1)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return Fault(f"{code} {_text(said)}", last=code >= 500)
    if isinstance(error, smtplib.SMTPResponseException):
        lasting = error.smtp_code >= 500 and not isinstance(error, smtplib.SMTPAuthenticationError)
        return Fault(f"{error.smtp_code} {_text(error.smtp_error)}", last=lasting)
    return Fault(str(error) or type(error).__name__, last=isinstance(error, ValueError))


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
