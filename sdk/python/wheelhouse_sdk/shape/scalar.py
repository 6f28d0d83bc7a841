"""Shapes of single values."""

import re
from datetime import date
from enum import Enum
from typing import Any

from ..money import Amount
from .base import Problems, Shape, about

#: The whole numbers that fit into 64 bits, as documents keep them.
SMALLEST, LARGEST = -(2**63), 2**63 - 1

_WHOLE = re.compile(r"-?[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Text(Shape):
    """`str`."""

    expected = "a text"

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}

    def read(self, value: object, path: str, problems: Problems) -> Any:
        if not isinstance(value, str):
            problems.must(path, self.expected, value)
        return value


class Integer(Shape):
    """`int`, of 64 bits. `3.0` is a whole number, as in JSON Schema."""

    expected = "a whole number"

    def schema(self) -> dict[str, Any]:
        return {"type": "integer"}

    def read(self, value: object, path: str, problems: Problems) -> Any:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            problems.must(path, self.expected, value)
        elif not SMALLEST <= value <= LARGEST:
            problems.add(path, f"{about(path)} must be a whole number that fits into 64 bits.")
        return value

    def read_text(self, texts: list[str], path: str, problems: Problems) -> Any:
        text = texts[-1]
        return self.read(int(text) if _WHOLE.fullmatch(text) else text, path, problems)


class Number(Shape):
    """`float`."""

    expected = "a number"

    def schema(self) -> dict[str, Any]:
        return {"type": "number"}

    def read(self, value: object, path: str, problems: Problems) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            problems.must(path, self.expected, value)
            return value
        try:
            return float(value)
        except OverflowError:
            problems.add(path, f"{about(path)} must be a number that is not so large.")
            return value

    def read_text(self, texts: list[str], path: str, problems: Problems) -> Any:
        text = texts[-1]
        number = float(text) if _NUMBER.fullmatch(text) else None
        return self.read(text if number is None or number in (float("inf"), float("-inf")) else number, path, problems)


class Boolean(Shape):
    """`bool`; `true` or `false` in a path or a query."""

    expected = "true or false"

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def read(self, value: object, path: str, problems: Problems) -> Any:
        if not isinstance(value, bool):
            problems.must(path, self.expected, value)
        return value

    def read_text(self, texts: list[str], path: str, problems: Problems) -> Any:
        return self.read({"true": True, "false": False}.get(texts[-1], texts[-1]), path, problems)


class Day(Shape):
    """`datetime.date`: `2026-11-22`."""

    expected = "a day such as 2026-11-22"

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}

    def read(self, value: object, path: str, problems: Problems) -> Any:
        # Stricter than the library, which takes other forms too.
        if isinstance(value, str) and _DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        problems.must(path, self.expected, value)
        return value


class Money(Shape):
    """`Amount`."""

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "format": "decimal"}

    def read(self, value: object, path: str, problems: Problems) -> Any:
        try:
            return Amount.parse(value)  # type: ignore[arg-type]
        except ValueError as error:
            problems.add(path, f"{about(path)} {error}.")
            return value


class Choice(Shape):
    """`Literal` and `Enum`: one of some texts or whole numbers."""

    def __init__(self, choices: dict[str | int, Any]):
        self.choices = choices
        words = [f"`{choice}`" for choice in choices]
        self.expected = " or ".join(words) if len(words) < 3 else f"one of {', '.join(words)}"

    @classmethod
    def of_enum(cls, enum: type[Enum]) -> "Choice":
        """The members by their values."""
        return cls({member.value: member for member in enum})

    def schema(self) -> dict[str, Any]:
        kinds = {str: "string", int: "integer"}
        types = {kinds[type(choice)] for choice in self.choices}
        one = {"type": types.pop()} if len(types) == 1 else {}
        return {**one, "enum": list(self.choices)}

    def read(self, value: object, path: str, problems: Problems) -> Any:
        # `True` and `1.0` are equal to `1` in Python, and are not meant.
        if type(value) in (str, int) and value in self.choices:
            return self.choices[value]
        problems.must(path, self.expected, value)
        return value

    def read_text(self, texts: list[str], path: str, problems: Problems) -> Any:
        text = texts[-1]
        known = {str(choice): choice for choice in self.choices}
        return self.read(known.get(text, text), path, problems)


class Anything(Shape):
    """`Any`: whatever JSON has."""

    def schema(self) -> dict[str, Any]:
        return {}

    def read(self, value: object, path: str, problems: Problems) -> Any:
        return value
