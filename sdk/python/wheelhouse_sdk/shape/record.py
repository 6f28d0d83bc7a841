"""Shapes with named fields: dataclasses, typed dicts, and the arguments of functions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..failure import Failure
from ..plain import plain
from .base import Problems, Shape, about, inside


@dataclass(frozen=True)
class Field:
    """One field. `default` is a tuple of one where there is a default that JSON has a form for."""

    shape: Shape
    required: bool
    default: tuple[Any, ...] = ()

    @classmethod
    def with_default(cls, shape: Shape, default: object) -> "Field":
        """A field that may be left out."""
        try:
            shown = plain(default)
        except TypeError:
            shown = None
        return cls(shape, False, () if shown is None else (shown,))

    def schema(self) -> dict[str, Any]:
        """The field's schema, with its default."""
        return {**self.shape.schema(), **({"default": self.default[0]} if self.default else {})}


class Record(Shape):
    """An object with these fields and no others. `make` gets those that were sent, by name."""

    expected = "an object"

    def __init__(self, fields: dict[str, Field], make: Callable[..., Any], description: str | None = None):
        self.fields, self.make, self.description = fields, make, description

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "object"}
        if self.description:
            schema["description"] = self.description
        schema["properties"] = {name: field.schema() for name, field in self.fields.items()}
        required = [name for name, field in self.fields.items() if field.required]
        if required:
            schema["required"] = required
        schema["additionalProperties"] = False
        return schema

    def read(self, value: object, path: str, problems: Problems) -> Any:
        if not isinstance(value, dict):
            problems.must(path, self.expected, value)
            return value
        return self.read_parts({name: (item, None) for name, item in value.items()}, path, problems)

    def read_parts(self, parts: dict[str, tuple[Any, list[str] | None]], path: str, problems: Problems) -> Any:
        """From fields that come from different places: each a JSON value, or texts where there are some."""
        before = len(problems.found)
        values = {}
        for name, (value, texts) in parts.items():
            field = self.fields.get(name)
            if field is None:
                problems.add(inside(path, name), self._unknown(inside(path, name)))
            elif texts is None:
                values[name] = field.shape.read(value, inside(path, name), problems)
            else:
                values[name] = field.shape.read_text(texts, inside(path, name), problems)
        for name, field in self.fields.items():
            if field.required and name not in parts:
                problems.add(inside(path, name), f"`{inside(path, name)}` is missing.")
        if len(problems.found) > before:
            return None
        try:
            return self.make(**values)
        except Failure:
            raise
        except ValueError as error:
            # A dataclass that checks itself.
            problems.add(path, f"{about(path)}: {str(error).rstrip('.')}.")
            return None

    def _unknown(self, path: str) -> str:
        path = path if len(path) <= 100 else f"{path[:100]}…"
        known = [f"`{name}`" for name in self.fields]
        if not known:
            return f"`{path}` is not a known field."
        right = " or ".join(known) if len(known) < 3 else f"one of {', '.join(known)}"
        return f"`{path}` is not a known field: it must be {right}."
