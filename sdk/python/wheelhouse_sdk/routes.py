"""Routes: functions that answer HTTP requests below `/api/v1`."""

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import shape
from .call import Call
from .definition import current
from .failure import Internal, Invalid
from .methods import check_method, check_path, has_body, in_path
from .mistake import Mistake
from .plain import write
from .reading import read_object
from .shape import Field, Problems, Record, Shape
from .signature import Signature, summary_of


@dataclass(frozen=True)
class Request:
    """A request as it came, for routes that take anything but JSON. Pairs of names and values are decoded and in the
    order that they came in; headers come without authorization and cookies, for who calls is in the call."""

    route: str
    path: list[tuple[str, str]]
    query: list[tuple[str, str]]
    headers: list[tuple[str, str]]
    body: bytes

    def find_path(self, name: str) -> str | None:
        """The value of this part of the path."""
        return next((value for known, value in self.path if known == name), None)

    def find_query(self, name: str) -> str | None:
        """The first value that the query gives this name."""
        return next((value for known, value in self.query if known == name), None)

    def find_header(self, name: str) -> str | None:
        """The first header with this name, whatever its case."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)


@dataclass(frozen=True)
class Response:
    """An answer as it goes out, for routes that give anything but JSON."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)

    def json(self) -> Any:
        """The body's JSON value: for a plugin's tests."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Route:
    """A registered route."""

    id: str
    method: str
    path: str
    status: int
    public: bool
    summary: str
    signature: Signature
    answer: Shape | None

    @property
    def is_raw(self) -> bool:
        """Whether the function takes the request as it is."""
        return Request in self.signature.handed

    def parameters(self) -> list[tuple[str, str, Field]]:
        """What comes from the path and the query: name, place, and field."""
        fields = self.signature.arguments.fields.items()
        path = in_path(self.path)
        places = [(name, "path" if name in path else "query", field) for name, field in fields]
        return [found for found in places if found[1] == "path" or not has_body(self.method)]

    def body(self) -> dict[str, Any] | None:
        """The schema of the body, or none where the route takes no body."""
        if not has_body(self.method):
            return None
        if self.is_raw:
            return {}
        path = in_path(self.path)
        fields = {name: field for name, field in self.signature.arguments.fields.items() if name not in path}
        return Record(fields, dict).schema() if fields else None

    def handle(self, call: Call, request: Request) -> Response:
        """Answers. `Invalid` for input that does not fit, before the function sees it."""
        if self.is_raw:
            answer = self.signature.call({}, call, request)
        else:
            problems = Problems()
            read = self.signature.arguments.read_parts(_parts(self.method, request), "", problems)
            problems.check()
            answer = self.signature.call(read, call)
        if isinstance(answer, Response):
            return answer
        if self.is_raw:
            raise Internal("The answer could not be written.") from TypeError(f"{self.id} must return a Response")
        if self.answer is None:
            return Response(self.status)
        return Response(self.status, write(answer, "The answer").encode(), "application/json")


def _parts(method: str, request: Request) -> dict[str, tuple[Any, list[str] | None]]:
    parts: dict[str, tuple[Any, list[str] | None]] = {name: (None, [value]) for name, value in request.path}

    def check_place(name: str) -> None:
        if any(name == known for known, _ in request.path):
            raise Invalid(f"`{name}` stands in the path already.", field=name)

    if has_body(method):
        for name, value in read_object(request.body).items():
            check_place(name)
            parts[name] = (value, None)
        # What no body takes may not be ignored in silence either.
        for name, _ in request.query:
            raise Invalid(f"`{name}` belongs into the body, not into the query.", field=name)
        return parts
    for name, text in request.query:
        check_place(name)
        parts.setdefault(name, (None, []))[1].append(text)  # type: ignore[union-attr]
    return parts


def route(
    method: str, path: str, *, status: int | None = None, public: bool = False, id: str | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Makes a function a route below `/api/v1`. Its id is the function's name, its summary the docstring.

    Parameters that stand in the path in braces (`/expenses/{id}`) come from there, the others from the query (GET,
    DELETE) or from the JSON body (POST, PUT, PATCH); a parameter of type `Call` gets the running call. What the
    function returns is the answer's JSON, with status 200; a function that returns `None` answers 204. `status` is
    another status for a success.

    A function that takes a `Request` and returns a `Response` has both as they are: for anything that is not JSON.
    `public` answers callers that are not signed in, too. """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        signature = Signature.of(function, (Call, Request))
        chosen = id or function.__name__
        if chosen in current.routes:
            raise Mistake(f"there are two routes `{chosen}`")
        is_raw = Request in signature.handed
        if is_raw and signature.arguments.fields:
            raise Mistake(f"{chosen} takes a Request, which has everything: no other parameters")
        check_method(chosen, method)
        check_path(chosen, path, None if is_raw else signature.arguments)
        answer = _answer(signature)
        success = status or (200 if answer is not None or is_raw else 204)
        summary = summary_of(function)
        current.routes[chosen] = Route(chosen, method, path, success, public, summary, signature, answer)
        return function

    return register


def _answer(signature: Signature) -> Shape | None:
    answer, name = signature.answer, signature.function.__name__
    if answer is inspect.Signature.empty:
        raise Mistake(f"{name} must say what it returns, if only `-> None`")
    if answer in (None, type(None), Response):
        return None
    try:
        return shape.of(answer)
    except Mistake as error:
        raise Mistake(f"{name}: what it returns: {error}") from None
