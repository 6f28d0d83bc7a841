"""Imports `wasi:config`."""

from componentize_py_types import Err
from wit_world.imports import store

from ..failure import Unavailable


def read() -> dict[str, str]:
    """All settings that have a value."""
    try:
        return dict(store.get_all())
    except Err:
        raise Unavailable("The plugin's settings cannot be read.") from None
