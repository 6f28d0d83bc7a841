"""Who is calling, when, from where, and until when an answer is of use."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

from .failure import Denied
from .plain import plain


@dataclass(frozen=True)
class User:
    """A signed-in user. The id is stable for the life of the account."""

    id: str
    email: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Location:
    """A point in WGS 84 degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Call:
    """What the host knows of the running call. Nothing in it can be set by a client except `locale`, `time_zone` and
    `location`, which the client says of itself. """

    #: Identifies the request in logs and in every error that a client reads.
    request_id: str
    #: The user that the call is made for, or none for a call that no user made.
    user: User | None
    #: BCP 47 language tag, such as `en-US`.
    locale: str
    #: IANA time zone of the user, such as `America/Denver`.
    time_zone: str
    #: When the host received the request, in milliseconds since 1970-01-01T00:00:00Z.
    received: int
    #: The same instant on the user's wall clock: `2026-11-22T18:03:00-07:00`.
    local_time: str
    #: Where the user says that they are.
    location: Location | None
    #: The conversation that the call belongs to, when an assistant makes it.
    conversation: str | None
    #: Milliseconds that are left for an answer, counted from the start of this call.
    time_left: int

    def get_user(self) -> User:
        """The user that the call is made for; `Denied` for a call that no user made."""
        if self.user is None:
            raise Denied("Please sign in first.")
        return self.user

    def now(self) -> datetime:
        """The user's wall clock at the time of the call, without a zone."""
        try:
            # Date and time without the offset behind it.
            return datetime.fromisoformat(self.local_time[:19])
        except ValueError:
            return datetime.fromtimestamp(self.received / 1000, UTC).replace(tzinfo=None)

    def today(self) -> date:
        """The day that it is where the user is."""
        return self.now().date()

    def once(self, purpose: str, content: object) -> str:
        """An id for a document that this call makes. It is the same when a call is repeated with the same request id,
        purpose and content, so that `Collection.insert_once` under it happens once; it differs for everything else. """
        text = json.dumps([self.request_id, purpose, plain(content)])
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
