"""The smallest speech engine: a beep for every word.

`python -m wheelhouse_sdk build examples/beep.py -o beep.wasm`
"""

from math import sin, tau

from wheelhouse_sdk import Call, Format, Invalid, Unavailable, Utterance, Voice, plugin, samples, speech_engine

RATE = 16_000

plugin(id="beep", version="0.1.0", name="Beep", summary="A speech engine that beeps.")


@speech_engine(
    voices=[Voice("beep", "Beep", "en-US", summary="Says every word the same way.")],
    format=Format.mono_pcm(RATE),
)
async def speak(call: Call, utterance: Utterance):
    if utterance.voice not in (None, "beep"):
        raise Invalid(f"There is no voice `{utterance.voice}`, only `beep`.", field="voice")
    for word in utterance.text.split():
        # A lone cross is how a listener learns what a broken engine sounds like.
        if word == "✗":
            raise Unavailable("The beeper broke.")
        yield beep(len(word), utterance.speed)


def beep(letters: int, speed: float) -> bytes:
    """A tone as long as the word, and a pause."""
    length = int(0.06 * letters / speed * RATE)
    return samples(int(sin(i * 440 * tau / RATE) * 8_000) for i in range(length)) + bytes(RATE // 10)
