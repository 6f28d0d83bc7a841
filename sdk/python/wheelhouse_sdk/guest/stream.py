"""Answers in pieces across the border: a stream, and a future that says how it ended."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, TypeVar

import wit_world
from componentize_py_async_support import spawn
from componentize_py_types import Err, Ok
from wit_world.imports import types as wit

from ..failure import Failure
from ..pieces import first, pour
from .failure import to_wit

P = TypeVar("P")


async def begin(
    pieces: AsyncGenerator[P, None],
    stream: tuple[Any, Any],
    write: Callable[[Any, P], Awaitable[None]],
) -> tuple[Any, Any]:
    """Waits for the first piece, so that a failure before it is a failure of the call, and hands over the rest beside
    the running call. The stream ends before its end is told; a producer that is dropped half way has ended in
    failure."""
    writer, reader = stream
    piece = await first(pieces)
    # Named after its type, of which the contract has one.
    end, ended = wit_world.result_unit_types_failure_future(lambda: Err(_stopped()))

    async def run() -> None:
        with writer:
            failure = await pour(piece, pieces, lambda piece: write(writer, piece))
        await end.write(_end(failure))

    spawn(run())
    return reader, ended


def _end(failure: Failure | None) -> Any:
    return Ok(None) if failure is None else Err(to_wit(failure))


def _stopped() -> Any:
    return wit.Failure_Internal("The plugin stopped before the end of its answer.")
