"""Speech engines and AI providers: pieces, and how they end."""

from typing import Any

from wheelhouse_sdk import (
    Call,
    ChatRequest,
    FinishReason,
    Format,
    Internal,
    Invalid,
    Model,
    ToolCall,
    Unavailable,
    Usage,
    Utterance,
    Voice,
    chat_provider,
    samples,
    speech_engine,
    testing,
)
from wheelhouse_sdk.definition import current
from wheelhouse_sdk.mistake import Mistake

from .support import KitTest


class Speech(KitTest):
    def setUp(self) -> None:
        super().setUp()
        self.closed = 0

        @speech_engine(voices=[Voice("click", "Click", "en-US")], format=lambda utterance: Format.mono_pcm(8_000))
        async def speak(call: Call, utterance: Utterance) -> Any:
            try:
                for word in utterance.text.split():
                    if word == "break":
                        raise Unavailable("Broken.")
                    if word == "crash":
                        raise ZeroDivisionError
                    yield samples([1]) if word != "hush" else b""
            finally:
                self.closed += 1

    def test_audio_and_its_end_are_collected(self) -> None:
        self.assertEqual(testing.speak("one two"), (b"\1\0\1\0", None))
        self.assertEqual(self.closed, 1)

    def test_audio_that_breaks_off_is_no_success(self) -> None:
        audio, failure = testing.speak("one break two")
        self.assertEqual(audio, b"\1\0")
        self.assertIsInstance(failure, Unavailable)
        self.assertEqual(self.closed, 1)

    def test_silence_is_no_success(self) -> None:
        for text in (" ", "hush hush"):
            self.assertIsInstance(testing.speak(text).failure, Internal)

    def test_an_engine_that_crashes_has_failed(self) -> None:
        self.assertIsInstance(testing.speak("one crash").failure, Internal)
        self.assertIsInstance(testing.speak("crash").failure, Internal)

    def test_voices_and_format_are_values_or_functions(self) -> None:
        assert current.speech is not None
        self.assertEqual(current.speech.voices(testing.call())[0].gender, "neutral")
        self.assertEqual(current.speech.format(Utterance("x")), Format("pcm-s16le", 8_000, 1))

    def test_an_engine_is_an_async_generator_of_bytes(self) -> None:
        with self.assertRaises(Mistake):

            @speech_engine(voices=[], format=Format.mono_pcm(8_000))
            async def again(call: Call, utterance: Utterance) -> Any:
                yield b""

        current.speech = None
        with self.assertRaises(Mistake):

            @speech_engine(voices=[], format=Format.mono_pcm(8_000))
            def plain(call: Call, utterance: Utterance) -> bytes:
                return b""

        @speech_engine(voices=[], format=Format.mono_pcm(8_000))
        async def text(call: Call, utterance: Utterance) -> Any:
            yield "no bytes"

        self.assertIsInstance(testing.speak("x").failure, Internal)


class Chat(KitTest):
    def provide(self, *pieces: Any) -> testing.Answered:
        current.chat = None

        @chat_provider(models=[Model("m", "M", 1_000)])
        async def complete(call: Call, request: ChatRequest) -> Any:
            for piece in pieces:
                if isinstance(piece, Exception):
                    raise piece
                yield piece

        return testing.complete("hello")

    def test_an_answer_ends_with_its_reason(self) -> None:
        self.assertEqual(self.provide("a", "", "b").events, ["a", "b", FinishReason.STOP])
        call = ToolCall("1", "greet", {"name": "Ann"})
        self.assertEqual(self.provide(call, Usage(1, 2)).events, [call, Usage(1, 2), FinishReason.TOOL_CALLS])
        self.assertEqual(self.provide("a", FinishReason.LENGTH, "never").events, ["a", FinishReason.LENGTH])

    def test_an_answer_that_breaks_off_has_no_reason(self) -> None:
        answered = self.provide("a", Unavailable("Gone."))
        self.assertEqual((answered.events, answered.text), (["a"], "a"))
        self.assertIsInstance(answered.failure, Unavailable)

    def test_nothing_is_no_answer(self) -> None:
        self.assertIsInstance(self.provide().failure, Internal)
        self.assertIsInstance(self.provide(Invalid("No.")).failure, Invalid)
        self.assertIsInstance(self.provide(7).failure, Internal)
