"""Routes: where their input comes from, and what they answer."""

from dataclasses import dataclass
from typing import Annotated

from wheelhouse_sdk import Call, Invalid, NotFound, Request, Response, route, testing
from wheelhouse_sdk.definition import current
from wheelhouse_sdk.mistake import Mistake

from .support import KitTest


@dataclass
class Thing:
    id: int
    name: str
    size: int | None


def change_thing(
    id: Annotated[int, "Which."], name: Annotated[str, "To what."], size: int | None = None
) -> Thing:
    """Changes a thing."""
    return Thing(id, name, size)


class Routes(KitTest):
    def test_fields_of_a_patch_come_from_path_and_body(self) -> None:
        route("PATCH", "/things/{id}")(change_thing)
        response = testing.call_route(change_thing, path={"id": "7"}, json={"name": "x"})
        self.assertEqual((response.status, response.content_type), (200, "application/json"))
        self.assertEqual(response.json(), {"id": 7, "name": "x", "size": None})

    def test_fields_of_a_get_come_from_path_and_query(self) -> None:
        route("GET", "/things/{id}")(change_thing)
        response = testing.call_route("change_thing", path={"id": "7"}, query={"name": "a b", "size": "3"})
        self.assertEqual(response.json(), {"id": 7, "name": "a b", "size": 3})

    def test_a_field_stands_in_one_place_only(self) -> None:
        route("PATCH", "/things/{id}", id="patch")(change_thing)
        route("GET", "/things/{id}", id="get")(change_thing)
        for which, path, query, body, named in [
            ("patch", "7", {}, {"name": "x", "id": 8}, "id"),
            ("patch", "7", {"size": "3"}, {"name": "x"}, "size"),
            ("patch", "seven", {}, {"name": "x"}, "id"),
            ("patch", "7", {}, None, "name"),
            ("get", "7", {"id": "8", "name": "x"}, None, "id"),
            ("get", "7", {"name": "x", "colour": "red"}, None, "colour"),
        ]:
            with self.subTest(named), self.assertRaises(Invalid) as raised:
                testing.call_route(which, path={"id": path}, query=query, json=body)
            self.assertEqual([error.field for error in raised.exception.fields], [named])

    def test_a_route_is_described_by_its_function(self) -> None:
        route("PATCH", "/things/{id}", id="patch")(change_thing)
        route("GET", "/things/{id}", id="get")(change_thing)
        patch, get = current.routes["patch"], current.routes["get"]
        self.assertEqual(patch.summary, "Changes a thing.")
        self.assertEqual([(name, place) for name, place, _ in patch.parameters()], [("id", "path")])
        body = patch.body()
        assert body is not None
        self.assertEqual((list(body["properties"]), body["required"]), (["name", "size"], ["name"]))
        places = [(name, place, field.required) for name, place, field in get.parameters()]
        self.assertEqual(places, [("id", "path", True), ("name", "query", True), ("size", "query", False)])
        self.assertIsNone(get.body())

    def test_a_list_in_a_query_is_a_name_that_comes_more_than_once(self) -> None:
        @route("GET", "/sums")
        def add(number: list[int]) -> int:
            """Adds."""
            return sum(number)

        self.assertEqual(testing.call_route(add, query=[("number", "1"), ("number", "2")]).json(), 3)

    def test_a_route_without_an_answer_says_so(self) -> None:
        @route("DELETE", "/things/{id}")
        def forget(call: Call, id: int) -> None:
            """Forgets."""

        response = testing.call_route(forget, path={"id": "7"})
        self.assertEqual((response.status, response.body), (204, b""))

    def test_a_raw_route_has_the_request_as_it_came(self) -> None:
        @route("POST", "/shouts/{loudness}")
        def shout(call: Call, request: Request) -> Response:
            """Shouts."""
            if request.find_path("loudness") != "loud" or request.find_header("X-Voice") != "deep":
                raise NotFound("Nobody shouts like that.")
            return Response(200, request.body.upper(), "text/plain", [("x-shout", "1")])

        asked = {"path": {"loudness": "loud"}, "headers": [("x-voice", "deep")], "query": [("a", "1")]}
        response = testing.call_route(shout, body=b"hey", **asked)
        self.assertEqual((response.body, response.content_type), (b"HEY", "text/plain"))
        self.assertEqual(current.routes["shout"].body(), {})

    def test_mistakes_are_said_when_the_module_is_imported(self) -> None:
        def untold(id: int):  # type: ignore[no-untyped-def]
            """X."""

        def both(request: Request, id: int) -> Response:
            """X."""

        for path, function, said in [
            ("things", change_thing, "is no path"),
            ("/things/{what}", change_thing, "the path names `what`"),
            ("/things", untold, "must say what it returns"),
            ("/things", both, "no other parameters"),
        ]:
            with self.subTest(said), self.assertRaisesRegex(Mistake, said):
                route("GET", path)(function)
