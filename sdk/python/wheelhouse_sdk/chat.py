"""AI providers: a conversation in, the next message out.

    @chat_provider(models=[Model("parrot", "Parrot")])
    async def complete(call: Call, request: ChatRequest):
        yield "You said: "
        yield request.last_user_text()
"""

import inspect
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .call import Call
from .definition import current
from .mistake import Mistake
from .pieces import checked, pieces_of
from .plain import whole


@dataclass(frozen=True)
class Model:
    """A model: its id in the provider, a name for people, and how many tokens fit into a request and its answer
    together, if there is such a bound."""

    id: str
    name: str
    context_window: int | None = None


@dataclass(frozen=True)
class ToolDefinition:
    """A tool that the provider may ask for. `input_schema` is the JSON Schema of its arguments, as JSON."""

    name: str
    summary: str
    input_schema: str
    sentences: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ToolCall:
    """A tool that is to be called. The id is the provider's choice; the result names it."""

    id: str
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class SystemMessage:
    """Instructions of the host."""

    text: str


@dataclass(frozen=True)
class UserMessage:
    """What the user said."""

    text: str


@dataclass(frozen=True)
class AssistantMessage:
    """What the provider answered before."""

    text: str
    tool_calls: list[ToolCall] = field(default_factory=list)


@dataclass(frozen=True)
class ToolMessage:
    """What a tool says, for the model to read; why it failed, where it failed."""

    call_id: str
    name: str
    text: str
    failed: bool = False


Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage


@dataclass(frozen=True)
class ChatRequest:
    """What is to be answered."""

    #: Oldest first.
    messages: list[Message]
    tools: list[ToolDefinition] = field(default_factory=list)
    #: A model of this provider. None: the provider's own choice.
    model: str | None = None
    #: Longest answer in tokens. None: the provider's own bound.
    max_output_tokens: int | None = None
    #: 0.0 to 2.0. None: the provider's own.
    temperature: float | None = None

    def last_user_text(self) -> str:
        """What the user said last; empty when they said nothing."""
        said = (message.text for message in reversed(self.messages) if isinstance(message, UserMessage))
        return next(said, "")


@dataclass(frozen=True)
class Usage:
    """How many tokens were used."""

    input_tokens: int
    output_tokens: int


class FinishReason(Enum):
    """Why an answer is over."""

    #: It is complete.
    STOP = "stop"
    #: The provider waits for the results of its tool calls.
    TOOL_CALLS = "tool-calls"
    #: It was cut at the bound.
    LENGTH = "length"
    #: The provider refuses to go on.
    REFUSED = "refused"


Event = str | ToolCall | Usage | FinishReason


@dataclass(frozen=True)
class Provider:
    """A registered AI provider."""

    models: Callable[[Call], list[Model]]
    complete: Callable[[Call, ChatRequest], Any]

    async def events(self, call: Call, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """The answer, piece by piece: the last of a whole one says why it is over."""
        reason, is_empty = FinishReason.STOP, True
        events: AsyncGenerator[Event, None] = checked(self.complete(call, request), _event)
        try:
            async for event in events:
                is_empty = False
                if isinstance(event, FinishReason):
                    reason = event
                    break
                if isinstance(event, ToolCall):
                    reason = FinishReason.TOOL_CALLS
                yield event
        finally:
            await events.aclose()
        if not is_empty:
            yield reason


def chat_provider(
    *, models: list[Model] | Callable[[Call], list[Model]]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Makes an async generator the plugin's AI provider. It takes the call and a `ChatRequest`, and yields pieces of
    text, `ToolCall`s and `Usage` as they come. The answer is over when the generator is; it may yield a `FinishReason`
    last, where that is not what anybody would think. A failure before the first piece lets the next provider of the
    chain answer; after it the answer counts as broken off. `models` are a list, the provider's own choice first, or a
    function of the call. """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        if current.chat is not None:
            raise Mistake("a plugin has one AI provider")
        if not pieces_of(function):
            raise Mistake(f"{function.__name__} must be an async generator: async def, with yield")
        current.chat = Provider(
            models if inspect.isfunction(models) else lambda call: models,  # type: ignore[return-value, arg-type]
            function,
        )
        return function

    return register


def _event(event: object) -> Event | None:
    if isinstance(event, str):
        return whole(event) or None
    if isinstance(event, (ToolCall, Usage, FinishReason)):
        return event
    raise TypeError(f"an AI provider yields str, ToolCall, Usage or FinishReason, not {type(event).__name__}")
