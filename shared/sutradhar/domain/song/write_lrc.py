"""Write words and their times as LRC with a time for each word: times that people corrected are kept in this form."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol


class TimedWord(Protocol):
    @property
    def text(self) -> str: ...

    @property
    def start(self) -> float: ...

    @property
    def end(self) -> float: ...


def write_lrc(lines: Sequence[Sequence[TimedWord]]) -> str:
    """Return ``lines`` as LRC that ``parse_lyrics`` reads back with the same words, and times to 10 ms.

    Each word has its start before it. A time without a word behind it is the end of the word before, where that ends
    before the next one begins: ``[00:01.00]<00:01.00>one <00:01.40> <00:02.00>two <00:02.50>``.
    """
    return "".join(f"{_write_line(line)}\n" for line in lines if line)


def _write_line(line: Sequence[TimedWord]) -> str:
    starts = _round_rising([word.start for word in line])
    text = f"[{_write_time(starts[0])}]"
    following = [*starts[1:], None]
    for word, start, after in zip(line, starts, following, strict=True):
        end = max(round(word.end * 100), start + 1)
        text += f"<{_write_time(start)}>{_escape(word.text)} "
        if after is None or end < after:
            text += f"<{_write_time(end)}> "
    return text.rstrip()


def _round_rising(seconds: Sequence[float]) -> list[int]:
    """Return ``seconds`` in hundredths that rise strictly."""
    hundredths = [max(round(time * 100), 0) for time in seconds]
    for at, (before, here) in enumerate(pairwise(list(hundredths)), 1):
        hundredths[at] = max(here, hundredths[at - 1] + 1) if here <= max(before, hundredths[at - 1]) else here
    return hundredths


def _write_time(hundredths: int) -> str:
    return f"{hundredths // 6000:02d}:{hundredths % 6000 / 100:05.2f}"


def _escape(text: str) -> str:
    """Return ``text`` with the characters as HTML entities that would be read as a time or a tag."""
    return re.sub(r"[<\[](?=[-\d/a-zA-Z])", lambda match: f"&#{ord(match[0])};", text)
