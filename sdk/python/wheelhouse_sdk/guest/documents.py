"""Imports `documents`."""

from typing import Any

from wit_world.imports import documents as wit

from ..host import Group, Question, Scalar, Stored
from .failure import asked

_SCOPES = {"user": wit.Scope.USER, "shared": wit.Scope.SHARED}
_OPERATORS = {
    "equal": wit.Operator.EQUAL,
    "not-equal": wit.Operator.NOT_EQUAL,
    "less": wit.Operator.LESS,
    "less-or-equal": wit.Operator.LESS_OR_EQUAL,
    "greater": wit.Operator.GREATER,
    "greater-or-equal": wit.Operator.GREATER_OR_EQUAL,
    "contains": wit.Operator.CONTAINS,
}
_FUNCTIONS = {
    "count": wit.Function.COUNT,
    "sum": wit.Function.SUM,
    "min": wit.Function.MIN,
    "max": wit.Function.MAX,
    "avg": wit.Function.AVG,
}


class Documents:
    """The host's document store."""

    def insert(self, scope: str, collection: str, id: str | None, body: str) -> Stored:
        return _stored(asked(wit.insert, _SCOPES[scope], collection, id, body))

    def get(self, scope: str, collection: str, id: str) -> Stored | None:
        found = asked(wit.get, _SCOPES[scope], collection, id)
        return None if found is None else _stored(found)

    def replace(self, scope: str, collection: str, id: str, revision: int, body: str) -> Stored:
        return _stored(asked(wit.replace, _SCOPES[scope], collection, id, revision, body))

    def delete(self, scope: str, collection: str, id: str) -> bool:
        return asked(wit.delete, _SCOPES[scope], collection, id)

    def page(
        self, scope: str, collection: str, question: Question, limit: int, cursor: str | None
    ) -> tuple[list[Stored], str | None]:
        order = [wit.Order(field, descending) for field, descending in question.order]
        query = wit.Query(_conditions(question), order, limit, cursor)
        page = asked(wit.list, _SCOPES[scope], collection, query)
        return [_stored(document) for document in page.documents], page.next

    def aggregate(
        self,
        scope: str,
        collection: str,
        question: Question,
        function: str,
        field: str | None,
        group_by: str | None,
    ) -> list[Group]:
        aggregation = wit.Aggregation(_conditions(question), _FUNCTIONS[function], field, group_by)
        groups = asked(wit.aggregate, _SCOPES[scope], collection, aggregation)
        return [Group(_scalar(group.key), _scalar(group.value), group.count) for group in groups]


def _stored(document: Any) -> Stored:
    return Stored(document.id, document.revision, document.body, document.created, document.updated)


def _conditions(question: Question) -> list[Any]:
    return [
        wit.Condition(field, _OPERATORS[operator], _value(value)) for field, operator, value in question.conditions
    ]


def _value(value: Scalar) -> Any:
    if value is None:
        return wit.Value_Null()
    if isinstance(value, bool):
        return wit.Value_Boolean(value)
    if isinstance(value, int):
        return wit.Value_Integer(value)
    return wit.Value_Decimal(value) if isinstance(value, float) else wit.Value_Text(value)


def _scalar(value: Any) -> Scalar:
    return None if isinstance(value, wit.Value_Null) else value.value
