"""Read recordings whose words have known times: the offline voice says them, with silence and noise around."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.ports.listening import Recording
from sutradhar.ports.providers import Speech
from sutradhar.providers.listening.listener import LocalListener
from sutradhar.providers.media.wav import from_wav, to_wav
from sutradhar.providers.offline.hibari import HibariNarrator

LINES = (
    "The keeper climbed the narrow stairs every evening and lit the great lamp.",
    "He never met the sailors, but he knew each vessel by its horn.",
    "One winter a storm broke the glass of the lantern.",
    "In the morning, three boats lay safe in the little harbour.",
)
GAP_SEC = 0.8


class Take(NamedTuple):
    """A recording, and the true start in seconds of each of its words."""

    samples: np.ndarray
    starts: list[float]
    texts: list[str]


@pytest.fixture(scope="module")
def speeches() -> list[Speech]:
    narrator = HibariNarrator()
    return [narrator.narrate(line, "en", "F") for line in LINES]


def join(speeches: Sequence[Speech], head_sec: float = 0.5, noise_db: float = -60) -> Take:
    parts = [np.zeros(round(head_sec * SAMPLE_RATE), np.float32)]
    starts: list[float] = []
    texts: list[str] = []
    at = head_sec
    for speech in speeches:
        samples, _ = from_wav(speech.wav)
        starts += [at + word.start for word in speech.words]
        texts += [word.text for word in speech.words]
        parts += [samples, np.zeros(round(GAP_SEC * SAMPLE_RATE), np.float32)]
        at += len(samples) / SAMPLE_RATE + GAP_SEC
    whole = np.concatenate(parts)
    noise = np.random.default_rng(1).standard_normal(len(whole)) * 10 ** (noise_db / 20)
    return Take(whole + noise, starts, texts)


def read(folder: Path, take: Take, text: str, *, clean: bool = True) -> Recording:
    path = folder / "voice.wav"
    path.write_bytes(to_wav(np.round(np.clip(take.samples, -1, 1) * 32767).astype("<i2")))
    return LocalListener().read_recording(path, 0.0, None, text, "en", clean=clean)


def find_offset(take: Take, recording: Recording) -> float:
    """Return the second of the take at which the recording begins, by correlation."""
    samples, _ = from_wav(recording.wav)
    step = 16
    a, b = take.samples[::step], samples[::step]
    size = 1 << (len(a) + len(b)).bit_length()
    match = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    return float(np.argmax(match)) * step / SAMPLE_RATE


@pytest.mark.parametrize(("head_sec", "noise_db"), [(0.5, -60), (20.0, -40)])
def test_words_are_found_and_silence_is_cut_off(
    tmp_path: Path, speeches: list[Speech], head_sec: float, noise_db: float
) -> None:
    take = join(speeches, head_sec, noise_db)
    recording = read(tmp_path, take, "\n".join(LINES))
    assert [word.text for word in recording.words] == take.texts
    offset = find_offset(take, recording)
    assert offset == pytest.approx(head_sec - 0.1, abs=0.1)
    errors = [abs(w.start + offset - t) for w, t in zip(recording.words, take.starts, strict=True) if w.confidence]
    assert len(errors) >= len(take.starts) - 1
    assert np.median(errors) <= 0.04
    assert np.percentile(errors, 95) <= 0.12
    cut_notices = [notice for notice in recording.notices if "silence" in notice]
    assert bool(cut_notices) == (head_sec > 1)
    assert not [notice for notice in recording.notices if "say" in notice]
    inner = [pause for pause in recording.pauses if pause[0] > 0.2 and pause[1] < recording.samples / SAMPLE_RATE - 0.2]
    assert len(inner) >= len(LINES) - 1


def test_the_recording_is_neither_cut_inside_nor_sped_up(tmp_path: Path, speeches: list[Speech]) -> None:
    take = join(speeches)
    recording = read(tmp_path, take, "\n".join(LINES), clean=False)
    samples, _ = from_wav(recording.wav)
    offset = find_offset(take, recording)
    first = round(offset * SAMPLE_RATE)
    same = take.samples[first : first + len(samples)]
    assert np.corrcoef(same, samples[: len(same)])[0, 1] > 0.999


def test_words_that_are_left_out_or_added_are_named(tmp_path: Path, speeches: list[Speech]) -> None:
    lines = [LINES[0], LINES[1].replace("each vessel", "each old and rusty vessel"), LINES[3]]
    recording = read(tmp_path, join([speeches[0], speeches[1], speeches[2], speeches[3]]), "\n".join(lines))
    left_out, more = (next(n for n in recording.notices if n.startswith(start)) for start in ("does not", "says more"))
    assert "“old and rusty”" in left_out
    assert "after “horn.”" in more
    silent = [word.text for word in recording.words if word.confidence == 0]
    assert silent == ["old", "and", "rusty"]


def test_another_text_is_told(tmp_path: Path, speeches: list[Speech]) -> None:
    text = "Tea is the most popular drink in the world after water, and farmers grow it on cool green hills. " * 2
    recording = read(tmp_path, join(speeches), text)
    assert any("does not seem to say the text" in notice for notice in recording.notices)
    assert {word.timing_source for word in recording.words} == {"estimate"}
    assert [word.text for word in recording.words] == text.split()


def test_a_text_of_another_language_is_shared_out_over_the_voice(tmp_path: Path, speeches: list[Speech]) -> None:
    take = join(speeches)
    path = tmp_path / "voice.wav"
    path.write_bytes(to_wav(np.round(take.samples * 32767).astype("<i2")))
    text = "एक दो तीन चार पाँच छह सात आठ। नौ दस ग्यारह बारह तेरह। चौदह पन्द्रह सोलह सत्रह। अठारह उन्नीस बीस।"
    recording = LocalListener().read_recording(path, 0.0, None, text, "hi", clean=True)
    starts = [word.start for word in recording.words]
    assert starts == sorted(starts)
    assert {word.timing_source for word in recording.words} == {"estimate"}
    ends = [end for start, end in recording.pauses if start > 0.2]
    firsts = [w.start for before, w in zip(recording.words, recording.words[1:], strict=False) if "।" in before.text]
    assert all(min(abs(first - end) for end in ends) < 0.1 for first in firsts)


def test_silence_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="no voice"):
        read(tmp_path, Take(np.zeros(SAMPLE_RATE * 5), [], []), "Hello.")
