#!/usr/bin/env python3
"""Speaks to a running host by OpenAI's official client, and has ffprobe look at what comes.

    openai_client.py http://127.0.0.1:8000

Every format is asked for whole, streamed, and in events. The status is 0 when each answer is what its type says.

Needs `pip install openai`, and `ffprobe` of ffmpeg.
"""

import base64
import json
import subprocess
import sys
import urllib.request

from openai import BadRequestError, OpenAI

TEXT = "The coffee is ready, and the road to the north is open again. We leave in the morning."
# What the answer calls itself, and what ffprobe finds in it.
FORMATS = {
    "mp3": ("audio/mpeg", "mp3", "mp3"),
    "opus": ("audio/ogg; codecs=opus", "ogg", "opus"),
    "flac": ("audio/flac", "flac", "flac"),
    "wav": ("audio/wav", "wav", "pcm_s16le"),
    "aac": ("audio/aac", "aac", "aac"),
}


def register(url):
    body = json.dumps({"email": "client@example.com", "password": "correct horse battery"}).encode()
    request = urllib.request.Request(f"{url}/api/v1/auth/register", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["access_token"]


def probe(audio):
    """Container, codec and length in seconds of what was decoded to its end."""
    shown = subprocess.run(
        ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", "-"],
        input=audio, capture_output=True, check=True,
    )
    found = json.loads(shown.stdout)
    # A WAV stream leaves its length open, and ffmpeg takes the end of such a file for a mistake in it.
    strictly = [] if audio[:4] == b"RIFF" else ["-xerror"]
    decoded = subprocess.run(
        ["ffmpeg", "-v", "error", *strictly, "-i", "-", "-f", "s16le", "-ac", "1", "-ar", "8000", "-"],
        input=audio, capture_output=True, check=True,
    )
    if decoded.stderr:
        raise AssertionError(f"it cannot be decoded cleanly: {decoded.stderr.decode()}")
    return found["format"]["format_name"], found["streams"][0]["codec_name"], len(decoded.stdout) / 16_000


def check(what, audio, container, codec):
    found = probe(audio)
    if found[:2] != (container, codec) or not 3.0 < found[2] < 15.0:
        raise AssertionError(f"{what}: {found} is not {container} with {codec}")
    print(f"{what:24}{len(audio):9} bytes {found[2]:6.2f} s  {found[0]}/{found[1]}")


def events(body):
    """The data of each event."""
    return [json.loads(event[6:]) for event in body.decode().split("\n\n") if event.startswith("data: ")]


def main():
    url = sys.argv[1]
    # The client's own retries would hide what goes wrong.
    client = OpenAI(base_url=f"{url}/api/v1", api_key=register(url), max_retries=0)
    speech = client.audio.speech
    for form, (kind, container, codec) in FORMATS.items():
        ask = {"model": "gpt-4o-mini-tts", "voice": "alloy", "input": TEXT, "response_format": form}
        # No two of them are the same for the cache.
        whole = speech.create(**ask)
        found = whole.response.headers["content-type"]
        if found != kind:
            raise AssertionError(f"{form} calls itself {found} and not {kind}")
        check(form, whole.content, container, codec)
        with speech.with_streaming_response.create(**ask, speed=1.1) as answer:
            pieces = list(answer.iter_bytes())
        if len(pieces) < 2:
            raise AssertionError(f"{form} came in one piece")
        check(f"{form}, streamed", b"".join(pieces), container, codec)
        with speech.with_streaming_response.create(**ask, speed=1.2, stream_format="sse") as answer:
            told = events(answer.read())
        audio = b"".join(base64.b64decode(it["audio"]) for it in told if it["type"] == "speech.audio.delta")
        if told[-1]["type"] != "speech.audio.done":
            raise AssertionError(f"{form}: the last event is {told[-1]}")
        check(f"{form}, in events", audio, container, codec)
    pcm = speech.create(model="hibari", voice="heart", input=TEXT, response_format="pcm")
    kind, rate = pcm.response.headers["content-type"].split("; ")[:2]
    seconds = len(pcm.content) / 2 / int(rate.removeprefix("rate="))
    if kind != "audio/pcm" or not 3.0 < seconds < 15.0:
        raise AssertionError(f"pcm is {kind} of {seconds} s")
    print(f"{'pcm':24}{len(pcm.content):9} bytes {seconds:6.2f} s")
    default = speech.create(model="tts-1", voice="nova", input=TEXT)
    check("without a format", default.content, "mp3", "mp3")
    default.write_to_file("/dev/null")
    try:
        speech.create(model="tts-1", voice="alloy", input=TEXT, response_format="midi")
    except BadRequestError as error:
        if error.param != "response_format":
            raise
    else:
        raise AssertionError("a format that nobody makes was not refused")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except AssertionError as error:
        print(f"FAILED: {error}", file=sys.stderr)
        sys.exit(1)
