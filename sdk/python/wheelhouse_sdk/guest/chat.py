"""Exports `chat`."""

import json
from typing import Any

import wit_world
from wit_world import exports
from wit_world.exports import chat as wit

from .. import chat as kit
from ..definition import current
from ..pieces import Nobody
from ..plain import write
from . import call as border
from .failure import answering
from .stream import begin

_REASONS = {
    kit.FinishReason.STOP: wit.FinishReason.STOP,
    kit.FinishReason.TOOL_CALLS: wit.FinishReason.TOOL_CALLS,
    kit.FinishReason.LENGTH: wit.FinishReason.LENGTH,
    kit.FinishReason.REFUSED: wit.FinishReason.REFUSED,
}


class Chat(exports.Chat):
    """The plugin's AI provider."""

    @answering
    async def models(self, call: Any) -> list[wit.Model]:
        models = _provider().models(border.from_wit(call))
        return [wit.Model(model.id, model.name, model.context_window) for model in models]

    @answering
    async def complete(self, call: Any, request: Any) -> wit.Completion:
        pieces = _provider().events(border.from_wit(call), _request(request))
        events, ended = await begin(pieces, wit_world.chat_event_stream(), _write)
        return wit.Completion(events, ended)


def _provider() -> kit.Provider:
    assert current.chat is not None
    return current.chat


async def _write(writer: Any, event: kit.Event) -> None:
    if await writer.write_all([_event(event)]) < 1:
        raise Nobody


def _event(event: kit.Event) -> Any:
    if isinstance(event, str):
        return wit.Event_Text(event)
    if isinstance(event, kit.ToolCall):
        arguments = write(event.arguments, "The arguments of a tool call")
        return wit.Event_ToolCall(wit.ToolCall(event.id, event.name, arguments))
    if isinstance(event, kit.Usage):
        return wit.Event_Usage(wit.Usage(event.input_tokens, event.output_tokens))
    return wit.Event_Finished(_REASONS[event])


def _request(request: Any) -> kit.ChatRequest:
    return kit.ChatRequest(
        [_message(message) for message in request.messages],
        [kit.ToolDefinition(tool.name, tool.summary, tool.input_schema, tool.sentences) for tool in request.tools],
        request.model,
        request.max_output_tokens,
        request.temperature,
    )


def _message(message: Any) -> kit.Message:
    said = message.value
    if isinstance(message, wit.Message_System):
        return kit.SystemMessage(said)
    if isinstance(message, wit.Message_User):
        return kit.UserMessage(said)
    if isinstance(message, wit.Message_Assistant):
        calls = [kit.ToolCall(call.id, call.name, json.loads(call.arguments)) for call in said.tool_calls]
        return kit.AssistantMessage(said.text, calls)
    return kit.ToolMessage(said.call_id, said.name, said.text, said.failed)
