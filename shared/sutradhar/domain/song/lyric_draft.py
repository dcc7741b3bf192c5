"""Define lyrics while they are read: lines whose words are known and whose marks are still among them."""

from dataclasses import dataclass, field

from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.text.words import join_words, split_words


@dataclass
class DraftWord:
    text: str
    start: float | None = None
    """Seconds; None: the file has no time for the word."""
    end: float | None = None


@dataclass
class DraftLine:
    """One line of the file. A line without words is a blank line, or the end of the line before it."""

    words: list[DraftWord]
    start: float | None = None
    end: float | None = None
    has_word_times: bool = False

    @property
    def text(self) -> str:
        return join_words(word.text for word in self.words)

    @classmethod
    def read_text(cls, text: str, start: float | None = None, end: float | None = None) -> "DraftLine":
        return cls([DraftWord(word) for word in split_words(text)], start, end)


@dataclass
class Remarks:
    """Collect what is read differently than it is written. Each list has the pieces as they are written, in order."""

    left_out: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    undrawn: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)
    """Names of parts, such as ``[Chorus]``, that stand for the words that the part has further up."""
    sorted_lines: bool = False
    dropped_times: int = 0


def refuse_lyrics(message: str) -> InvalidRequest:
    """Return the error for lyrics that cannot be used; ``message`` continues the name of the field."""
    return InvalidRequest([FieldError("", message)])
