"""A tool, the same as a route, and a route of its own, with documents behind them.

`python -m wheelhouse_sdk build examples/greeter.py -o greeter.wasm`
"""

from dataclasses import dataclass
from typing import Annotated

from wheelhouse_sdk import Bounds, Call, Collection, Invalid, Listing, Need, Outcome, plugin, route, tool

plugin(
    id="greeter",
    version="0.1.0",
    name="Greeter",
    summary="Greets people.",
    needs=[Need.documents("To count its greetings.")],
)


@dataclass
class Greeting:
    """Somebody who was greeted."""

    name: Annotated[str, "Who."]
    times: Annotated[int, "How often."]


GREETINGS = Collection.of_user("greetings", Greeting)


@tool(sentences=["(greet|say hello to) {name}"], rest=("POST", "/greetings", 200))
def greet_somebody(call: Call, name: Annotated[str, "Who is greeted."]) -> Outcome[Greeting]:
    """Greets somebody by name and counts how often. Use it when the user asks you to say hello to someone."""
    if not name.strip():
        raise Invalid("Please say who is to be greeted.", field="name")
    known = GREETINGS.query().equal("name", name).page(1).documents
    if known:
        known[0].body.times += 1
        greeting = GREETINGS.replace(known[0]).body
    else:
        greeting = GREETINGS.insert(Greeting(name, 1)).body
    if greeting.times == 1:
        return Outcome(greeting, f"Hello {name}!")
    return Outcome(greeting, f"Hello {name}, greeted {greeting.times} times by now!")


@route("GET", "/greetings")
def list_greetings(
    limit: Annotated[int, "How many at most.", Bounds(1, 100)] = 20,
    cursor: Annotated[str | None, "`next_cursor` of the part before."] = None,
) -> Listing[Greeting]:
    """Lists everybody who was greeted."""
    return GREETINGS.query().order_by("name").page(limit, cursor).listing()
