"""The document store of the build machine. It keeps the contract's promises, so that a test that passes here does not
fail on a host."""

import json
from typing import Any

from .failure import Conflict, Denied, Invalid, NotFound
from .host import Group, Question, Scalar, Stored

#: The most groups of one figure.
MOST_GROUPS = 1_000


class Memory:
    """Documents in memory. Those in user scope belong to `user`, and are denied for None."""

    def __init__(self) -> None:
        self.user: str | None = "ann"
        self.clock = 1_795_395_780_000
        self.collections: dict[tuple[str | None, str], dict[str, Stored]] = {}

    def _of(self, scope: str, collection: str) -> dict[str, Stored]:
        if scope == "user" and self.user is None:
            raise Denied("Documents of a user need a user.")
        self.clock += 1
        owner = self.user if scope == "user" else None
        return self.collections.setdefault((owner, collection), {})

    def insert(self, scope: str, collection: str, id: str | None, body: str) -> Stored:
        documents = self._of(scope, collection)
        _check_body(body)
        id = f"id-{self.clock}" if id is None else id
        if not 1 <= len(id.encode()) <= 128:
            raise Invalid("The id of a document has 1 to 128 bytes.")
        if id in documents:
            raise Conflict(f"There is a document `{id}` already.")
        documents[id] = Stored(id, 1, body, self.clock, self.clock)
        return documents[id]

    def get(self, scope: str, collection: str, id: str) -> Stored | None:
        return self._of(scope, collection).get(id)

    def replace(self, scope: str, collection: str, id: str, revision: int, body: str) -> Stored:
        documents = self._of(scope, collection)
        _check_body(body)
        if id not in documents:
            raise NotFound(f"There is no document `{id}`.")
        if documents[id].revision != revision:
            raise Conflict(f"The document `{id}` has changed.")
        documents[id] = Stored(id, revision + 1, body, documents[id].created, self.clock)
        return documents[id]

    def delete(self, scope: str, collection: str, id: str) -> bool:
        return self._of(scope, collection).pop(id, None) is not None

    def page(
        self, scope: str, collection: str, question: Question, limit: int, cursor: str | None
    ) -> tuple[list[Stored], str | None]:
        if len(question.order) > 4:
            raise Invalid("A query has at most 4 orders.")
        found = sorted(self._found(scope, collection, question), key=lambda stored: stored.id)
        for field, descending in reversed(question.order):
            # A reversed sort is stable too: equal ones stay in the order of ids.
            found.sort(key=lambda stored: _order(_value(stored, field)), reverse=descending)
        start = 0
        if cursor is not None:
            ids = [stored.id for stored in found]
            if cursor not in ids:
                raise Invalid("The cursor is not one of this list.", field="cursor")
            start = ids.index(cursor) + 1
        page = found[start : start + limit]
        return page, page[-1].id if page and len(found) > start + limit else None

    def aggregate(
        self,
        scope: str,
        collection: str,
        question: Question,
        function: str,
        field: str | None,
        group_by: str | None,
    ) -> list[Group]:
        if field is None and function != "count":
            raise Invalid("Only a count goes without a field.")
        groups: dict[tuple[int, Any], tuple[Scalar, list[Any]]] = {}
        for stored in self._found(scope, collection, question):
            number = None if field is None else _value(stored, field)
            if field is not None and not _is_number(number):
                continue
            key = None if group_by is None else _value(stored, group_by)
            groups.setdefault(_order(key), (key, []))[1].append(number)
        if not groups and group_by is None:
            groups[_order(None)] = (None, [])
        if len(groups) > MOST_GROUPS:
            raise Invalid("There are more than 1,000 groups.")
        return [Group(key, _figure(function, found), len(found)) for _, (key, found) in sorted(groups.items())]

    def _found(self, scope: str, collection: str, question: Question) -> list[Stored]:
        if len(question.conditions) > 16:
            raise Invalid("A query has at most 16 conditions.")
        documents = self._of(scope, collection).values()
        return [stored for stored in documents if all(_holds(stored, *condition) for condition in question.conditions)]


def _check_body(body: str) -> None:
    if not isinstance(json.loads(body), dict):
        raise Invalid("The body of a document is a JSON object.")


def _value(stored: Stored, path: str) -> Scalar:
    if path in ("$created", "$updated"):
        return int(getattr(stored, path[1:]))
    value: Any = json.loads(stored.body)
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, (bool, int, float, str)) else None


def _is_number(value: Scalar) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _order(value: Scalar) -> tuple[int, Any]:
    """Missing fields come first, then booleans, numbers, texts."""
    if value is None:
        return 0, 0
    if isinstance(value, bool):
        return 1, value
    return (2, value) if _is_number(value) else (3, str(value).encode())


def _holds(stored: Stored, field: str, operator: str, value: Scalar) -> bool:
    found, wanted = _order(_value(stored, field)), _order(value)
    if operator == "equal":
        return found == wanted
    if operator == "not-equal":
        return found != wanted
    if value is None or found[0] != wanted[0]:
        return False
    if operator == "contains":
        return found[0] == 3 and wanted[1].lower() in found[1].lower()
    return {
        "less": found < wanted,
        "less-or-equal": found <= wanted,
        "greater": found > wanted,
        "greater-or-equal": found >= wanted,
    }[operator]


def _figure(function: str, found: list[Any]) -> Scalar:
    if function == "count":
        return len(found)
    total: int | float = sum(found)
    if function == "sum":
        return total
    if not found:
        return None
    smallest: int | float = min(found)
    largest: int | float = max(found)
    return {"min": smallest, "max": largest, "avg": total / len(found)}[function]
