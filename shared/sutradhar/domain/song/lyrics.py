"""Define lyrics: their lines and words, with the times that their file has."""

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.text.words import join_words

MAX_LYRICS_CHARS = 60_000
"""The longest lyrics with their times. The longest songs have some 7,000 characters of words, and five times as many
with a start and an end for each word."""


class LyricWord(Frozen):
    text: str
    start_sec: float | None = None
    """Seconds from the start of the song; None: the file has no time for the word."""
    end_sec: float | None = None


class LyricLine(Frozen):
    """One line as it is sung and shown. ``words`` are its words, split at spaces."""

    words: tuple[LyricWord, ...]
    start_sec: float | None = None
    end_sec: float | None = None

    @property
    def text(self) -> str:
        return join_words(word.text for word in self.words)


class Lyrics(Frozen):
    lines: tuple[LyricLine, ...]
    """No line is empty. With times, the lines are in the order of time."""
    notices: tuple[str, ...] = ()
    """Sentences about what was left out or read differently, such as stage marks and times out of order."""

    @property
    def is_timed(self) -> bool:
        """True if every line has a time."""
        return bool(self.lines) and all(line.start_sec is not None for line in self.lines)
