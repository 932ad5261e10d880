"""What can go wrong in the business, as one tree.

DomainError
├── Unauthenticated  nobody is known to ask
├── NotFound         it does not exist, or it is somebody else's
├── Conflict         the state does not allow it now
├── Forbidden        known, and not allowed
├── Insufficient     the wallet does not cover it
├── Malformed        the message itself is broken, or not from whom it says
├── Invalid          the input cannot be accepted as it is
├── TooLarge         the input is over a limit
└── Unavailable      something outside did not answer; worth another try

Each business failure is a named subclass beside the service that raises it and has a stable `code`.
Which HTTP status a family answers with is decided in `app.errors` alone.
"""

from typing import ClassVar


class DomainError(Exception):
    """A failure with a stable code and a sentence that is safe to show: it holds no private data."""

    code: ClassVar[str] = "error"
    detail: ClassVar[str] = "The request could not be completed."

    def __init__(self, detail: str | None = None, **members: object) -> None:
        """Take a sentence better than the class's own, and further members for the error body."""
        self.message = detail or self.detail
        self.members = members
        super().__init__(self.message)


class Unauthenticated(DomainError):
    code = "unauthenticated"
    detail = "A valid bearer token is needed."


class NotFound(DomainError):
    code = "not_found"
    detail = "There is no such thing."


class Conflict(DomainError):
    code = "conflict"
    detail = "The current state does not allow this."


class Forbidden(DomainError):
    code = "forbidden"
    detail = "This is not allowed."


class Insufficient(DomainError):
    code = "insufficient_credits"
    detail = "The wallet does not hold enough coins."


class Malformed(DomainError):
    code = "malformed"
    detail = "The message cannot be read."


class Invalid(DomainError):
    code = "invalid"
    detail = "The input cannot be accepted."


class TooLarge(DomainError):
    code = "too_large"
    detail = "The input is over the limit."


class Unavailable(DomainError):
    code = "unavailable"
    detail = "A service that is needed did not answer. Try again."
