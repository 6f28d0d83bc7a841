"""What the host offers to a plugin: connected to the component's imports in a host, and to stand-ins on the build
machine."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from .definition import current
from .failure import Internal

C = TypeVar("C")

#: What documents have in their fields, as far as conditions and groups go.
Scalar = None | bool | int | float | str


class Stored(NamedTuple):
    """A document as the host keeps it: the body is JSON."""

    id: str
    revision: int
    body: str
    created: int
    updated: int


@dataclass(frozen=True)
class Group:
    """A figure over the documents that have the same value in a field."""

    #: The value; None for documents that have no such field.
    key: Scalar
    #: The figure; None where there was nothing to compute with.
    value: Scalar
    #: How many documents went into it.
    count: int


@dataclass(frozen=True)
class Question:
    """Which documents, and in what order."""

    conditions: tuple[tuple[str, str, Scalar], ...] = ()
    order: tuple[tuple[str, bool], ...] = ()


class Documents(Protocol):
    """The contract's `documents`. A scope is `user` or `shared`."""

    def insert(self, scope: str, collection: str, id: str | None, body: str) -> Stored: ...

    def get(self, scope: str, collection: str, id: str) -> Stored | None: ...

    def replace(self, scope: str, collection: str, id: str, revision: int, body: str) -> Stored: ...

    def delete(self, scope: str, collection: str, id: str) -> bool: ...

    def page(
        self, scope: str, collection: str, question: Question, limit: int, cursor: str | None
    ) -> tuple[list[Stored], str | None]: ...

    def aggregate(
        self,
        scope: str,
        collection: str,
        question: Question,
        function: str,
        field: str | None,
        group_by: str | None,
    ) -> list[Group]: ...


class Sent(NamedTuple):
    """A request to a server outside."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes | None
    #: Milliseconds.
    timeout: int | None


class Received(NamedTuple):
    """What the server answered."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Host:
    """The connections. A component connects its imports while it is built; what it has not connected it does not
    import."""

    def __init__(self) -> None:
        self.documents_import: Documents | None = None
        self.http_import: Callable[[Sent], Received] | None = None
        self.settings_import: Callable[[], dict[str, str]] | None = None

    def documents(self) -> Documents:
        """The document store."""
        _check("documents", "Need.documents(…) or Need.shared_documents(…)", current.asks_for("documents"))
        return _connected(self.documents_import)

    def http(self) -> Callable[[Sent], Received]:
        """What sends requests."""
        _check("HTTP", "Need.http(…)", current.asks_for("http"))
        return _connected(self.http_import)

    def settings(self) -> dict[str, str]:
        """All settings that have a value."""
        declared = current.description is not None and current.description.settings is not None
        _check("settings", "settings=… in plugin(…)", declared)
        return _connected(self.settings_import)()


def _check(what: str, need: str, asked: bool) -> None:
    # A module without a description is a part of a plugin under test.
    if current.description is not None and not asked:
        raise Internal("The plugin uses something that it does not ask for.") from TypeError(
            f"the plugin uses {what} and does not ask for it: {need}"
        )


def _connected(connection: C | None) -> C:
    if connection is None:
        raise Internal("The plugin uses something of a host outside of one.")
    return connection


#: The one host of this process or component.
host = Host()
