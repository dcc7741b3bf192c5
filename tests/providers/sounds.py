"""Sound that a stub speaks: a hum for each word, silence between them."""

import io
from functools import cache

import numpy as np
import soundfile

GAP_SEC, LEAD_SEC = 0.12, 0.1


def word_sec(index: int) -> float:
    """No rhythm that repeats soon: who looks for the place of a sound must find one place only."""
    return 0.18 + 0.04 * ((index * index + 3 * index) % 11) / 2


@cache
def synthesize_speech(text: str, rate: int, form: str) -> tuple[bytes, tuple[float, ...]]:
    """A file of ``form`` (WAV, MP3), and when each character of ``text`` begins."""
    parts, starts, at = [np.zeros(int(LEAD_SEC * rate), np.float32)], [], LEAD_SEC
    for index, word in enumerate(text.split()):
        seconds = word_sec(index)
        t = np.arange(int(seconds * rate)) / rate
        hum = 0.4 * np.sin(2 * np.pi * (140 + 23 * (index % 9)) * t)
        parts += [hum.astype(np.float32), np.zeros(int(GAP_SEC * rate), np.float32)]
        starts += [at + seconds * i / len(word) for i in range(len(word))] + [at + seconds]
        at += seconds + GAP_SEC
    return encode_audio(np.concatenate(parts), rate, form), tuple(starts[:-1])


@cache
def music(seconds: float, rate: int, form: str) -> bytes:
    t = np.arange(int(seconds * rate)) / rate
    chord = sum(np.sin(2 * np.pi * f * t + i) for i, f in enumerate((220.0, 277.2, 329.6)))
    return encode_audio(np.stack([0.1 * chord, 0.08 * chord], axis=1).astype(np.float32), rate, form)


def encode_audio(samples: "np.typing.NDArray[np.float32]", rate: int, form: str) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, rate, format=form)
    return out.getvalue()
