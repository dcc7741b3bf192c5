"""Measure how exactly the words of lyrics are found in songs: part ``voice`` of the benchmark. Writes voice.md and
voice.json.

Three voices, spoken and sung, each with music 12 dB below; the true times are those that the voices report.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.song.parse_lyrics import parse_lyrics
from sutradhar.providers.media.wav import to_wav
from sutradhar.providers.offline.espeak_ng import EspeakNarrator
from sutradhar.providers.offline.hibari import HibariNarrator
from sutradhar.providers.offline.piper import PiperNarrator
from tests.bench import measure
from tests.bench.sung_songs import LINES, Speaker, SungSong, make_sung_song

MEDIAN_SEC, P95_SEC = 0.040, 0.120
"""The limits of issue 17."""
_ALIGN = """
import json, sys
from pathlib import Path
from sutradhar.domain.song.analysis import SongAnalysis
from sutradhar.domain.song.parse_lyrics import parse_lyrics
from sutradhar.providers.listening.listener import LocalListener
path, text, seconds = Path(sys.argv[1]), Path(sys.argv[2]).read_text(), float(sys.argv[3])
analysis = SongAnalysis(duration_sec=seconds, loudness_lufs=-14, tempo_bpm=None)
aligned = LocalListener().align_lyrics(path, parse_lyrics(text), "en", analysis)
words = [word for line in aligned.lines for word in line]
print(json.dumps([[word.text, word.start, word.timing_source, word.confidence] for word in words]))
"""


@dataclass(frozen=True)
class _Row:
    name: str
    words: int
    lost: int
    errors: tuple[float, ...]
    recognised: int
    seconds: float
    cpu: float
    peak_mb: float

    @property
    def median(self) -> float:
        return float(np.median(self.errors))

    @property
    def p95(self) -> float:
        return float(np.quantile(self.errors, 0.95))


def measure_voices(folder: Path, *, quick: bool) -> None:
    voices: list[tuple[str, Speaker, Voice]] = [("hibari", HibariNarrator(), "F")]
    if not quick:
        voices += [("piper", PiperNarrator(), "M"), ("espeak", EspeakNarrator(), "F")]
    rows = []
    with TemporaryDirectory() as scratch:
        for name, narrator, voice in voices:
            for sung in (False, True):
                title = f"{name}, {'sung' if sung else 'spoken'}"
                lines = LINES[:6] if quick else LINES
                song = make_sung_song(title, narrator, voice, sung=sung, lines=lines)
                rows.append(_measure_song(song, Path(scratch)))
                print(f"    {title}: median {rows[-1].median:.3f} s, p95 {rows[-1].p95:.3f} s", flush=True)
    _write_page(folder, rows)


def _measure_song(song: SungSong, scratch: Path) -> _Row:
    """Align the words in a process of its own, so that its memory is its own."""
    path, text, log = scratch / "song.wav", scratch / "lyrics.txt", scratch / "words.json"
    path.write_bytes(to_wav(np.round(song.samples * 32767).astype("<i2")))
    text.write_text(song.lyrics)
    seconds = len(song.samples) / 48_000
    cost = measure.run([sys.executable, "-c", _ALIGN, str(path), str(text), str(seconds)], log=log)
    words = json.loads(log.read_text().splitlines()[-1])
    truth = [word for line in song.lines for word in line]
    expected = [word.text for line in parse_lyrics(song.lyrics).lines for word in line.words]
    lost = len(truth) - sum(a == b[0] for a, b in zip(expected, words, strict=False))
    errors = tuple(abs(word[1] - true.start) for word, true in zip(words, truth, strict=True))
    recognised = sum(word[2] == "speech" for word in words)
    return _Row(song.name, len(words), lost, errors, recognised, seconds, cost.cpu, cost.peak_mb)


def _write_page(folder: Path, rows: list[_Row]) -> None:
    errors = tuple(error for row in rows for error in row.errors)
    total = _Row(
        "all",
        sum(row.words for row in rows),
        sum(row.lost for row in rows),
        errors,
        sum(row.recognised for row in rows),
        sum(row.seconds for row in rows),
        sum(row.cpu for row in rows),
        max(row.peak_mb for row in rows),
    )
    lines = [
        "# Words of songs",
        "",
        "`python -m tests.bench voice` measures how exactly the words of lyrics are found in songs: three voices that",
        "report their own word times, spoken and sung, with drums, bass and chords 12 dB below. The limits are",
        f"a median of {MEDIAN_SEC * 1000:.0f} ms and a 95th percentile of {P95_SEC * 1000:.0f} ms for the starts of",
        "words, and no word lost.",
        "",
        "| Voice | Words | Lost | Recognised | Median error | 95 % within | CPU for a minute of song | Memory |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.name} | {row.words} | {row.lost} | {row.recognised} | {row.median * 1000:.0f} ms"
        f" | {row.p95 * 1000:.0f} ms | {row.cpu / row.seconds * 60:.1f} s | {row.peak_mb:.0f} MB |"
        for row in [*rows, total]
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "voice.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    data = [
        {"name": row.name, "words": row.words, "lost": row.lost, "median_sec": row.median, "p95_sec": row.p95}
        for row in [*rows, total]
    ]
    (folder / "voice.json").write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
