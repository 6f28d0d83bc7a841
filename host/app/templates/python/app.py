"""Keeps count of things."""

from dataclasses import dataclass
from typing import Annotated

from wheelhouse_sdk import Call, Collection, Invalid, Listing, Need, Outcome, plugin, route, tool

plugin(
    id="tally",  # kebab-case, unique in a host, never changed
    version="0.1.0",
    name="Tally",
    summary="Keeps count of things.",
    needs=[Need.documents("Counts are kept for each user.")],
)


@dataclass
class Entry:
    """What is kept."""

    what: str
    count: int


ENTRIES = Collection.of_user("entries", Entry)


@tool(
    sentences=["(i|we) saw {count:number} {what}", "count {count:number} {what}"],
    rest=("POST", "/tally", 201),
)
def count_tally(
    call: Call,
    what: Annotated[str, "What is counted, such as `bears`."],
    count: Annotated[int, "How many more."],
) -> Outcome[int]:
    """Counts things. Use it when the user has seen or done something that they keep count of."""
    if count < 1:
        raise Invalid("The count must be at least 1.", field="count")
    ENTRIES.insert(Entry(what, count))
    total = ENTRIES.query().equal("what", what).sum("count")
    return Outcome(total, f"Counted. That makes {total} {what} in all.")


@route("GET", "/tally")
def list_tally(
    call: Call, cursor: Annotated[str | None, "`next_cursor` of the part before."] = None
) -> Listing[Entry]:
    """Lists what was counted, the latest first."""
    return ENTRIES.query().newest_first().page(20, cursor).listing()
