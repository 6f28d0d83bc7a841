"""Exports `tools`."""

import json
from typing import Any

from wit_world import exports
from wit_world.exports import tools as wit

from ..definition import current
from ..failure import NotFound
from ..outcome import UiAction
from ..plain import whole, write
from ..tools import Tool
from . import call as border
from .failure import answering


class Tools(exports.Tools):
    """The plugin's tools."""

    async def list_tools(self) -> list[wit.Tool]:
        return [_tool(tool) for tool in current.tools.values()]

    @answering
    async def call_tool(self, call: Any, name: str, arguments: str) -> wit.Outcome:
        tool = current.tools.get(name)
        if tool is None:
            raise NotFound(f"There is no tool `{name}`.")
        answer = tool.run(border.from_wit(call), arguments)
        return wit.Outcome(answer.data, answer.text, [_action(action) for action in answer.actions])


def _tool(tool: Tool) -> wit.Tool:
    return wit.Tool(
        tool.name,
        tool.summary,
        json.dumps(tool.signature.arguments.schema()),
        None if tool.output is None else json.dumps(tool.output.schema()),
        wit.Annotations(tool.read_only, tool.destructive, tool.idempotent, tool.open_world),
        tool.needs_confirmation,
        list(tool.sentences),
        None if tool.rest is None else wit.RestForm(tool.rest.method, tool.rest.path, tool.rest.status),
    )


def _action(action: UiAction) -> wit.UiAction:
    names = [action.kind, action.entity_id, action.entity_type, action.entity_title]
    metadata = None if action.metadata is None else write(action.metadata, "What the tool has for the screen")
    return wit.UiAction(*(None if name is None else whole(name) for name in names), metadata)
