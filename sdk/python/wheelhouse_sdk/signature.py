"""What a function takes: its arguments by their hints, and what the kit hands in."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import shape
from .call import Call
from .mistake import Mistake
from .shape import Field, Record


@dataclass(frozen=True)
class Signature:
    """A function's parameters and answer."""

    function: Callable[..., Any]
    #: The arguments that callers send.
    arguments: Record
    #: Parameters that the kit fills, by the class that they have as a hint.
    handed: dict[type, str]
    #: The hint of the answer; `None` without one.
    answer: Any

    @classmethod
    def of(cls, function: Callable[..., Any], handed: tuple[type, ...] = (Call,)) -> "Signature":
        """Reads the function's hints. Raises `Mistake` with a sentence for the plugin's author."""
        name = function.__name__
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            raise Mistake(f"{name} must be a plain function: everything that it calls of the host is plain too")
        hints = shape.hints_of(function)
        fields: dict[str, Field] = {}
        filled: dict[type, str] = {}
        for parameter in inspect.signature(function).parameters.values():
            if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                raise Mistake(f"{name}: `{parameter.name}` must be a parameter that can be given by name")
            if parameter.name not in hints:
                raise Mistake(f"{name}: `{parameter.name}` needs a type hint")
            hint = hints[parameter.name]
            if hint in handed:
                filled[hint] = parameter.name
                continue
            try:
                of = shape.of(hint)
            except Mistake as error:
                raise Mistake(f"{name}: `{parameter.name}`: {error}") from None
            has_default = parameter.default is not parameter.empty
            fields[parameter.name] = Field.with_default(of, parameter.default) if has_default else Field(of, True)
        return cls(function, Record(fields, dict), filled, hints.get("return", inspect.Signature.empty))

    def call(self, arguments: dict[str, Any], *handed: Any) -> Any:
        """Calls the function with arguments that have been read, and with what the kit hands in."""
        given = {self.handed[type(value)]: value for value in handed if type(value) in self.handed}
        return self.function(**given, **arguments)


def summary_of(function: Callable[..., Any]) -> str:
    """The function's docstring. Raises `Mistake` when it has none."""
    text = inspect.getdoc(function)
    if not text:
        raise Mistake(f"{function.__name__} needs a docstring: models and people read it")
    return text
