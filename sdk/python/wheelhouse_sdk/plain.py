"""From a plugin's values to what JSON has."""

import dataclasses
import json
from datetime import date
from enum import Enum
from typing import Any

from .failure import Internal
from .money import Amount


def plain(value: object) -> Any:
    """The value in dicts, lists, texts, numbers, booleans and None. Raises `TypeError` for what JSON has no form
    for."""
    if value is None or isinstance(value, (bool, str)):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, Amount):
        return value.to_json()
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    raise TypeError(f"a value of type {type(value).__name__} has no form in JSON")


def _key(key: object) -> str:
    if isinstance(key, Enum):
        key = key.value
    if not isinstance(key, str):
        raise TypeError(f"a key of type {type(key).__name__} has no form in JSON")
    return key


def write(value: object, what: str) -> str:
    """The value as JSON. `Internal`, with a traceback in the log, when it has no form in JSON."""
    try:
        return whole(json.dumps(plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":")))
    except (TypeError, ValueError, RecursionError) as error:
        raise Internal(f"{what} could not be written.") from error


def whole(text: str) -> str:
    """The text without halves of characters, which have no form outside Python."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
