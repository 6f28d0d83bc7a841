"""The Python kit for writing Wheelhouse plugins.

A plugin is one module. It calls `plugin` once, and its decorated functions are what it brings:

    from typing import Annotated

    from wheelhouse_sdk import Outcome, plugin, tool

    plugin(id="sums", version="0.1.0", name="Sums", summary="Adds numbers.")


    @tool(sentences=["(add|sum) {first:number} and {second:number}"], read_only=True)
    def add_numbers(
        first: Annotated[int, "The first number."], second: Annotated[int, "The second number."]
    ) -> Outcome[int]:
        '''Adds two numbers.'''
        return Outcome(first + second, f"That makes {first + second}.")

`python -m wheelhouse_sdk build sums.py -o sums.wasm` makes a component of it, which exports what the module brings and
imports what it asks for. On the build machine everything runs too, with documents in memory (see
`wheelhouse_sdk.testing`). """

from . import http, settings
from .call import Call, Location, User
from .chat import (
    AssistantMessage,
    ChatRequest,
    FinishReason,
    Model,
    SystemMessage,
    ToolCall,
    ToolDefinition,
    ToolMessage,
    Usage,
    UserMessage,
    chat_provider,
)
from .definition import Need, plugin
from .documents import Collection, Document, Group, Page, Query
from .failure import (
    Conflict,
    Denied,
    Failure,
    FieldError,
    Internal,
    Invalid,
    NotFound,
    QuotaExceeded,
    RateLimited,
    Unavailable,
)
from .listing import Listing
from .money import Amount
from .outcome import Outcome, UiAction
from .routes import Request, Response, route
from .shape import Bounds, Pattern
from .speech import Format, Utterance, Voice, samples, speech_engine
from .tools import tool

__all__ = [
    "Amount",
    "AssistantMessage",
    "Bounds",
    "Call",
    "ChatRequest",
    "Collection",
    "Conflict",
    "Denied",
    "Document",
    "Failure",
    "FieldError",
    "FinishReason",
    "Format",
    "Group",
    "Internal",
    "Invalid",
    "Listing",
    "Location",
    "Model",
    "Need",
    "NotFound",
    "Outcome",
    "Page",
    "Pattern",
    "Query",
    "QuotaExceeded",
    "RateLimited",
    "Request",
    "Response",
    "SystemMessage",
    "ToolCall",
    "ToolDefinition",
    "ToolMessage",
    "UiAction",
    "Unavailable",
    "Usage",
    "User",
    "UserMessage",
    "Utterance",
    "Voice",
    "chat_provider",
    "http",
    "plugin",
    "route",
    "samples",
    "settings",
    "speech_engine",
    "tool",
]
