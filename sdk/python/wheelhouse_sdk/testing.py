"""For a plugin's own tests, on the build machine: documents in memory, servers that answer what they are told, and
calls of the plugin as a host makes them.

    class Greeting(unittest.TestCase):
        def setUp(self):
            testing.reset()

        def test_greetings_are_counted(self):
            testing.call_tool(greet_somebody, {"name": "Bob"})
            outcome = testing.call_tool(greet_somebody, {"name": "Bob"})
            self.assertEqual(outcome.data["times"], 2)
"""

import dataclasses
import json
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from .call import Call, User
from .chat import ChatRequest, Event, Message, ToolDefinition, UserMessage
from .definition import current
from .failure import Failure
from .host import Sent, host
from .http import HttpResponse
from .memory import Memory
from .outcome import Outcome
from .pieces import failure_of, first, pour
from .plain import plain, write
from .routes import Request, Response
from .server import Server
from .speech import Utterance

T = TypeVar("T")


def call(user: str | None = "ann", **changes: Any) -> Call:
    """A call of this user on 2026-11-22, a Sunday, at 18:03 in Denver, with changes to its fields."""
    made = Call(
        request_id="request-1",
        user=None if user is None else User(user, None, user.capitalize()),
        locale="en-US",
        time_zone="America/Denver",
        received=1_795_395_780_000,
        local_time="2026-11-22T18:03:00-07:00",
        location=None,
        conversation=None,
        time_left=10_000,
    )
    return dataclasses.replace(made, **changes)


class _World:
    def __init__(self) -> None:
        self.documents = Memory()
        self.server = Server()
        self.settings: dict[str, str] = {}


_world = _World()


def reset() -> None:
    """Forgets documents, answers, requests and settings; documents are the user `ann`'s again. For `setUp`."""
    global _world
    _world = _World()
    host.documents_import = _world.documents
    host.http_import = _world.server.send
    host.settings_import = lambda: _world.settings


reset()


def act_for(user: str | None) -> None:
    """From here on documents in user scope are those of this user, or denied for None. Calls of the plugin below act
    for their own user."""
    _world.documents.user = user


def answer_http(answer: Callable[[Sent], HttpResponse]) -> None:
    """From here on requests to other servers are answered so. Without it, they are denied as on a host that grants
    none."""
    _world.server.answer = answer


def http_response(status: int = 200, *, json: object = None, body: bytes = b"", **headers: str) -> HttpResponse:
    """What a server may answer; `content_type="text/html"` is a header."""
    if json is not None:
        body, headers = write(json, "The answer").encode(), {"content_type": "application/json", **headers}
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return HttpResponse(status, pairs, body)


def sent_http() -> list[Sent]:
    """The requests that were sent."""
    return _world.server.sent


def set_settings(**settings: object) -> None:
    """What the operator has set."""
    texts = {name: value if isinstance(value, str) else json.dumps(plain(value)) for name, value in settings.items()}
    _world.settings.update(texts)


def call_tool(tool: Callable[..., Any] | str, arguments: dict[str, Any], call: Call | None = None) -> Outcome[Any]:
    """Calls a tool as a host does: its function or its name, with arguments as JSON has them. The outcome's data is as
    JSON has it."""
    found = current.tools[_name_of(tool, {name: tool.signature.function for name, tool in current.tools.items()})]
    answer = found.run(_acting(call), json.dumps(arguments))
    return Outcome(None if answer.data is None else json.loads(answer.data), answer.text, answer.actions)


def call_route(
    route: Callable[..., Any] | str,
    *,
    path: dict[str, str] | None = None,
    query: list[tuple[str, str]] | dict[str, str] | None = None,
    headers: list[tuple[str, str]] | None = None,
    json: object = None,
    body: bytes = b"",
    call: Call | None = None,
) -> Response:
    """Asks a route as a host does: its function or its id."""
    found = current.routes[_name_of(route, {id: route.signature.function for id, route in current.routes.items()})]
    body = body if json is None else write(json, "The body").encode()
    pairs = list(query.items()) if isinstance(query, dict) else query or []
    request = Request(found.id, list((path or {}).items()), pairs, headers or [], body)
    return found.handle(_acting(call), request)


class Spoken(NamedTuple):
    """What an engine gave, and how it ended: None when it is whole."""

    audio: bytes
    failure: Failure | None


def speak(text: str, call: Call | None = None, **utterance: Any) -> Spoken:
    """Has the plugin's speech engine speak."""
    assert current.speech is not None, "the module has no @speech_engine"
    pieces, failure = _collect(current.speech.audio(_acting(call), Utterance(text, **utterance)))
    return Spoken(b"".join(pieces), failure)


class Answered(NamedTuple):
    """What a provider gave, and how it ended: None when it is whole."""

    events: list[Event]
    failure: Failure | None

    @property
    def text(self) -> str:
        """The pieces of text, put together."""
        return "".join(event for event in self.events if isinstance(event, str))


def complete(
    said: str | list[Message], call: Call | None = None, tools: list[ToolDefinition] | None = None, **request: Any
) -> Answered:
    """Has the plugin's AI provider answer a message, or a conversation."""
    assert current.chat is not None, "the module has no @chat_provider"
    messages: list[Message] = [UserMessage(said)] if isinstance(said, str) else said
    return Answered(*_collect(current.chat.events(_acting(call), ChatRequest(messages, tools or [], **request))))


def _acting(made: Call | None) -> Call:
    made = made or call(_world.documents.user)
    act_for(None if made.user is None else made.user.id)
    return made


def _name_of(wanted: Callable[..., Any] | str, functions: dict[str, Callable[..., Any]]) -> str:
    for name, function in functions.items():
        if wanted in (name, function):
            return name
    raise LookupError(f"{wanted} is none of {', '.join(functions) or 'none'}")


def _collect(pieces: Any) -> tuple[list[Any], Failure | None]:
    found: list[Any] = []

    async def keep(piece: Any) -> None:
        found.append(piece)

    async def run() -> Failure | None:
        try:
            begun = await first(pieces)
        except Failure as failure:
            return failure_of(failure)
        return await pour(begun, pieces, keep)

    return found, _finish(run())


def _finish(running: Any) -> Any:
    # Nothing waits on the build machine, so that a coroutine runs to its end at once.
    try:
        running.send(None)
    except StopIteration as end:
        return end.value
    running.close()
    raise RuntimeError("the plugin waits for something that is not there in a test")
