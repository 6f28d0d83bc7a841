"""From type hints to JSON Schema, and from values to what hints say."""

import unittest
from dataclasses import dataclass, field
from datetime import date as Day
from enum import Enum
from typing import Annotated, Any, Generic, Literal, NotRequired, TypedDict, TypeVar

from wheelhouse_sdk import Amount, Bounds, Invalid, Pattern, shape
from wheelhouse_sdk.mistake import Mistake
from wheelhouse_sdk.shape import Problems

T = TypeVar("T")


class Kind(Enum):
    GAS = "gas"
    RENTAL_CAR = "rental_car"


@dataclass
class Place:
    city: str


@dataclass
class Input:
    amount: Amount
    count: Annotated[int, Bounds(0)]
    date: Day | None = None
    kind: Kind | None = None
    tags: list[int] = field(default_factory=list)
    place: Place | None = None


class Words(TypedDict):
    one: str
    two: NotRequired[int]


@dataclass
class Pair(Generic[T]):
    left: T
    right: list[T]


@dataclass
class Loop:
    next: "Loop | None"


@dataclass
class Span:
    """From one day to another."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("the first must not be behind the last")


def read(hint: Any, value: object) -> Any:
    problems = Problems()
    result = shape.of(hint).read(value, "", problems)
    problems.check()
    return result


def read_text(hint: Any, *texts: str) -> Any:
    problems = Problems()
    result = shape.of(hint).read_text(list(texts), "it", problems)
    problems.check()
    return result


class Reading(unittest.TestCase):
    def refused(self, value: object, hint: Any = Input) -> tuple[str, str]:
        with self.assertRaises(Invalid) as raised:
            read(hint, value)
        return " ".join(error.field for error in raised.exception.fields), raised.exception.message

    def test_every_mistake_names_its_field(self) -> None:
        for value, named, message in [
            ({"count": 1}, "amount", "`amount` is missing."),
            (
                {"amount": 1, "count": 1, "colour": 2},
                "colour",
                "`colour` is not a known field: it must be one of `amount`, `count`, `date`, `kind`, `tags`, `place`.",
            ),
            ({"amount": "lots", "count": 1}, "amount", "`amount` must be an amount such as 12.50."),
            ({"amount": True, "count": 1}, "amount", "`amount` must be an amount such as 12.50."),
            (
                {"amount": 1.005, "count": 1},
                "amount",
                "`amount` must be an amount with at most two decimal places, such as 12.50.",
            ),
            ({"amount": 1, "count": "x"}, "count", '`count` must be a whole number, not "x".'),
            ({"amount": 1, "count": True}, "count", "`count` must be a whole number, not true."),
            ({"amount": 1, "count": 1.5}, "count", "`count` must be a whole number, not 1.5."),
            ({"amount": 1, "count": -1}, "count", "`count` must be at least 0."),
            ({"amount": 1, "count": 2**63}, "count", "`count` must be a whole number that fits into 64 bits."),
            (
                {"amount": 1, "count": 1, "date": "soon"},
                "date",
                '`date` must be a day such as 2026-11-22, not "soon".',
            ),
            (
                {"amount": 1, "count": 1, "kind": "boat"},
                "kind",
                '`kind` must be `gas` or `rental_car`, not "boat".',
            ),
            (
                {"amount": 1, "count": 1, "tags": [1, "a"]},
                "tags[1]",
                '`tags[1]` must be a whole number, not "a".',
            ),
            ({"amount": 1, "count": 1, "place": {}}, "place.city", "`place.city` is missing."),
            (
                {"amount": 1, "count": 1, "place": {"city": "x", "zip": 1}},
                "place.zip",
                "`place.zip` is not a known field: it must be `city`.",
            ),
            ([], "", "The input must be an object, not a list."),
            (None, "", "The input must be an object, not null."),
        ]:
            with self.subTest(value):
                self.assertEqual(self.refused(value), (named, message))

    def test_all_mistakes_are_said_at_once(self) -> None:
        fields, message = self.refused({"count": "x", "tags": {}})
        self.assertEqual(fields, "count tags amount")
        self.assertEqual(
            message,
            '`count` must be a whole number, not "x". `tags` must be a list, not an object. `amount` is missing.',
        )

    def test_long_input_is_not_repeated_whole(self) -> None:
        _, message = self.refused({"amount": 1, "count": "é" * 10_000, **{f"x{i}" * 100: 1 for i in range(1_000)}})
        self.assertLess(len(message), 5_000)

    def test_values_have_the_types_of_their_hints(self) -> None:
        value = read(
            Input,
            {
                "amount": 85.5,
                "count": 3.0,
                "date": "2026-11-22",
                "kind": "rental_car",
                "tags": [1],
                "place": {"city": "Moab"},
            },
        )
        self.assertEqual(
            value, Input(Amount(8550), 3, Day(2026, 11, 22), Kind.RENTAL_CAR, [1], Place("Moab"))
        )
        self.assertIsInstance(value.count, int)
        self.assertEqual(read(Input, {"amount": 1, "count": 1, "kind": None}), Input(Amount(100), 1))
        self.assertEqual(read(Words, {"one": "x"}), {"one": "x"})
        self.assertEqual(read(dict[str, float], {"x": 1}), {"x": 1.0})
        self.assertEqual(read(Literal["a", 2, None], 2), 2)
        self.assertIsNone(read(Literal["a", 2, None], None))
        self.assertEqual(read(Pair[int], {"left": 1, "right": [2]}), Pair(1, [2]))
        self.assertEqual(read(Any, [1, None]), [1, None])

    def test_texts_of_path_and_query_become_what_the_hint_wants(self) -> None:
        self.assertEqual(read_text(Amount, "85.50"), Amount(8550))
        self.assertEqual(read_text(int, "1", "3"), 3)
        self.assertEqual(read_text(float, "-1.5e2"), -150.0)
        self.assertEqual(read_text(bool, "true"), True)
        self.assertEqual(read_text(Day | None, "2026-11-22"), Day(2026, 11, 22))
        self.assertEqual(read_text(list[int], "1", "2"), [1, 2])
        self.assertEqual(read_text(Literal[1, 2], "2"), 2)
        self.assertEqual(read_text(Annotated[str, "Digits."], "3"), "3")

    def test_a_text_that_is_no_number_names_its_field(self) -> None:
        for hint, text, message in [
            (int, "many", '`it` must be a whole number, not "many".'),
            (int, "1_000", '`it` must be a whole number, not "1_000".'),
            (int, "١", '`it` must be a whole number, not "١".'),
            (float, "nan", '`it` must be a number, not "nan".'),
            (float, "1e999", '`it` must be a number, not "1e999".'),
            (bool, "1", '`it` must be true or false, not "1".'),
            (Place, "x", '`it` must be an object, not "x".'),
        ]:
            with self.subTest(text), self.assertRaises(Invalid) as raised:
                read_text(hint, text)
            self.assertEqual(raised.exception.message, message)

    def test_days_have_one_form(self) -> None:
        for text in ["", "2026-13-01", "2026-02-29", "20261103", "2026-11-03T00:00", "2026-1-3", "2026-W01-1"]:
            with self.subTest(text), self.assertRaises(Invalid):
                read(Day, text)

    def test_a_dataclass_that_checks_itself_is_heard(self) -> None:
        _, message = self.refused({"first": 2, "last": 1}, Span)
        self.assertEqual(message, "The input: the first must not be behind the last.")

    def test_bounds_and_patterns_hold(self) -> None:
        for hint, good, bad, message in [
            (Annotated[int, Bounds(1, 3)], 3, 4, "The input must be at most 3."),
            (Annotated[str, Bounds(1, 3)], "abc", "", "The input must have at least 1 characters."),
            (Annotated[list[int], Bounds(most=1)], [1], [1, 2], "The input must have at most 1 items."),
            (Annotated[str, Pattern("^[a-z]+$")], "abc", "ABC", "The input must have the form ^[a-z]+$."),
            (Annotated[int | None, Bounds(1)], None, 0, "The input must be at least 1."),
        ]:
            with self.subTest(hint):
                self.assertEqual(read(hint, good), good)
                self.assertEqual(self.refused(bad, hint), ("", message))


class Describing(unittest.TestCase):
    def test_hints_have_schemas(self) -> None:
        for hint, schema in [
            (str, {"type": "string"}),
            (int, {"type": "integer"}),
            (float, {"type": "number"}),
            (bool, {"type": "boolean"}),
            (Day, {"type": "string", "format": "date"}),
            (Amount, {"type": "number", "format": "decimal"}),
            (Any, {}),
            (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
            (Kind | None, {"type": ["string", "null"], "enum": ["gas", "rental_car", None]}),
            (int | None, {"type": ["integer", "null"]}),
            (list[str], {"type": "array", "items": {"type": "string"}}),
            (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
            (
                Annotated[int, "How many.", Bounds(1, 100)],
                {"type": "integer", "minimum": 1, "maximum": 100, "description": "How many."},
            ),
            (Annotated[str, Bounds(1), Pattern("^a")], {"type": "string", "minLength": 1, "pattern": "^a"}),
        ]:
            with self.subTest(hint):
                self.assertEqual(shape.of(hint).schema(), schema)

    def test_records_name_their_fields(self) -> None:
        self.assertEqual(
            shape.of(Span).schema(),
            {
                "type": "object",
                "description": "From one day to another.",
                "properties": {"first": {"type": "integer"}, "last": {"type": "integer"}},
                "required": ["first", "last"],
                "additionalProperties": False,
            },
        )
        self.assertEqual(shape.of(Input).schema()["required"], ["amount", "count"])
        self.assertEqual(shape.of(Input).schema()["properties"]["tags"]["default"], [])
        self.assertEqual(shape.of(Words).schema()["required"], ["one"])
        self.assertEqual(shape.of(Pair[int]).schema()["properties"]["right"]["items"], {"type": "integer"})

    def test_hints_without_a_form_in_json_are_refused_with_a_sentence(self) -> None:
        for hint, said in [
            (bytes, "has no form in JSON"),
            (int | str, "a union is of one type and None"),
            (dict[int, str], "the keys of a dict are texts"),
            (Loop, "contains itself"),
            (Literal[1.5], "texts and whole numbers"),
            (Annotated[bool, Bounds(1)], "bounds are for numbers, texts and lists"),
        ]:
            with self.subTest(hint), self.assertRaisesRegex(Mistake, said):
                shape.of(hint)
