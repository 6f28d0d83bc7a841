"""The smallest AI provider: it says again what it is told, and asks for a tool when it is told to.

`python -m wheelhouse_sdk build examples/parrot.py -o parrot.wasm`
"""

from wheelhouse_sdk import (
    Call,
    ChatRequest,
    Model,
    ToolCall,
    ToolMessage,
    Unavailable,
    Usage,
    chat_provider,
    plugin,
)

plugin(id="parrot", version="0.1.0", name="Parrot", summary="An AI provider that repeats.")


@chat_provider(models=[Model("parrot", "Parrot")])
async def complete(call: Call, request: ChatRequest):
    last = request.messages[-1]
    if isinstance(last, ToolMessage):
        yield f"{last.name} says: {last.text}"
        return
    words = request.last_user_text().split()
    if words[:1] == ["use"]:
        yield ToolCall("call-1", words[1], {"name": " ".join(words[2:])})
        return
    yield "You said:"
    for word in words:
        # A lone cross is how a reader learns what a broken provider looks like.
        if word == "✗":
            raise Unavailable("The parrot flew away.")
        yield f" {word}"
    yield Usage(len(words), len(words) + 2)
