"""Tools: functions that the assistant, and any MCP client, can have done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from . import shape
from .call import Call
from .definition import current
from .failure import Internal
from .methods import check_method, check_path
from .mistake import Mistake
from .outcome import Outcome, UiAction
from .plain import whole, write
from .reading import read_object
from .shape import Problems, Shape
from .signature import Signature, summary_of


@dataclass(frozen=True)
class Rest:
    """A tool as a route below `/api/v1`."""

    method: str
    path: str
    status: int


@dataclass(frozen=True)
class Answer:
    """An outcome as the contract has it: data is JSON."""

    data: str | None
    text: str
    actions: list[UiAction]


@dataclass(frozen=True)
class Tool:
    """A registered tool."""

    name: str
    summary: str
    signature: Signature
    output: Shape | None
    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool
    needs_confirmation: bool
    sentences: tuple[str, ...]
    rest: Rest | None

    def run(self, call: Call, arguments: str) -> Answer:
        """Does it. `Invalid` for arguments that do not fit, before the function sees them."""
        problems = Problems()
        read = self.signature.arguments.read(read_object(arguments), "", problems)
        problems.check()
        outcome = self.signature.call(read, call)
        if isinstance(outcome, str):
            outcome = Outcome.say(outcome)
        if not isinstance(outcome, Outcome):
            raise Internal("The tool's answer could not be written.") from TypeError(
                f"{self.name} must return an Outcome or a str, not {type(outcome).__name__}"
            )
        data = None if outcome.data is None else write(outcome.data, "The tool's answer")
        return Answer(data, whole(outcome.text), list(outcome.actions))


def tool(
    function: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    sentences: list[str] | tuple[str, ...] = (),
    rest: tuple[str, str, int] | None = None,
    read_only: bool = False,
    destructive: bool = False,
    idempotent: bool = False,
    open_world: bool = False,
    needs_confirmation: bool = False,
) -> Any:
    """Makes a function a tool. Its name is the function's, its description the docstring, its arguments the parameters
    with their hints; a parameter of type `Call` gets the running call. The function returns an `Outcome`, or a `str` to
    say. It stays a plain function.

    `sentences` mean this tool: `(a|b)` is a choice, `[c]` may be left out, `{name}` and `{name:type}` fill an argument.
    Types: `text` (if none is said), `money`, `number`, `date`, `period`, `place`.

    `rest` makes it a route below `/api/v1` as well: method, path, and the status of a success. Parts of the path in
    braces are arguments; the others come from the query (GET, DELETE) or the JSON body. The answer's body is the
    outcome's data.

    `read_only`: it changes nothing. `destructive`: it may destroy or overwrite something. `idempotent`: called twice
    with the same arguments, it does no more than once. `open_world`: it reaches things outside the host.
    `needs_confirmation`: it runs only after the user has confirmed exactly this call. """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        signature = Signature.of(function)
        chosen = name or function.__name__
        if chosen in current.tools:
            raise Mistake(f"there are two tools `{chosen}`")
        form = None
        if rest is not None:
            form = Rest(*rest)
            check_method(chosen, form.method)
            check_path(chosen, form.path, signature.arguments)
        current.tools[chosen] = Tool(
            chosen,
            summary_of(function),
            signature,
            _output(signature),
            read_only,
            destructive,
            idempotent or read_only,
            open_world,
            needs_confirmation,
            tuple(sentences),
            form,
        )
        return function

    return register if function is None else register(function)


def _output(signature: Signature) -> Shape | None:
    answer, name = signature.answer, signature.function.__name__
    if answer in (str, Outcome, Outcome[None]):
        return None
    if get_origin(answer) is not Outcome:
        raise Mistake(f"{name} must say that it returns a str, an Outcome or an Outcome[…]")
    try:
        return shape.of(get_args(answer)[0])
    except Mistake as error:
        raise Mistake(f"{name}: what it returns: {error}") from None
