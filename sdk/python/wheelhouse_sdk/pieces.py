"""What engines and providers answer: pieces, one after the other, and how it ended."""

import inspect
import sys
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, TypeVar

from .failure import Failure, Internal

P = TypeVar("P")


def pieces_of(function: Callable[..., Any]) -> bool:
    """Whether the function answers in pieces."""
    return inspect.isasyncgenfunction(function)


async def checked(pieces: Any, check: Callable[[object], P | None]) -> AsyncGenerator[P, None]:
    """The pieces that are something. The generator behind them is closed when nobody wants more."""
    try:
        async for piece in pieces:
            good = check(piece)
            if good is not None:
                yield good
    finally:
        await pieces.aclose()


class Nobody(Exception):
    """Nobody is listening any more."""


async def first(pieces: AsyncGenerator[P, None]) -> P:
    """The first piece. A failure before it is a failure of the call; so is an end."""
    try:
        return await anext(pieces)
    except StopAsyncIteration:
        raise Internal("The plugin ended without an answer.") from None
    except Exception as error:
        raise failure_of(error) from None


async def pour(
    piece: P, pieces: AsyncGenerator[P, None], write: Callable[[P], Awaitable[None]]
) -> Failure | None:
    """Hands over the first piece and all others, and says how it ended: None when it is whole. `write` raises `Nobody`
    when nobody is listening any more."""
    try:
        await write(piece)
        async for following in pieces:
            await write(following)
    except Nobody:
        await pieces.aclose()
    except Exception as error:
        return failure_of(error)
    return None


def failure_of(error: Exception) -> Failure:
    """The failure that an exception is. What the caller may not read goes to the log."""
    if isinstance(error, Failure) and error.__cause__ is None:
        return error
    traceback.print_exception(error, file=sys.stderr)
    return error if isinstance(error, Failure) else Internal("Something went wrong inside the plugin.")
