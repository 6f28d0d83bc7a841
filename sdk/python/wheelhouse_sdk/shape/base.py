"""What every shape is: a type hint that knows its JSON Schema and reads values."""

import json
from typing import Any

from ..failure import FieldError, Invalid

#: The most fields that one answer names.
MOST_PROBLEMS = 16
#: The most characters of what was sent that an answer repeats.
MOST_SHOWN = 60


class Problems:
    """What is wrong with an input, in sentences for the person who sent it."""

    def __init__(self) -> None:
        self.found: list[FieldError] = []

    def add(self, path: str, message: str) -> None:
        """One more sentence about the field at `path`; about the whole input where the path is empty."""
        if len(self.found) < MOST_PROBLEMS:
            self.found.append(FieldError(path, message))

    def must(self, path: str, expected: str, value: object) -> None:
        """The field must be something else than what was sent."""
        self.add(path, f"{about(path)} must be {expected}, not {shown(value)}.")

    def check(self) -> None:
        """Raises `Invalid` when something is wrong."""
        if self.found:
            message = " ".join(problem.message for problem in self.found)
            raise Invalid(message, fields=tuple(problem for problem in self.found if problem.field))


class Shape:
    """A type hint, ready to be described and to read values.

    `read` and `read_text` return the value in the hint's type. What does not fit goes to the problems, and the value
    returned then is of no use. """

    #: What is right, in words that follow `must be`.
    expected = "something else"

    def schema(self) -> dict[str, Any]:
        """The JSON Schema."""
        raise NotImplementedError

    def read(self, value: object, path: str, problems: Problems) -> Any:
        """From a JSON value."""
        raise NotImplementedError

    def read_text(self, texts: list[str], path: str, problems: Problems) -> Any:
        """From a path or a query, where a number is text too and a list is a name that comes more than once. Of several
        values for one that is no list, the last counts."""
        return self.read(texts[-1], path, problems)


def about(path: str) -> str:
    """The beginning of a sentence about the field."""
    return f"`{path}`" if path else "The input"


def inside(path: str, name: str) -> str:
    """The path of a member."""
    return f"{path}.{name}" if path else name


def shown(value: object) -> str:
    """What was sent, in words for people and not longer than needed."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MOST_SHOWN + 2 else f'{text[:MOST_SHOWN]}…{text[-1] if text[0] == text[-1] else ""}'
