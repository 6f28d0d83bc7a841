"""What comes of a tool."""

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class UiAction:
    """Something for the client's screen, such as `UiAction("reload_expenses")`."""

    kind: str
    #: What it is about: its id, the kind of thing, and its name for people.
    entity_id: str | None = None
    entity_type: str | None = None
    entity_title: str | None = None
    #: More that the client needs: anything that JSON has a form for.
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What came of a tool call: data for programs, a sentence that a person likes to hear spoken, and things for the
    client's screen."""

    data: T
    text: str
    actions: list[UiAction] = field(default_factory=list)

    @classmethod
    def say(cls, text: str, actions: list[UiAction] | None = None) -> "Outcome[None]":
        """Only something to say."""
        return Outcome(None, text, actions or [])
