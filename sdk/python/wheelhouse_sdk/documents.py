"""Documents: JSON objects that the host keeps for the plugin.

    @dataclass
    class Note:
        text: str
        stars: int

    NOTES = Collection.of_user("notes", Note)

    note = NOTES.insert(Note("Buy milk", 3))
    starred = NOTES.query().at_least("stars", 3).newest_first().page(20)
    NOTES.query().sum("stars")
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from . import shape
from .failure import Conflict, Internal, Invalid, NotFound
from .host import Group, Question, Scalar, Stored, host
from .listing import Listing
from .mistake import Mistake
from .money import Amount
from .plain import plain, write
from .shape import Problems, Shape

__all__ = ["Collection", "Document", "Group", "Page", "Query"]

T = TypeVar("T")
V = TypeVar("V")

_NAME = re.compile(r"[a-z0-9_-]{1,64}")
_OPERATORS = {
    "==": "equal",
    "!=": "not-equal",
    "<": "less",
    "<=": "less-or-equal",
    ">": "greater",
    ">=": "greater-or-equal",
    "contains": "contains",
}


@dataclass
class Document(Generic[T]):
    """One document: a value and what the host knows of it. Times are in milliseconds since 1970-01-01T00:00:00Z."""

    id: str
    #: 1 after insert, one more after each replace.
    revision: int
    #: What the plugin keeps.
    body: T
    created: int
    updated: int


@dataclass(frozen=True)
class Page(Generic[T]):
    """A part of a list."""

    #: In the order of the query.
    documents: list[Document[T]]
    #: The cursor of the next page; none on the last.
    next: str | None

    def listing(self, view: Callable[[Document[T]], V] | None = None) -> "Listing[Any]":
        """The page as a route's answer: what `view` makes of each document, or the bodies."""
        data = [document.body if view is None else view(document) for document in self.documents]
        return Listing(data, self.next is not None, self.next)


class Collection(Generic[T]):
    """Documents of one kind: a dataclass, or dicts where none is named. The name is 1 to 64 of `a-z`, `0-9`, `_`, `-`.

    Every method asks the host; each can raise `Denied` where the operator has not granted documents, or where nobody is
    signed in, and `Unavailable` where the database does not answer. """

    def __init__(self, scope: str, name: str, kind: type[T] | None):
        if not _NAME.fullmatch(name):
            raise Mistake(f"`{name}` is no name for a collection: 1 to 64 of a-z, 0-9, _ and -")
        self._scope, self._name = scope, name
        self._shape: Shape | None = None if kind in (None, dict) else shape.of(kind)

    @classmethod
    def of_user(cls, name: str, kind: type[T] = dict) -> "Collection[T]":  # type: ignore[assignment]
        """Documents of the user that the call is made for; the plugin cannot even name another's."""
        return cls("user", name, kind)

    @classmethod
    def shared(cls, name: str, kind: type[T] = dict) -> "Collection[T]":  # type: ignore[assignment]
        """Documents of the plugin, the same for all users."""
        return cls("shared", name, kind)

    def insert(self, body: T, id: str | None = None) -> Document[T]:
        """Stores a new document, under an id that sorts by time or under this one of 1 to 128 bytes: `Conflict` when it
        is taken."""
        return self._read(host.documents().insert(self._scope, self._name, id, self._write(body)))

    def insert_once(self, id: str, body: T) -> tuple[Document[T], bool]:
        """Stores a new document under this id, or answers the one that is there: for calls that may be repeated, with
        the id from `Call.once`. The flag is whether it is new."""
        try:
            return self.insert(body, id), True
        except Conflict:
            found = self.find(id)
            if found is None:
                raise
            return found, False

    def find(self, id: str) -> Document[T] | None:
        """The document with this id, if there is one."""
        found = host.documents().get(self._scope, self._name, id)
        return None if found is None else self._read(found)

    def get(self, id: str) -> Document[T]:
        """The document with this id; `NotFound` when there is none."""
        found = self.find(id)
        if found is None:
            raise NotFound("There is nothing with this id.")
        return found

    def replace(self, document: Document[T]) -> Document[T]:
        """Stores the document's body in place of the one that it was read with: `Conflict` when it has been replaced
        since, `NotFound` when it has been deleted."""
        body = self._write(document.body)
        stored = host.documents().replace(self._scope, self._name, document.id, document.revision, body)
        return self._read(stored)

    def delete(self, id: str) -> bool:
        """Removes the document with this id; whether it was there."""
        return host.documents().delete(self._scope, self._name, id)

    def query(self) -> "Query[T]":
        """Begins a question about many documents."""
        return Query(self, Question())

    def _write(self, body: T) -> str:
        return write(body, "A document")

    def _read(self, stored: Stored) -> Document[T]:
        body = json.loads(stored.body)
        if self._shape is not None:
            problems = Problems()
            body = self._shape.read(body, "", problems)
            if problems.found:
                raise Internal("A document is not in the form that this plugin keeps.") from TypeError(
                    " ".join(problem.message for problem in problems.found)
                )
        return Document(stored.id, stored.revision, body, stored.created, stored.updated)


