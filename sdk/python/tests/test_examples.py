"""The examples do what they say."""

import importlib
import sys
from pathlib import Path
from typing import Any

from wheelhouse_sdk import Invalid, ToolCall, ToolMessage, Unavailable, testing

from .support import KitTest

EXAMPLES = Path(__file__).parent.parent / "examples"


class Examples(KitTest):
    def load(self, name: str) -> Any:
        sys.modules.pop(name, None)
        sys.path.insert(0, str(EXAMPLES))
        self.addCleanup(sys.path.remove, str(EXAMPLES))
        return importlib.import_module(name)

    def test_the_greeter_counts_for_each_user(self) -> None:
        greeter = self.load("greeter")
        self.assertEqual(testing.call_tool(greeter.greet_somebody, {"name": "Bob"}).text, "Hello Bob!")
        again = testing.call_tool(greeter.greet_somebody, {"name": "Bob"})
        self.assertEqual(again.text, "Hello Bob, greeted 2 times by now!")
        listing = testing.call_route(greeter.list_greetings).json()
        self.assertEqual(listing, {"data": [{"name": "Bob", "times": 2}], "has_more": False, "next_cursor": None})
        others = testing.call_route(greeter.list_greetings, call=testing.call(user="bob")).json()
        self.assertEqual(others["data"], [])

    def test_the_greeter_wants_a_name(self) -> None:
        greeter = self.load("greeter")
        with self.assertRaises(Invalid) as raised:
            testing.call_tool(greeter.greet_somebody, {"name": " "})
        self.assertEqual(raised.exception.fields[0].field, "name")

    def test_the_beeper_beeps_and_breaks(self) -> None:
        self.load("beep")
        audio, failure = testing.speak("Hi there")
        self.assertEqual((len(audio), failure), (2 * (2 + 5) * 960 + 2 * 1_600, None))
        audio, failure = testing.speak("Hi ✗")
        self.assertTrue(audio and isinstance(failure, Unavailable))
        audio, failure = testing.speak("✗")
        self.assertTrue(not audio and isinstance(failure, Unavailable))
        self.assertIsInstance(testing.speak("Hi", voice="bass").failure, Invalid)

    def test_the_parrot_repeats_and_asks_for_tools(self) -> None:
        self.load("parrot")
        self.assertEqual(testing.complete("polly wants").text, "You said: polly wants")
        [call, _] = testing.complete("use greet_somebody Bob").events
        self.assertEqual(call, ToolCall("call-1", "greet_somebody", {"name": "Bob"}))
        self.assertEqual(testing.complete([ToolMessage("call-1", "greet", "Hello!")]).text, "greet says: Hello!")
        self.assertIsInstance(testing.complete("a ✗").failure, Unavailable)
