"""A part of a list, as routes answer it."""

from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Listing(Generic[T]):
    """A part of a list."""

    data: Annotated[list[T], "The part."]
    has_more: Annotated[bool, "Whether there is more behind it."]
    next_cursor: Annotated[str | None, "The `cursor` that leads to the next part."]
