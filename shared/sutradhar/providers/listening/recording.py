"""Read a user's recorded voice: cut the silence at its ends, clean it, and find its words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.speech_duration import MAX_VIDEO_SEC
from sutradhar.dsp.resample import Samples, resample
from sutradhar.media.audio import decode_audio
from sutradhar.media.containers import clock
from sutradhar.media.formats import MediaError
from sutradhar.ports.listening import Recording
from sutradhar.providers.alignment.long_speech import RATE
from sutradhar.providers.alignment.whisper import Whisper
from sutradhar.providers.listening.cleaning import clean_recording, measure_level, trim_silence
from sutradhar.providers.listening.recording_voice import find_voice
from sutradhar.providers.listening.recording_words import find_recorded_words, join_pieces
from sutradhar.providers.media.speech_postprocess import LEVEL_DB, PEAK_DB
from sutradhar.providers.media.wav import to_wav

MAX_DECODED_SEC = 1800.0
"""Seconds of a recording that are read, silence at its ends included."""
_SAID_SEC = 1.0
"""Silence of this length that is cut off is said."""
_CLIPPED_SEC = 0.05
_NOISY_DB = 10.0
"""With less distance between voice and noise the recording is called noisy."""
_MIX_SEC = 60.0
_CANCELS = 0.15
"""The share of a channel's power (a quarter if the other is silent), below which their mix has lost the voice: it is in
them with opposite signs."""


def read_recording(
    path: Path,
    part: tuple[float, float | None],
    text: str,
    language: Language,
    whisper: Whisper | None,
    *,
    clean: bool,
) -> Recording:
    """Return a part of a recorded voice; see ``Listener``. ``part``: its start and end in seconds.

    Raises:
        InvalidRequest: the file has no sound that can be decoded, no voice, or too much of it.
    """
    with raise_invalid_request():
        samples, is_long = _decode(path, *part)
    if is_long:
        raise _refuse(f"is longer than {MAX_DECODED_SEC / 60:.0f} minutes; give start_sec and end_sec")
    cleaned = clean_recording(samples) if clean else samples
    trimmed = trim_silence(cleaned)
    if trimmed.end <= trimmed.start:
        raise _refuse("has no voice that can be heard; choose another recording")
    if trimmed.end - trimmed.start > MAX_VIDEO_SEC * SAMPLE_RATE:
        seconds = (trimmed.end - trimmed.start) / SAMPLE_RATE
        raise _refuse(f"speaks for {clock(seconds)}, and a video is at most {clock(MAX_VIDEO_SEC)} long; give end_sec")
    notices = [*_describe_silence(trimmed.start, len(samples) - trimmed.end), *_describe_level(samples)]
    voiced = trimmed.samples
    voiced = voiced * np.float32(_choose_gain(voiced))
    low = resample(voiced, SAMPLE_RATE, RATE)
    voice = find_voice(low, RATE)
    pcm = np.round(np.clip(voiced, -1, 1) * 32767).astype("<i2")
    del samples, cleaned, trimmed, voiced
    words, word_notices = find_recorded_words(low, text, language, voice, whisper)
    return Recording(to_wav(pcm), len(pcm), words, voice.pauses, (*notices, *word_notices))


def recognize_speech(path: Path, part: tuple[float, float | None], language: Language, whisper: Whisper) -> str:
    """Return the text that is spoken in a part of a file. Raise InvalidRequest as ``read_recording`` does."""
    with raise_invalid_request():
        samples, _ = _decode(path, *part)
    return join_pieces(whisper.transcribe(resample(samples, SAMPLE_RATE, RATE), language))


@contextmanager
def raise_invalid_request() -> Iterator[None]:
    """Turn the error of a file that cannot be decoded into one for the user."""
    try:
        yield
    except MediaError as exc:
        raise _refuse(str(exc)) from exc


def _refuse(problem: str) -> InvalidRequest:
    return InvalidRequest([FieldError("file", problem)])


def _decode(path: Path, start_sec: float, end_sec: float | None) -> tuple[Samples, bool]:
    """Return a part of the file as one channel at 48 kHz, and whether more than ``MAX_DECODED_SEC`` were asked for."""
    weights = _choose_channels(path, start_sec)
    seconds = min(end_sec - start_sec if end_sec else MAX_DECODED_SEC + 1, MAX_DECODED_SEC + 1)
    blocks = [block @ weights for block in decode_audio(path, start_sec, seconds)]
    samples = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
    return samples.astype(np.float32, copy=False), len(samples) > MAX_DECODED_SEC * SAMPLE_RATE


def _choose_channels(path: Path, start_sec: float) -> Samples:
    """Return the weights of the two channels: both, or the louder one if they cancel each other."""
    power = np.zeros(2)
    mixed = 0.0
    for block in decode_audio(path, start_sec, _MIX_SEC):
        power += np.square(block, dtype=np.float64).sum(axis=0)
        mixed += float(np.square(block.mean(axis=1), dtype=np.float64).sum())
    if mixed >= _CANCELS * power.max():
        return np.array([0.5, 0.5], np.float32)
    return np.array([1.0, 0.0] if power[0] >= power[1] else [0.0, 1.0], np.float32)


def _choose_gain(samples: Samples) -> float:
    """Return the gain that brings a recording to the level of the voices of this program."""
    level = measure_level(samples)
    needed_db = LEVEL_DB + 3.0 - level.speech_db  # the loud speech is about 3 dB over its mean
    return float(10 ** (min(needed_db, PEAK_DB - level.peak_db) / 20))


def _describe_silence(head: int, tail: int) -> Iterator[str]:
    for count, verb in ((head, "begins"), (tail, "ends")):
        if count >= _SAID_SEC * SAMPLE_RATE:
            yield f"{verb} with {count / SAMPLE_RATE:.1f} s of silence, which is cut off"


def _describe_level(samples: Samples) -> Iterator[str]:
    level = measure_level(samples)
    if level.clipped_sec >= _CLIPPED_SEC:
        yield (
            f"was too loud for its microphone: {level.clipped_sec:.1f} s are distorted; record it again from farther"
            " away, if you can"
        )
    if level.distance_db < _NOISY_DB:
        yield "has much noise beside the voice; its words may be off by some tenths of a second"
