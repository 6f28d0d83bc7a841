"""Failures across the border."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from componentize_py_types import Err
from wit_world.imports import types as wit

from .. import failure as kit
from ..pieces import failure_of
from ..plain import whole

_PLAIN = {
    kit.Denied: wit.Failure_Denied,
    kit.NotFound: wit.Failure_NotFound,
    kit.Conflict: wit.Failure_Conflict,
    kit.QuotaExceeded: wit.Failure_QuotaExceeded,
    kit.Unavailable: wit.Failure_Unavailable,
}
_KIT = {case: kind for kind, case in _PLAIN.items()}


def to_wit(failure: kit.Failure) -> Any:
    """The contract's failure."""
    message = whole(failure.message)
    if isinstance(failure, kit.Invalid):
        fields = [wit.FieldError(whole(error.field), whole(error.message)) for error in failure.fields]
        return wit.Failure_Invalid(wit.InvalidInput(message, fields))
    if isinstance(failure, kit.RateLimited):
        seconds = None if failure.retry_after is None else min(max(0, int(failure.retry_after)), 2**32 - 1)
        return wit.Failure_RateLimited(wit.RateLimit(message, seconds))
    for kind, case in _PLAIN.items():
        if isinstance(failure, kind):
            return case(message)
    return wit.Failure_Internal(message)


def from_wit(failure: Any) -> kit.Failure:
    """The kit's failure."""
    if isinstance(failure, wit.Failure_Invalid):
        fields = tuple(kit.FieldError(error.field, error.message) for error in failure.value.fields)
        return kit.Invalid(failure.value.message, fields=fields)
    if isinstance(failure, wit.Failure_RateLimited):
        return kit.RateLimited(failure.value.message, failure.value.retry_after)
    return _KIT.get(type(failure), kit.Internal)(failure.value)


def asked(function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls an import; what it fails with is raised as the kit's."""
    try:
        return function(*arguments)
    except Err as error:
        raise from_wit(error.value) from None


def answering(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """An export whose exceptions become failures of the contract: nothing that a plugin raises ends its instance."""

    @wraps(function)
    async def answer(*arguments: Any) -> Any:
        try:
            return await function(*arguments)
        except Err:
            raise
        except Exception as error:
            raise Err(to_wit(failure_of(error))) from None

    return answer
