"""From the text that a caller sends to JSON values."""

import json
from typing import Any

from .failure import Invalid


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def read_json(text: str | bytes) -> Any:
    """The JSON value in the text. `Invalid` when there is none."""
    try:
        if isinstance(text, bytes):
            text = text.decode()
        value = json.loads(text, parse_constant=_no_constant)
        if "\\ud" in text or "\\uD" in text:
            # Halves of characters can be written in JSON, and have no form outside Python.
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, json.JSONDecodeError) else "it cannot be read"
        raise Invalid(f"The input is not valid JSON: {reason}.") from None


def read_object(text: str | bytes) -> dict[str, Any]:
    """The JSON object in the text; an empty text is an empty object. `Invalid` when there is none."""
    if not text.strip():
        return {}
    value = read_json(text)
    if not isinstance(value, dict):
        raise Invalid("The input must be a JSON object.")
    return value
