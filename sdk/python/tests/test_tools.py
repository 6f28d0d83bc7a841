"""Tools: what a host is told of them, and how they are called."""

from typing import Annotated

from wheelhouse_sdk import Bounds, Call, Internal, Invalid, Outcome, UiAction, testing, tool
from wheelhouse_sdk.definition import current
from wheelhouse_sdk.mistake import Mistake
from wheelhouse_sdk.pieces import failure_of

from .support import KitTest


def greet(
    call: Call, name: Annotated[str, "Whom."], times: Annotated[int, "How often.", Bounds(1)] = 1
) -> Outcome[int]:
    """Greets somebody.

    Use it often.
    """
    assert call.request_id
    return Outcome(len(name), " ".join([f"Hello {name}!"] * times))


class Tools(KitTest):
    def test_a_tool_is_described_by_its_function(self) -> None:
        tool(sentences=["greet {name}"], rest=("POST", "/greetings", 201))(greet)
        found = current.tools["greet"]
        self.assertEqual(found.summary, "Greets somebody.\n\nUse it often.")
        self.assertEqual(
            found.signature.arguments.schema(),
            {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "description": "Whom."},
                    "times": {"type": "integer", "minimum": 1, "description": "How often.", "default": 1},
                },
                "required": ["name"],
                "additionalProperties": False,
            },
        )
        assert found.output is not None and found.rest is not None
        self.assertEqual(found.output.schema(), {"type": "integer"})
        self.assertEqual(found.rest.status, 201)

    def test_a_tool_runs_on_arguments_that_fit(self) -> None:
        tool(greet)
        self.assertEqual(testing.call_tool(greet, {"name": "Ann", "times": 2}), Outcome(3, "Hello Ann! Hello Ann!"))
        self.assertEqual(testing.call_tool("greet", {"name": "Ann"}).text, "Hello Ann!")

    def test_arguments_that_do_not_fit_never_reach_the_function(self) -> None:
        called = []

        @tool
        def note(what: str) -> str:
            """Notes."""
            called.append(what)
            return "Noted."

        for arguments in [{}, {"what": 3}, {"what": "x", "more": 1}]:
            with self.assertRaises(Invalid):
                testing.call_tool(note, arguments)
        self.assertEqual(called, [])

    def test_what_is_no_object_is_refused(self) -> None:
        tool(greet)
        for text in ["[]", "3", "null", "{", "\0", '{"name": NaN}', '{"name": "\\ud800"}', "[" * 100_000]:
            with self.subTest(text[:20]), self.assertRaises(Invalid):
                current.tools["greet"].run(testing.call(), text)

    def test_a_tool_may_answer_text_alone_and_actions(self) -> None:
        @tool
        def wave() -> str:
            """Waves."""
            return "Bye."

        @tool
        def reload() -> Outcome:
            """Reloads."""
            return Outcome.say("There.", [UiAction("reload_expenses")])

        self.assertEqual(testing.call_tool(wave, {}), Outcome(None, "Bye.", []))
        self.assertEqual(testing.call_tool(reload, {}).actions, [UiAction("reload_expenses")])
        self.assertIsNone(current.tools["wave"].output)

    def test_an_answer_that_has_no_form_in_json_is_the_plugins_fault(self) -> None:
        @tool
        def broken() -> Outcome[float]:
            """Breaks."""
            return Outcome(float("nan"), "Oh.")

        @tool
        def nothing() -> str:
            """Returns nothing."""

        for function in (broken, nothing):
            with self.assertRaises(Internal):
                testing.call_tool(function, {})

    def test_what_only_reads_is_idempotent(self) -> None:
        tool(read_only=True)(greet)
        self.assertTrue(current.tools["greet"].idempotent)

    def test_mistakes_are_said_when_the_module_is_imported(self) -> None:
        def no_hint(name) -> str:  # type: ignore[no-untyped-def]
            """X."""

        def no_docstring(name: str) -> str: ...

        def no_answer(name: str):  # type: ignore[no-untyped-def]
            """X."""

        def many(*names: str) -> str:
            """X."""

        async def waits(name: str) -> str:
            """X."""

        for function, said in [
            (no_hint, "`name` needs a type hint"),
            (no_docstring, "needs a docstring"),
            (no_answer, "must say that it returns"),
            (many, "can be given by name"),
            (waits, "must be a plain function"),
        ]:
            with self.subTest(said), self.assertRaisesRegex(Mistake, said):
                tool(function)
        with self.assertRaisesRegex(Mistake, "the path names `id`"):
            tool(rest=("GET", "/greetings/{id}", 200))(greet)
        with self.assertRaisesRegex(Mistake, "the method is one of"):
            tool(rest=("FETCH", "/greetings", 200))(greet)
        tool(greet)
        with self.assertRaisesRegex(Mistake, "two tools `greet`"):
            tool(greet)

    def test_any_other_exception_is_internal_and_tells_nothing(self) -> None:
        failure = failure_of(ZeroDivisionError("secret"))
        self.assertIsInstance(failure, Internal)
        self.assertNotIn("secret", failure.message)
