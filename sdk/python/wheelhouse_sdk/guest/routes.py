"""Exports `routes`."""

import json
from typing import Any

from wit_world import exports
from wit_world.exports import routes as wit

from ..definition import current
from ..failure import Internal, NotFound
from ..routes import Request, Response, Route
from ..shape import Field
from . import call as border
from .failure import answering

_PLACES = {"path": wit.Place.PATH, "query": wit.Place.QUERY}


class Routes(exports.Routes):
    """The plugin's routes."""

    async def list_routes(self) -> list[wit.Route]:
        return [_route(route) for route in current.routes.values()]

    @answering
    async def handle(self, call: Any, request: Any) -> wit.Response:
        route = current.routes.get(request.route)
        if route is None:
            raise NotFound(f"There is no route `{request.route}`.")
        return _response(route.handle(border.from_wit(call), _request(request)))


def _route(route: Route) -> wit.Route:
    body = route.body()
    answer = wit.Answer(
        route.status,
        "Done." if route.status == 204 else "The answer.",
        None if route.answer is None else json.dumps(route.answer.schema()),
    )
    return wit.Route(
        route.id,
        route.method,
        route.path,
        route.summary,
        route.public,
        [_parameter(*parameter) for parameter in route.parameters()],
        None if body is None else json.dumps(body),
        [answer],
    )


def _parameter(name: str, place: str, field: Field) -> wit.Parameter:
    schema = field.schema()
    summary = schema.pop("description", "")
    return wit.Parameter(name, _PLACES[place], place == "path" or field.required, summary, json.dumps(schema))


def _request(request: Any) -> Request:
    def pairs(of: Any) -> list[tuple[str, str]]:
        return [(pair.name, pair.value) for pair in of]

    return Request(request.route, pairs(request.path), pairs(request.query), pairs(request.headers), request.body)


def _response(response: Response) -> wit.Response:
    if not 100 <= response.status <= 599:
        raise Internal("The answer could not be written.") from ValueError(f"{response.status} is no status")
    own = [] if response.content_type is None else [("content-type", response.content_type)]
    headers = [wit.Pair(str(name), str(value)) for name, value in (*own, *response.headers)]
    return wit.Response(response.status, headers, bytes(response.body))
