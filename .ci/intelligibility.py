#!/usr/bin/env python3
"""Checks that synthesised speech can be understood, by a recogniser that knows nothing of its text.

    intelligibility.py './target/release/wheelhouse say "{text}" -o {out}'
    intelligibility.py DIRECTORY        # with 1.wav to 8.wav, in the order of SENTENCES

Each argument is a command template, run without a shell once for each of eight plain sentences, or a directory
of finished WAV files (16-bit PCM, any rate, mono or stereo). For each the mean word error rate is computed and
must be at most `--bar` percent. Noise and the same speech played backwards must be misheard almost entirely: that
shows that the check is able to fail. The status is 0 when all of this holds, 1 when not, 2 when it cannot run.

Needs `pip install pocketsphinx==5.1.1`; the acoustic model comes with it.
"""

import argparse
import array
import math
import pathlib
import random
import re
import shlex
import struct
import subprocess
import sys
import tempfile

SENTENCES = [
    "Good morning, I have put the meeting with the doctor on Thursday at nine.",
    "The weather will be sunny today, with a little wind in the afternoon.",
    "Please remember to buy milk and bread on your way home from work.",
    "She opened the window and looked out over the quiet river.",
    "There are three new messages waiting for you in the kitchen.",
    "The old man walked slowly down the street with his little dog.",
    "We should leave the house before seven if we want to catch the train.",
    "He told me that the book on the table was the best story he had ever read.",
]
RATE = 16_000
CONTROL = 90.0


def read_wav(path):
    """Rate and mono samples of a 16-bit PCM file. Sizes in the header may be unknown, as in a stream."""
    data = pathlib.Path(path).read_bytes()
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError(f"{path} is no WAV file")
    form, at = None, 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        body = data[at + 8 : at + 8 + size]
        if name == b"fmt ":
            form = struct.unpack_from("<HHIIHH", body)
        elif name == b"data":
            if form is None or form[5] != 16:
                raise ValueError(f"{path} is not 16-bit PCM")
            channels, rate = form[1], form[2]
            samples = array.array("h", body[: len(body) // (2 * channels) * 2 * channels])
            if sys.byteorder == "big":
                samples.byteswap()
            return rate, [sum(samples[i : i + channels]) / channels for i in range(0, len(samples), channels)]
        at += 8 + size + size % 2
    raise ValueError(f"{path} has no samples")


def resample(samples, rate):
    """Brings samples to RATE with a windowed sinc, one set of taps for each phase."""
    if rate == RATE:
        return samples
    divisor = math.gcd(rate, RATE)
    up, down = RATE // divisor, rate // divisor
    cutoff = 0.9 * min(1.0, RATE / rate)
    half = math.ceil(12 / cutoff)

    def tap(distance):
        x = cutoff * distance
        sinc = 1.0 if x == 0 else math.sin(math.pi * x) / (math.pi * x)
        return cutoff * sinc * (0.5 + 0.5 * math.cos(math.pi * distance / (half + 1)))

    phases = [[tap(n - phase / up) for n in range(1 - half, half + 1)] for phase in range(up)]
    padded = [0.0] * half + samples + [0.0] * (half + 1)
    out = []
    for n in range(len(samples) * up // down):
        start, phase = divmod(n * down, up)
        out.append(sum(map(float.__mul__, phases[phase], map(float, padded[start + 1 : start + 1 + 2 * half]))))
    return out


def words_of(text):
    return re.findall(r"[a-z']+", text.lower())


def errors(expected, heard):
    """Words that must be put in, taken out or changed (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(expected, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (word != other))
    return row[-1]


def hear(samples):
    """What the recogniser makes of samples at RATE."""
    from pocketsphinx import Decoder

    silence = [0.0] * (RATE // 2)
    clipped = (max(-32768, min(32767, round(s))) for s in silence + samples + silence)
    decoder = Decoder(samprate=RATE, loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw(struct.pack(f"<{len(samples) + RATE}h", *clipped), full_utt=True)
    decoder.end_utt()
    heard = decoder.hyp()
    return words_of(heard.hypstr) if heard else []


def synthesise(source, folder):
    """Paths of the eight files of a directory, or of those that a command template makes."""
    if pathlib.Path(source).is_dir():
        return [pathlib.Path(source) / f"{n}.wav" for n in range(1, len(SENTENCES) + 1)]
    if "{text}" not in source or "{out}" not in source:
        raise ValueError(f"{source!r} is no directory, and no command with {{text}} and {{out}}")
    paths = []
    for n, sentence in enumerate(SENTENCES, 1):
        path = pathlib.Path(folder) / f"{n}.wav"
        command = [part.replace("{text}", sentence).replace("{out}", str(path)) for part in shlex.split(source)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)
        paths.append(path)
    return paths


def rate_of(name, spoken):
    """Prints a table, and returns the word error rate in percent over all sentences."""
    wrong = total = 0
    print(f"\n{name}")
    for sentence, samples in zip(SENTENCES, spoken):
        expected, heard = words_of(sentence), hear(samples)
        count = errors(expected, heard)
        wrong, total = wrong + count, total + len(expected)
        print(f"{100 * count / len(expected):6.1f} %  {' '.join(heard) or '(nothing)'}")
    print(f"{100 * wrong / total:6.1f} %  of {total} words")
    return 100 * wrong / total


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", nargs="+", help="a command with {text} and {out}, or a directory of WAV files")
    parser.add_argument("--bar", type=float, default=25.0, help="highest mean word error rate in percent")
    arguments = parser.parse_args()
    good = True
    for source in arguments.source:
        with tempfile.TemporaryDirectory() as folder:
            spoken = []
            for path in synthesise(source, folder):
                rate, samples = read_wav(path)
                spoken.append(resample(samples, rate))
        rate = rate_of(source, spoken)
        if rate > arguments.bar:
            print(f"FAILED: more than {arguments.bar:.0f} % of the words are misheard")
            good = False
    chance = random.Random(1)
    controls = {
        "control: noise": [[chance.gauss(0, 3000) for _ in samples] for samples in spoken],
        "control: speech backwards": [samples[::-1] for samples in spoken],
    }
    for name, samples in controls.items():
        if rate_of(name, samples) < CONTROL:
            print(f"FAILED: the check hears words where there are none (less than {CONTROL:.0f} % misheard)")
            good = False
    print("\nunderstood" if good else "\nnot understood")
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ImportError, OSError, ValueError, subprocess.SubprocessError) as error:
        print(f"cannot check: {error}", file=sys.stderr)
        sys.exit(2)
