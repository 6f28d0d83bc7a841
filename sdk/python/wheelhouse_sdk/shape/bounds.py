"""What `Annotated` says more of a type: how large, how long, in which form."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from ..mistake import Mistake
from .base import Problems, Shape, about


@dataclass(frozen=True)
class Bounds:
    """How large a number, how long a text, how many items of a list: at least and at most, either may be left out.

    `Annotated[int, "How many.", Bounds(1, 100)]`
    """

    least: int | float | None = None
    most: int | float | None = None


@dataclass(frozen=True)
class Pattern:
    """The form of a text: a regular expression that must be found in it, as in JSON Schema.

    `Annotated[str, "A postcode.", Pattern("^[0-9]{5}$")]`
    """

    regex: str


class Bounded(Shape):
    """A shape with bounds."""

    #: Of a schema's type: the names of its bounds, and the words for them.
    KINDS: ClassVar = {
        "integer": ("minimum", "maximum", "be at least {}", "be at most {}"),
        "number": ("minimum", "maximum", "be at least {}", "be at most {}"),
        "string": ("minLength", "maxLength", "have at least {} characters", "have at most {} characters"),
        "array": ("minItems", "maxItems", "have at least {} items", "have at most {} items"),
    }

    def __init__(self, inner: Shape, bounds: Bounds):
        kind = inner.schema().get("type")
        if kind not in self.KINDS:
            raise Mistake("bounds are for numbers, texts and lists")
        self.inner, self.bounds, self.expected = inner, bounds, inner.expected
        self.names, self.words = self.KINDS[kind][:2], self.KINDS[kind][2:]
        self.is_number = self.names[0] == "minimum"

    def schema(self) -> dict[str, Any]:
        given = zip(self.names, (self.bounds.least, self.bounds.most))
        return {**self.inner.schema(), **{name: bound for name, bound in given if bound is not None}}

    def read(self, value: object, path: str, problems: Problems) -> Any:
        return self._check(lambda: self.inner.read(value, path, problems), path, problems)

    def read_text(self, texts: list[str], path: str, problems: Problems) -> Any:
        return self._check(lambda: self.inner.read_text(texts, path, problems), path, problems)

    def _check(self, read: Any, path: str, problems: Problems) -> Any:
        before = len(problems.found)
        value = read()
        if len(problems.found) > before:
            return value
        least, most = self.bounds.least, self.bounds.most
        size = value if self.is_number else len(value)
        if least is not None and size < least:
            problems.add(path, f"{about(path)} must {self.words[0].format(least)}.")
        elif most is not None and size > most:
            problems.add(path, f"{about(path)} must {self.words[1].format(most)}.")
        return value


class Formed(Shape):
    """A text with a pattern."""

    def __init__(self, inner: Shape, pattern: Pattern):
        if inner.schema().get("type") != "string":
            raise Mistake("a pattern is for texts")
        self.inner, self.pattern, self.expected = inner, pattern, inner.expected
        self.regex = re.compile(pattern.regex)

    def schema(self) -> dict[str, Any]:
        return {**self.inner.schema(), "pattern": self.pattern.regex}

    def read(self, value: object, path: str, problems: Problems) -> Any:
        before = len(problems.found)
        text = self.inner.read(value, path, problems)
        if len(problems.found) == before and self.regex.search(text) is None:
            problems.add(path, f"{about(path)} must have the form {self.pattern.regex}.")
        return text
