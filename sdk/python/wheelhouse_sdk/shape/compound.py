"""Shapes that are made of others."""

from typing import Any

from .base import Problems, Shape, inside


class Described(Shape):
    """A shape with a sentence about it."""

    def __init__(self, inner: Shape, description: str):
        self.inner, self.description, self.expected = inner, description, inner.expected

    def schema(self) -> dict[str, Any]:
        return {**self.inner.schema(), "description": self.description}

    def read(self, value: object, path: str, problems: Problems) -> Any:
        return self.inner.read(value, path, problems)

    def read_text(self, texts: list[str], path: str, problems: Problems) -> Any:
        return self.inner.read_text(texts, path, problems)


class Nullable(Shape):
    """`T | None`."""

    def __init__(self, inner: Shape):
        self.inner, self.expected = inner, inner.expected

    def schema(self) -> dict[str, Any]:
        schema = self.inner.schema()
        if not schema:
            return schema
        if isinstance(schema.get("type"), str):
            nullable = {**schema, "type": [schema["type"], "null"]}
            return {**nullable, "enum": [*schema["enum"], None]} if "enum" in schema else nullable
        return {"anyOf": [schema, {"type": "null"}]}

    def read(self, value: object, path: str, problems: Problems) -> Any:
        return None if value is None else self.inner.read(value, path, problems)

    def read_text(self, texts: list[str], path: str, problems: Problems) -> Any:
        return self.inner.read_text(texts, path, problems)


class ListOf(Shape):
    """`list[T]`."""

    expected = "a list"

    def __init__(self, item: Shape):
        self.item = item

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.schema()}

    def read(self, value: object, path: str, problems: Problems) -> Any:
        if not isinstance(value, list):
            problems.must(path, self.expected, value)
            return value
        return [self.item.read(item, f"{path}[{index}]", problems) for index, item in enumerate(value)]

    def read_text(self, texts: list[str], path: str, problems: Problems) -> Any:
        return [self.item.read_text([text], f"{path}[{index}]", problems) for index, text in enumerate(texts)]


class DictOf(Shape):
    """`dict[str, T]`."""

    expected = "an object"

    def __init__(self, item: Shape):
        self.item = item

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.item.schema() or True}

    def read(self, value: object, path: str, problems: Problems) -> Any:
        if not isinstance(value, dict):
            problems.must(path, self.expected, value)
            return value
        return {name: self.item.read(item, inside(path, name), problems) for name, item in value.items()}
