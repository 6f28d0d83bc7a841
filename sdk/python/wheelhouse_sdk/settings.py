"""What the operator set for this plugin, in `[plugins.<id>]`.

    @dataclass
    class Settings:
        units: Literal["metric", "imperial"] = "metric"

    plugin(…, settings=Settings)

    settings.read(Settings).units
"""

import json
from typing import Any, TypeVar

from . import shape
from .failure import Unavailable
from .host import host
from .shape import Problems, Record

T = TypeVar("T")


def find(key: str) -> str | None:
    """The value of a key, if the operator set it. A value that is no text is given as JSON."""
    return host.settings().get(key)


def read(kind: type[T]) -> T:
    """All settings as a dataclass; keys that it does not have are left alone. `Unavailable`, with what is wrong in the log, when they do not
    fit it: that is for the operator to mend."""
    record: Any = shape.of(kind)
    assert isinstance(record, Record)
    given = {name: _value(record, name, text) for name, text in host.settings().items() if name in record.fields}
    problems = Problems()
    read: T = record.read(given, "", problems)
    if problems.found:
        raise Unavailable("The plugin is not set up.") from ValueError(
            " ".join(problem.message for problem in problems.found)
        )
    return read


def _value(record: Record, name: str, text: str) -> Any:
    # Whether a text stands for itself or for JSON is the field's to say.
    if record.fields[name].shape.schema().get("type") in ("string", ["string", "null"]):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
