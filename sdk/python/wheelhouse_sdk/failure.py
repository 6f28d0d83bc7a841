"""Why a call failed: exceptions that say whose turn it is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One field that is wrong, and what would be right."""

    #: The field's name, or a path: `budget.amount`, `tags[1]`.
    field: str
    #: A sentence for the person who sent it.
    message: str


class Failure(Exception):
    """What every failure of the contract is. Raise one of the classes below; the message is shown to the caller, so it
    tells no secrets and no inner workings. An exception of any other kind becomes `Internal`, and its traceback goes to
    the host's log. """

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


class Invalid(Failure):
    """The input is wrong. The message is a sentence for the person who sent it, and says what would be right.

    `field` names the one field at fault; `fields` has several. Counts against nobody but the caller.
    """

    def __init__(self, message: str, field: str | None = None, fields: tuple[FieldError, ...] = ()):
        super().__init__(message)
        self.fields = (FieldError(field, message),) if field is not None else tuple(fields)


class Denied(Failure):
    """The caller, or the plugin itself, may not do this."""


class NotFound(Failure):
    """What was asked for does not exist."""


class Conflict(Failure):
    """What was asked for has changed, or exists already."""


class RateLimited(Failure):
    """Too many calls for now; another try may succeed after `retry_after` seconds, if that is known."""

    def __init__(self, message: str, retry_after: int | None = None):
        super().__init__(message)
        self.retry_after = retry_after


class QuotaExceeded(Failure):
    """No more calls on this account until somebody acts."""


class Unavailable(Failure):
    """It does not work for now; another try later may."""


class Internal(Failure):
    """A fault inside the plugin."""
