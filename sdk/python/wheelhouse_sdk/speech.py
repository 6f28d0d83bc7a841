"""Speech engines: text in, audio out.

    @speech_engine(voices=[Voice("beep", "Beep", "en-US")], format=Format.mono_pcm(16_000))
    async def speak(call: Call, utterance: Utterance):
        for word in utterance.text.split():
            yield samples([0] * 1_000 * len(word))
"""

import inspect
import struct
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from .call import Call
from .definition import current
from .mistake import Mistake
from .pieces import checked, pieces_of


@dataclass(frozen=True)
class Voice:
    """A voice: its id in the engine, a name for people, the language as a BCP 47 tag, and one sentence for people."""

    id: str
    name: str
    language: str
    gender: Literal["female", "male", "neutral"] = "neutral"
    summary: str | None = None


@dataclass(frozen=True)
class Format:
    """The form of the bytes that an engine gives. `pcm-s16le` is signed 16-bit little-endian samples, channels
    interleaved, no header; `opus` is Opus in Ogg."""

    encoding: Literal["pcm-s16le", "mp3", "opus", "flac", "aac"]
    #: Samples a second and channel.
    sample_rate: int
    channels: int = 1

    @classmethod
    def mono_pcm(cls, sample_rate: int) -> "Format":
        """Signed 16-bit little-endian samples of one channel."""
        return cls("pcm-s16le", sample_rate)


@dataclass(frozen=True)
class Utterance:
    """What is to be said."""

    #: Plain text, never empty, at most as long as the host's limit.
    text: str
    #: A voice of this engine. None: the engine's own choice for `language`.
    voice: str | None = None
    #: BCP 47 tag of the text, when it is known.
    language: str | None = None
    #: 1.0 is the voice's own pace; 0.25 to 4.0.
    speed: float = 1.0


@dataclass(frozen=True)
class Engine:
    """A registered speech engine."""

    voices: Callable[[Call], list[Voice]]
    format: Callable[[Utterance], Format]
    speak: Callable[[Call, Utterance], Any]

    def audio(self, call: Call, utterance: Utterance) -> AsyncGenerator[bytes, None]:
        """The audio, piece by piece, none of them empty."""
        return checked(self.speak(call, utterance), _bytes)


def speech_engine(
    *, voices: list[Voice] | Callable[[Call], list[Voice]], format: Format | Callable[[Utterance], Format]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Makes an async generator of `bytes` the plugin's speech engine. It takes the call and an `Utterance`, and yields
    audio as soon as there is some: it goes on when its listener has taken that. A failure before the first byte lets
    the next engine of the chain speak; a failure after it tells the listener that the audio is not whole. `voices` and
    `format` are values, or functions of the call and of the utterance. """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        if current.speech is not None:
            raise Mistake("a plugin has one speech engine")
        if not pieces_of(function):
            raise Mistake(f"{function.__name__} must be an async generator: async def, with yield")
        current.speech = Engine(
            voices if inspect.isfunction(voices) else lambda call: voices,  # type: ignore[return-value, arg-type]
            format if inspect.isfunction(format) else lambda utterance: format,  # type: ignore[return-value, arg-type]
            function,
        )
        return function

    return register


def samples(values: Iterable[int]) -> bytes:
    """16-bit samples as `pcm-s16le` has them."""
    values = list(values)
    return struct.pack(f"<{len(values)}h", *values)


def _bytes(piece: object) -> bytes | None:
    if not isinstance(piece, (bytes, bytearray, memoryview)):
        raise TypeError(f"a speech engine yields bytes, not {type(piece).__name__}")
    return bytes(piece) or None
