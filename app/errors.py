"""Errors are named once, with the status they become over HTTP and a next step for the reader."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with what came in: where (a JSON pointer, or `line 3`) and what to do."""

    pointer: str
    detail: str


class AppError(Exception):
    """Something the caller can mend. `detail` says how."""

    status = 400
    title = "That cannot be done"

    def __init__(self, detail: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = list(faults)


class NotFound(AppError):
    """No such thing; `slug` is what was asked for, so that a page can offer what is near."""

    status = 404
    title = "Not found"

    def __init__(self, detail: str, slug: str = "") -> None:
        super().__init__(detail)
        self.slug = slug


class SignInNeeded(AppError):
    """The caller did not say who it is, or its credentials are not known here."""

    status = 401
    title = "Sign in first"


class Forbidden(AppError):
    """The caller is known and may not do this."""

    status = 403
    title = "Not allowed"


class Conflict(AppError):
    """It clashes with what is there."""

    status = 409
    title = "Already there"


class Used(Conflict):
    """It works once, and did."""

    title = "Used already"


class LostUpdate(AppError):
    """Somebody else changed it in between."""

    status = 412
    title = "Changed by someone else"


class TooLarge(AppError):
    """Over a documented limit."""

    status = 413
    title = "Too large"


class Invalid(AppError):
    """Understood and not acceptable; `faults` say what."""

    status = 422
    title = "Not valid"


class TooMany(AppError):
    """Over a rate; try again after `retry_after` seconds."""

    status = 429
    title = "Too many requests"

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(AppError):
    """The server cannot do it now; nothing was stored."""

    status = 503
    title = "Try again in a moment"


class Broken(AppError):
    """A fault of ours."""

    status = 500
    title = "Something went wrong here"


class StartError(Exception):
    """The program cannot start as configured; the message is one sentence for the administrator."""
