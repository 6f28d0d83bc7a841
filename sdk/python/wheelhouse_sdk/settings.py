"""What the operator set for this plugin, secrets included.

A dataclass says what there is: its schema is in the plugin's description, so that the host checks what is set before
the plugin serves, and fills in the defaults. Which of the settings are secrets is up to the operator: the plugin reads
them alike.

    @dataclass
    class Settings:
        api_key: str
        days: int = 3

    plugin(…, settings=Settings)

    settings.read(Settings).days

While a plugin describes itself, nothing is set.
"""

import json
from typing import Any, TypeVar

from . import shape
from .failure import Internal
from .host import host
from .shape import Problems, Record

T = TypeVar("T")


def get(key: str) -> str | None:
    """One setting as text; None when it is not set and has no default. What is no text is given as JSON."""
    return host.settings().get(key)


def read(kind: type[T]) -> T:
    """All settings as a dataclass; keys that it does not have are left alone. `Internal`, with the names of those at
    fault in the log and without their values, when they do not fit: the schema said something else to the host than the
    dataclass says here."""
    record: Any = shape.of(kind)
    assert isinstance(record, Record)
    given = {name: _value(record, name, text) for name, text in host.settings().items() if name in record.fields}
    problems = Problems()
    read: T = record.read(given, "", problems)
    if problems.found:
        names = ", ".join(f"`{problem.field}`" for problem in problems.found)
        raise Internal("The plugin's settings cannot be read.") from ValueError(f"settings that do not fit: {names}")
    return read


def _value(record: Record, name: str, text: str) -> Any:
    # Whether a text stands for itself or for JSON is the field's to say.
    if record.fields[name].shape.schema().get("type") in ("string", ["string", "null"]):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
