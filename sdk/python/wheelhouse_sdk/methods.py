"""Methods and paths of routes."""

import re

from .mistake import Mistake
from .shape import Record

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PATH = re.compile(r"(/([A-Za-z0-9_.~-]+|\{[A-Za-z_][A-Za-z0-9_]*\}))+")


def has_body(method: str) -> bool:
    """Whether arguments come from a body; else they come from the query."""
    return method in ("POST", "PUT", "PATCH")


def in_path(path: str) -> list[str]:
    """The names in braces."""
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def check_method(name: str, method: str) -> None:
    """Raises `Mistake` for a method that no route has."""
    if method not in _METHODS:
        raise Mistake(f"{name}: the method is one of {', '.join(_METHODS)}, not `{method}`")


def check_path(name: str, path: str, arguments: Record | None) -> None:
    """Raises `Mistake` for a path that is none, or that names what is no argument."""
    if not _PATH.fullmatch(path):
        raise Mistake(f"{name}: `{path}` is no path below /api/v1, such as `/greetings/{{id}}`")
    for part in in_path(path):
        if arguments is not None and part not in arguments.fields:
            raise Mistake(f"{name}: the path names `{part}`, and the function has no such parameter")