@dataclass(frozen=True)
class Query(Generic[T]):
    """Which documents, and in what order: each method returns a new query. All conditions must hold. Fields are members
    of the body or paths with dots: `place.city`."""

    _collection: Collection[T]
    _question: Question

    def where(self, field: str, operator: str, value: object) -> "Query[T]":
        """The field compares so with the value: `==`, `!=`, `<`, `<=`, `>`, `>=` or `contains`. At most 16 conditions.
        Values are texts, numbers, booleans and None; a date and an `Amount` count as what they are in documents: a
        text, and hundredths."""
        if operator not in _OPERATORS:
            raise Mistake(f"`{operator}` is no operator: {', '.join(_OPERATORS)}")
        condition = (field, _OPERATORS[operator], _scalar(value))
        return self._with(conditions=(*self._question.conditions, condition))

    def equal(self, field: str, value: object) -> "Query[T]":
        """The field has this value."""
        return self.where(field, "==", value)

    def at_least(self, field: str, value: object) -> "Query[T]":
        """The field has this value or a larger one."""
        return self.where(field, ">=", value)

    def at_most(self, field: str, value: object) -> "Query[T]":
        """The field has this value or a smaller one."""
        return self.where(field, "<=", value)

    def order_by(self, field: str, *, descending: bool = False) -> "Query[T]":
        """Sorts by this field; `$created` and `$updated` are the document's times. At most 4; ties are in the order of
        ids."""
        return self._with(order=(*self._question.order, (field, descending)))

    def newest_first(self) -> "Query[T]":
        """Sorts by time of insertion, the latest first."""
        return self.order_by("$created", descending=True)

    def page(self, limit: int, cursor: str | None = None) -> Page[T]:
        """One part of the list: up to `limit` (1 to 500) documents behind `cursor`, which is `next` of the part before.
        `Invalid` for a limit out of range or a cursor of another query."""
        if not 1 <= limit <= 500:
            raise Invalid("The limit must be from 1 to 500.", field="limit")
        collection = self._collection
        found, following = host.documents().page(collection._scope, collection._name, self._question, limit, cursor)
        return Page([collection._read(stored) for stored in found], following)

    def count(self) -> int:
        """How many documents there are."""
        groups = self.aggregate("count")
        return groups[0].count if groups else 0

    def sum(self, field: str) -> int:
        """The sum of a field of whole numbers; 0 of nothing. `Internal` when there are numbers that are not whole."""
        groups = self.aggregate("sum", field)
        total = groups[0].value if groups else 0
        if isinstance(total, float):
            raise Internal("A sum of whole numbers is not whole.")
        return total or 0  # type: ignore[return-value]

    def aggregate(self, function: str, field: str | None = None, group_by: str | None = None) -> list[Group]:
        """A figure (`count`, `sum`, `min`, `max`, `avg`) over a field for each value of another, in the order of these
        values. Only `count` goes without a field. `Invalid` for more than 1,000 groups."""
        if function not in ("count", "sum", "min", "max", "avg"):
            raise Mistake(f"`{function}` is no figure: count, sum, min, max, avg")
        collection = self._collection
        return host.documents().aggregate(
            collection._scope, collection._name, self._question, function, field, group_by
        )

    def _with(self, **changes: Any) -> "Query[T]":
        return Query(self._collection, replace(self._question, **changes))


def _scalar(value: object) -> Scalar:
    value = value.minor if isinstance(value, Amount) else plain(value)
    if not isinstance(value, (bool, int, float, str, type(None))):
        raise TypeError(f"a value of type {type(value).__name__} cannot be compared with")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise Invalid("A whole number is too large to be looked for.")
    return value
