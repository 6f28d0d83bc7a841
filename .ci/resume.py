#!/usr/bin/env python3
"""Has a host say eight sentences while its first engine dies, and writes each sentence into a WAV file of its own.

    resume.py http://127.0.0.1:8000 FOLDER

The sentences are those of intelligibility.py. The status is 1 unless each was said once and another engine went on.
"""

import base64
import json
import pathlib
import sys
import urllib.request
import wave

from intelligibility import SENTENCES


def post(url, body, token=None):
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    return urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers), timeout=300)


def main():
    url, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    account = {"email": "listener@example.com", "password": "correct horse battery"}
    token = json.load(post(f"{url}/api/v1/auth/register", account))["access_token"]
    body = {"text": " ".join(SENTENCES), "format": "pcm", "stream_format": "sse"}
    audio, starts, engines = bytearray(), [], []
    with post(f"{url}/api/v1/tts/synthesize", body, token) as answer:
        engines.append(answer.headers["x-engine"])
        for line in answer:
            if not line.startswith(b"data: "):
                continue
            event = json.loads(line[6:])
            if event["type"] == "speech.audio.delta":
                audio += base64.b64decode(event["audio"])
            elif event["type"] == "speech.sentence":
                starts.append((event["text"], event["start"]))
            elif event["type"] == "speech.engine":
                engines.append(event["engine"])
            elif event["type"] == "error":
                raise AssertionError(f"it broke off: {event}")
    if [text for text, _ in starts] != SENTENCES:
        raise AssertionError(f"these were said: {starts}")
    if len(engines) != 2:
        raise AssertionError(f"these spoke: {engines}")
    rate = 16_000
    ends = [start for _, start in starts[1:]] + [len(audio) / 2 / rate]
    for number, ((_, start), end) in enumerate(zip(starts, ends), 1):
        with wave.open(str(folder / f"{number}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(audio[round(start * rate) * 2 : round(end * rate) * 2])
    print(f"{engines[0]}, and from the middle on {engines[1]}: {len(audio) / 2 / rate:.1f} s")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except AssertionError as error:
        print(f"FAILED: {error}", file=sys.stderr)
        sys.exit(1)
