"""Exports `speech`."""

from typing import Any

import wit_world
from wit_world import exports
from wit_world.exports import speech as wit

from ..definition import current
from ..pieces import Nobody
from ..speech import Engine, Format, Utterance, Voice
from . import call as border
from .failure import answering
from .stream import begin

#: The most bytes that are handed over at once.
PIECE = 64 * 1024

_GENDERS = {"female": wit.Gender.FEMALE, "male": wit.Gender.MALE, "neutral": wit.Gender.NEUTRAL}
_ENCODINGS = {
    "pcm-s16le": wit.Encoding.PCM_S16LE,
    "mp3": wit.Encoding.MP3,
    "opus": wit.Encoding.OPUS,
    "flac": wit.Encoding.FLAC,
    "aac": wit.Encoding.AAC,
}


class Speech(exports.Speech):
    """The plugin's speech engine."""

    @answering
    async def voices(self, call: Any) -> list[wit.Voice]:
        return [_voice(voice) for voice in _engine().voices(border.from_wit(call))]

    @answering
    async def synthesize(self, call: Any, utterance: Any) -> wit.Synthesis:
        engine = _engine()
        asked = Utterance(utterance.text, utterance.voice, utterance.language, utterance.speed)
        format = _format(engine.format(asked))
        pieces = engine.audio(border.from_wit(call), asked)
        audio, ended = await begin(pieces, wit_world.byte_stream(), _write)
        return wit.Synthesis(format, audio, ended)


def _engine() -> Engine:
    assert current.speech is not None
    return current.speech


async def _write(writer: Any, piece: bytes) -> None:
    for start in range(0, len(piece), PIECE):
        part = piece[start : start + PIECE]
        if await writer.write_all(part) < len(part):
            raise Nobody


def _voice(voice: Voice) -> wit.Voice:
    return wit.Voice(voice.id, voice.name, voice.language, _GENDERS[voice.gender], voice.summary)


def _format(format: Format) -> wit.Format:
    return wit.Format(_ENCODINGS[format.encoding], format.sample_rate, format.channels)
