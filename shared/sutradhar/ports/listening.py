"""Read music and recorded voices that users send. Each method takes memory and minutes: only a worker calls them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sutradhar.domain.assets.asset import Word
from sutradhar.domain.language.tags import Language
from sutradhar.domain.song.analysis import SongAnalysis
from sutradhar.domain.song.lyrics import Lyrics


@dataclass(frozen=True)
class AlignedLyrics:
    """The words of each line with their times, in seconds from the start of the file, in the order of time."""

    lines: tuple[tuple[Word, ...], ...]
    notices: tuple[str, ...] = ()
    """Sentences for the user, such as that the song does not seem to have these lyrics."""


@dataclass(frozen=True)
class Recording:
    """A part of a recorded voice, ready to be heard. ``wav``: 16-bit mono PCM at 48 kHz in a WAV file; silence at its
    ends is cut off, nothing else. Times are in seconds from its start."""

    wav: bytes
    samples: int
    words: tuple[Word, ...]
    """Empty if the words are not known."""
    pauses: tuple[tuple[float, float], ...]
    """Start and end of each silence of 0.3 s or more."""
    notices: tuple[str, ...] = ()
    """Sentences for the user: words that were not said, words that were said and not written, silence cut off."""


class Listener(Protocol):
    """Raises InvalidRequest from every method if the file has no sound that can be decoded."""

    @property
    def recognizes_speech(self) -> bool:
        """Return whether a model is set up that recognises speech."""
        ...

    def analyze(self, path: Path) -> SongAnalysis:
        """Find tempo, beats, sections and key of the music in a file of any format, in memory that does not grow with
        the format's rate or channels. Music without a beat, and speech, give a result with a notice."""
        ...

    def align_lyrics(self, path: Path, lyrics: Lyrics, language: Language, analysis: SongAnalysis) -> AlignedLyrics:
        """Find when each word of ``lyrics`` is sung. A time that the lyrics have stays. No word is lost."""
        ...

    def recognize_lyrics(self, path: Path, language: Language) -> Lyrics | None:
        """Return the words that are sung, with their times; None if no model is set up."""
        ...

    def read_recording(
        self, path: Path, start_sec: float, end_sec: float | None, text: str, language: Language, *, clean: bool
    ) -> Recording:
        """Return a part of a recorded voice.

        Args:
            text: the words that are spoken; empty: they are recognised if a model is set up.
            clean: lower rumble and even noise.
        """
        ...

    def recognize_speech(self, path: Path, start_sec: float, end_sec: float | None, language: Language) -> str | None:
        """Return the text that is spoken in a part of a file; None if no model is set up."""
        ...
