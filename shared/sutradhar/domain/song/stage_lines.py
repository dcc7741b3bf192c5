"""Take the marks out of the lines of lyrics, and repeat the lines and parts that they say are sung again."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sutradhar.domain.song.lyric_draft import DraftLine, DraftWord, Remarks, refuse_lyrics
from sutradhar.domain.song.stage_marks import (
    MAX_REPEATS,
    NOTE_SIGNS,
    PartName,
    is_noise,
    read_count,
    read_part_name,
)
from sutradhar.domain.text.words import split_words

MAX_SUNG_CHARS = 20_000
"""The most characters of words; the longest songs have some 7,000."""
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}")
_TAIL_COUNT = re.compile(r"\s+([x×]\d{1,2}|\d{1,2}[x×])\s*$", re.IGNORECASE)
_LEAD = re.compile(r"([^:]{2,40}):\s*(.*)")


@dataclass
class _Item:
    """One line of the file: the name of a part, a repetition of the lines before it, words, or a blank line."""

    line: DraftLine | None = None
    part: PartName | None = None
    block_count: int = 0
    mark: str = ""
    """The mark as it is written."""


def strip_marks(lines: Sequence[DraftLine], remarks: Remarks, *, is_timed: bool) -> list[DraftLine]:
    """Return ``lines`` without marks. Words are never removed: a repetition of a line with a time becomes words of that
    line, and names of parts are filled only if the lines have no times.

    Raises:
        InvalidRequest: the marks repeat more than a song can have.
    """
    items = [item for line in lines for item in _read_line(line, remarks, is_timed=is_timed)]
    if not is_timed:
        return _arrange(items, remarks)
    for item in items:
        if item.mark:
            remarks.left_out.append(item.mark)
    return [item.line for item in items if item.line is not None and item.line.words]


def _read_line(line: DraftLine, remarks: Remarks, *, is_timed: bool) -> Iterator[_Item]:
    if line.has_word_times:
        _strip_note_signs(line, remarks)
        yield _Item(line)
        return
    text = line.text
    if not text:
        yield _Item(line)
        return
    bare = text.strip("*_# ")
    if whole := _read_whole_mark(bare):
        whole.mark = text
        yield whole
        return
    items: list[_Item] = []
    text = _strip_lead(text, bare, items)
    yield from items
    text, count, mark = _strip_inline(text, remarks)
    if not text.strip():
        return
    words = [DraftWord(word) for word in split_words(text)]
    if count > 1:
        remarks.repeated.append(mark)
        copies = [[DraftWord(word.text) for word in words] for _ in range(count)]
        if is_timed:
            yield _Item(DraftLine([word for copy in copies for word in copy], line.start, line.end))
            return
        for copy in copies:
            yield _Item(DraftLine(copy))
        return
    yield _Item(DraftLine(words, line.start, line.end))


def _read_whole_mark(text: str) -> _Item | None:
    """Return what a line means that is nothing but a mark; None if it has words."""
    match = _BRACKETS.fullmatch(text.rstrip(":"))
    inner = next((group for group in match.groups() if group is not None), "") if match else text
    is_bracketed = match is not None
    if count := read_count(inner):
        return _Item(block_count=count)
    has_colon = text.endswith(":")
    name = inner.removesuffix(":").strip()
    trailing = re.fullmatch(r"([\[({].*[\])}])\s*[\[({]?\s*([x×]\s?\d+|\d+\s?[x×])\s*[\])}]?", text, re.IGNORECASE)
    if trailing and (whole := _read_whole_mark(trailing[1])) and whole.part:  # "[Chorus] x2"
        return _Item(part=PartName(whole.part.key, read_count(trailing[2]) or 1))
    if part := read_part_name(name, is_bracketed=is_bracketed, has_colon=has_colon):
        return _Item(part=part)
    if not is_bracketed:
        return _Item() if not text.strip(NOTE_SIGNS + "~*-–—_=.· ") else None
    # on pages of lyrics, a line in square brackets is a note; one in round brackets may be sung by a second voice
    return _Item() if text[0] in "[{" or is_noise(inner) else None


def _strip_lead(text: str, bare: str, items: list[_Item]) -> str:
    """Return ``text`` without the name of a part before its words, which is added to ``items``."""
    bracket = re.match(r"\s*([\[{])([^\[\]{}]*)[\]}]\s*:?\s*(?=\S)", text)
    if bracket and (part := read_part_name(bracket[2], is_bracketed=True)):
        items.append(_Item(part=part, mark=bracket[0].strip()))
        return text[bracket.end() :]
    lead = _LEAD.fullmatch(bare)
    if lead and lead[2] and (part := read_part_name(lead[1], is_bracketed=False, has_colon=True)):
        items.append(_Item(part=part, mark=f"{lead[1]}:"))
        return lead[2]
    return text


def _strip_inline(text: str, remarks: Remarks) -> tuple[str, int, str]:
    """Return ``text`` without the marks among its words, how often it is sung, and the mark that says so."""
    count, mark = 1, ""

    def replace(match: re.Match[str]) -> str:
        nonlocal count, mark
        inner = next(group for group in match.groups() if group is not None)
        if (times := read_count(inner)) and not text[match.end() :].strip(" .,;!?"):
            count, mark = times, match[0]
            return " "
        if times or is_noise(inner) or (match[0][0] in "[{" and read_part_name(inner, is_bracketed=True)):
            remarks.left_out.append(match[0])
            return " "
        return match[0]

    text = _BRACKETS.sub(replace, text)
    tail = _TAIL_COUNT.search(text)
    if tail and count == 1 and text[: tail.start()].strip():
        count, mark = read_count(tail[1]) or 1, tail[1]
        text = text[: tail.start()]
    if mark and count == 1:
        remarks.left_out.append(mark)
    if any(c in NOTE_SIGNS for c in text):
        remarks.left_out += dict.fromkeys(c for c in text if c in NOTE_SIGNS)
        text = re.sub(f"[{NOTE_SIGNS}]", " ", text)
    return text, count, mark


def _strip_note_signs(line: DraftLine, remarks: Remarks) -> None:
    for word in line.words:
        if any(c in NOTE_SIGNS for c in word.text):
            remarks.left_out += dict.fromkeys(c for c in word.text if c in NOTE_SIGNS)
            word.text = re.sub(f"[{NOTE_SIGNS}]", "", word.text)
    line.words = [word for word in line.words if word.text]


class _Arrangement:
    """Lines in the order in which they are sung, with parts filled and repeated."""

    def __init__(self, remarks: Remarks) -> None:
        self.lines: list[DraftLine] = []
        self._chars = 0
        self._remarks = remarks
        self._parts: dict[str, list[DraftLine]] = {}
        self._part = _Item()
        self._part_lines: list[DraftLine] = []
        self._block: list[DraftLine] = []
        """The lines of the part since the last blank line."""

    def add_line(self, line: DraftLine, *, after_blank: bool) -> None:
        if after_blank:
            self._block = []
        self._part_lines.append(line)
        self._block.append(line)
        self._append([line])

    def begin_part(self, item: _Item, part: PartName, *, is_empty: bool) -> None:
        self.end_part()
        self._part = item
        known = self._parts.get(part.key) or self._parts.get(re.sub(r"^(?:final|last) ", "", part.key))
        if known and is_empty:
            self._part_lines = _copy_lines(known)
            self._append(self._part_lines)
            self._block = list(self._part_lines)
            self._remarks.filled.append(item.mark)
        else:
            self._remarks.left_out.append(item.mark)

    def end_part(self) -> None:
        part = self._part.part
        if part is not None and self._part_lines:
            self._parts.setdefault(part.key, list(self._part_lines))
            if part.count > 1:
                self._remarks.repeated.append(self._part.mark)
            for _ in range(part.count - 1):
                self._append(_copy_lines(self._part_lines))
        self._part_lines, self._block = [], []

    def repeat_block(self, item: _Item) -> None:
        is_repeated = bool(self._block) and item.block_count > 1
        (self._remarks.repeated if is_repeated else self._remarks.left_out).append(item.mark)
        for _ in range(item.block_count - 1):
            self._append(_copy_lines(self._block))

    def _append(self, lines: Sequence[DraftLine]) -> None:
        self.lines += lines
        self._chars += sum(len(line.text) + 1 for line in lines)
        _check_chars(self._chars)


def _arrange(items: Sequence[_Item], remarks: Remarks) -> list[DraftLine]:
    """Return the lines of ``items`` with parts filled and repeated."""
    arrangement = _Arrangement(remarks)
    was_blank = False
    for n, item in enumerate(items):
        if item.line is not None and not item.line.words:
            was_blank = True
            continue
        if item.line is not None:
            arrangement.add_line(item.line, after_blank=was_blank)
        elif item.part is not None:
            arrangement.begin_part(item, item.part, is_empty=_is_empty_part(items, n))
        elif item.block_count:
            arrangement.repeat_block(item)
        else:
            remarks.left_out.append(item.mark)
        was_blank = False
    arrangement.end_part()
    return arrangement.lines


def check_length(lines: Sequence[DraftLine]) -> None:
    """Raise InvalidRequest if ``lines`` have more words than a song."""
    _check_chars(sum(len(line.text) + 1 for line in lines))


def _check_chars(chars: int) -> None:
    if chars > MAX_SUNG_CHARS:
        raise refuse_lyrics(
            f"has {chars:,} characters of words or more, and a song has at most {MAX_SUNG_CHARS:,};"
            f" send the words of this song alone (a mark such as (x{MAX_REPEATS}) counts its lines that often)"
        )


def _is_empty_part(items: Sequence[_Item], at: int) -> bool:
    """Return True if no words follow the name of a part before the next name or the end."""
    for item in items[at + 1 :]:
        if item.line is not None and item.line.words:
            return False
        if item.part is not None:
            return True
    return True


def _copy_lines(lines: Sequence[DraftLine]) -> list[DraftLine]:
    return [DraftLine([DraftWord(word.text) for word in line.words]) for line in lines]
