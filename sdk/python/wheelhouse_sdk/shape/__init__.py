"""From type hints to JSON Schema and back: what a hint stands for in JSON, and how values are read by it."""

import dataclasses
import types
import typing
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from ..mistake import Mistake
from ..money import Amount
from .base import Problems, Shape
from .bounds import Bounded, Bounds, Formed, Pattern
from .compound import Described, DictOf, ListOf, Nullable
from .record import Field, Record
from .scalar import Anything, Boolean, Choice, Day, Integer, Money, Number, Text

__all__ = ["Bounds", "Field", "Pattern", "Problems", "Record", "Shape", "of"]

_SIMPLE: dict[Any, type[Shape]] = {
    str: Text,
    int: Integer,
    float: Number,
    bool: Boolean,
    date: Day,
    Amount: Money,
}
_KNOWN = (
    "str, int, float, bool, date, Amount, Literal, Enum, list, dict, dataclasses, typed dicts, `| None` and Any, "
    "and Annotated around them"
)


def of(hint: Any, within: tuple[Any, ...] = ()) -> Shape:
    """The shape of a hint. Raises `Mistake` with a sentence for the plugin's author where a hint stands for nothing in
    JSON."""
    if hint is Any:
        return Anything()
    if isinstance(hint, type) and hint in _SIMPLE:
        return _SIMPLE[hint]()
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated(of(arguments[0], within), arguments[1:])
    if origin is Literal:
        return _literal(arguments)
    if origin in (Union, types.UnionType):
        return _union(arguments, within)
    if hint is list or origin is list:
        return ListOf(of(arguments[0], within) if arguments else Anything())
    if hint is dict or origin is dict:
        return _dict(arguments, within)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Choice.of_enum(_scalars(hint))
    kind = origin or hint
    if dataclasses.is_dataclass(kind) or typing.is_typeddict(kind):
        if hint in within:
            raise Mistake(f"{kind.__name__} contains itself, which a JSON Schema of a tool cannot say")
        fields = _dataclass if dataclasses.is_dataclass(kind) else _typed_dict
        return fields(kind, arguments, (*within, hint))
    raise Mistake(f"{hint!r} has no form in JSON here; known are {_KNOWN}")


def hints_of(thing: Any) -> dict[str, Any]:
    """The hints of a class or a function, with what `Annotated` says."""
    return typing.get_type_hints(thing, include_extras=True)


def _annotated(shape: Shape, notes: tuple[Any, ...]) -> Shape:
    # A null is within all bounds.
    nullable = isinstance(shape, Nullable)
    inner = shape.inner if isinstance(shape, Nullable) else shape
    for note in notes:
        if isinstance(note, Bounds):
            inner = Bounded(inner, note)
        elif isinstance(note, Pattern):
            inner = Formed(inner, note)
    shape = Nullable(inner) if nullable else inner
    for note in notes:
        if isinstance(note, str):
            shape = Described(shape, note)
    return shape


def _literal(choices: tuple[Any, ...]) -> Shape:
    nullable = None in choices
    choices = tuple(choice for choice in choices if choice is not None)
    if not choices or not all(type(choice) in (str, int) for choice in choices):
        raise Mistake("a Literal is made of texts and whole numbers")
    shape = Choice({choice: choice for choice in choices})
    return Nullable(shape) if nullable else shape


def _scalars(enum: type[Enum]) -> type[Enum]:
    if not all(type(member.value) in (str, int) for member in enum) or not len(enum):
        raise Mistake(f"the values of {enum.__name__} must be texts or whole numbers")
    return enum


def _union(members: tuple[Any, ...], within: tuple[Any, ...]) -> Shape:
    others = [member for member in members if member is not types.NoneType]
    if len(others) != 1 or len(others) == len(members):
        raise Mistake("a union is of one type and None")
    return Nullable(of(others[0], within))


def _dict(arguments: tuple[Any, ...], within: tuple[Any, ...]) -> Shape:
    if not arguments:
        return DictOf(Anything())
    if arguments[0] is not str:
        raise Mistake("the keys of a dict are texts in JSON: dict[str, …]")
    return DictOf(of(arguments[1], within))


def _dataclass(kind: Any, arguments: tuple[Any, ...], within: tuple[Any, ...]) -> Shape:
    hints = hints_of(kind)
    # What stands for the type parameters of a generic dataclass.
    meant = dict(zip(getattr(kind, "__parameters__", ()), arguments))
    fields = {}
    for field in dataclasses.fields(kind):
        if not field.init:
            continue
        shape = of(_meant(hints[field.name], meant), within)
        if field.default is not dataclasses.MISSING:
            fields[field.name] = Field.with_default(shape, field.default)
        elif field.default_factory is not dataclasses.MISSING:
            fields[field.name] = Field.with_default(shape, field.default_factory())
        else:
            fields[field.name] = Field(shape, True)
    written = kind.__doc__ and not kind.__doc__.startswith(f"{kind.__name__}(")
    return Record(fields, kind, _clean(kind.__doc__) if written else None)


def _meant(hint: Any, meant: dict[Any, Any]) -> Any:
    if hint in meant:
        return meant[hint]
    parameters = getattr(hint, "__parameters__", ())
    return hint[tuple(meant.get(parameter, Any) for parameter in parameters)] if parameters else hint


def _typed_dict(kind: Any, _: tuple[Any, ...], within: tuple[Any, ...]) -> Shape:
    fields = {}
    for name, hint in hints_of(kind).items():
        if get_origin(hint) in (typing.Required, typing.NotRequired):
            hint = get_args(hint)[0]
        fields[name] = Field(of(hint, within), name in kind.__required_keys__)
    return Record(fields, dict, _clean(kind.__doc__) if kind.__doc__ else None)


def _clean(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())
