"""The running call across the border."""

from typing import Any

from ..call import Call, Location, User


def from_wit(call: Any) -> Call:
    """The kit's call."""
    user, location = call.user, call.location
    return Call(
        request_id=call.request_id,
        user=None if user is None else User(user.id, user.email, user.name),
        locale=call.locale,
        time_zone=call.time_zone,
        received=call.received,
        local_time=call.local_time,
        location=None if location is None else Location(location.latitude, location.longitude),
        conversation=call.conversation,
        time_left=call.time_left,
    )
