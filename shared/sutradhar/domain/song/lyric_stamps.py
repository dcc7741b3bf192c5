"""Read the times in lyrics: LRC with a time for each line or each word, SRT and WebVTT."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sutradhar.domain.song.lyric_draft import DraftLine, DraftWord, Remarks
from sutradhar.domain.text.phrases import touches_phrase
from sutradhar.domain.text.words import split_words

MAX_TIME_SEC = 86_400.0
_TIME = r"-?(?:\d{1,4}:)?\d{1,4}:\d{1,2}(?:[.,]\d{0,6})?"
_LEAD = re.compile(rf"\s*\[({_TIME})\]")
_INLINE = re.compile(rf"[<\[]({_TIME})[>\]]")
_LRC_LINE = re.compile(rf"^[ \t]*[<\[]{_TIME}[>\]]", re.MULTILINE)
_CUE_TIMES = re.compile(rf"\s*({_TIME})\s*-->\s*({_TIME})(?:\s.*)?")
_CUE_LINE = re.compile(rf"^[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}", re.MULTILINE)
_TAG = re.compile(
    r"\s*\[(ti|ar|al|au|lr|by|re|ve|la|id|tool|length|offset|#|encoding|language)\s*:([^\]]*)\]\s*", re.IGNORECASE
)
_MIN_LINE_SEC = 0.5
"""Lines of a song are further apart than this on average: tells ``mm:ss:xx`` from ``h:mm:ss``."""


def is_lrc(text: str) -> bool:
    return _LRC_LINE.search(text) is not None


def is_subtitle_file(text: str) -> bool:
    return _CUE_LINE.search(text) is not None


def read_lrc(text: str, remarks: Remarks) -> list[DraftLine]:
    """Return the lines of an LRC file. A line with several times stands at each of them; one without a time follows the
    line before it, and a time without words is the end of that line."""
    has_hours = _reads_hours(_INLINE.findall(text))
    offset = 0.0
    rows: list[tuple[list[float], str]] = []
    for row in text.split("\n"):
        if tag := _TAG.fullmatch(row):
            remarks.tags.append(row.strip())
            if tag[1].lower() == "offset" and re.fullmatch(r"\s*[+-]?\d{1,9}\s*", tag[2]):
                offset = int(tag[2]) / 1000
            continue
        starts, rest = _split_lead(row, has_hours=has_hours)
        if starts or rest.strip():
            rows.append((starts, rest))
    blocks = list(_group_rows(rows, offset, remarks, has_hours=has_hours))
    ordered = sorted(blocks, key=lambda block: block[0])
    in_file = [block[0] for block in blocks if not block[1]]
    remarks.sorted_lines = any(a > b for a, b in pairwise(in_file))
    lines: list[DraftLine] = []
    for _, _, block in ordered:
        for line in block:
            if line.words:
                lines.append(line)
            elif lines and lines[-1].end is None and line.start is not None:
                lines[-1].end = line.start
    return lines


def _group_rows(
    rows: Sequence[tuple[list[float], str]], offset: float, remarks: Remarks, *, has_hours: bool
) -> Iterator[tuple[float, bool, list[DraftLine]]]:
    """Yield blocks of a line with a time and those without one behind it: the time, True for the second and further
    times of a line, and the lines."""
    block: list[DraftLine] = []
    at = -1.0
    repeats: list[tuple[float, bool, list[DraftLine]]] = []
    for starts, rest in rows:
        placed = [checked for start in starts if (checked := _check_time(start - offset, remarks)) is not None]
        if placed or starts:
            if block:
                yield at, False, block
            yield from repeats
            block, repeats = [], []
            at = placed[0] if placed else at
        first = placed[0] if placed else None
        block.append(_read_row(rest, first, offset, remarks, has_hours=has_hours))
        for start in placed[1:]:
            copy = _read_row(rest, start, offset - (start - placed[0]), remarks, has_hours=has_hours)
            repeats.append((start, True, [copy]))
    if block:
        yield at, False, block
    yield from repeats


def _split_lead(row: str, *, has_hours: bool) -> tuple[list[float], str]:
    """Return the times at the start of ``row`` and the rest of it."""
    starts: list[float] = []
    end = 0
    while match := _LEAD.match(row, end):
        starts.append(_read_time(match[1], has_hours=has_hours))
        end = match.end()
    return starts, row[end:]


def _read_row(text: str, start: float | None, offset: float, remarks: Remarks, *, has_hours: bool) -> DraftLine:
    """Return a line whose words may have times before them. A time without a word is the end of the word before it."""
    pieces = _INLINE.split(text)
    if len(pieces) == 1:
        return DraftLine.read_text(text, start)
    words = [DraftWord(word) for word in split_words(pieces[0])]
    if words:
        words[0].start = start
    glued = bool(words) and not pieces[0][-1:].isspace()
    for stamp, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        time = _check_time(_read_time(stamp, has_hours=has_hours) - offset, remarks)
        if words and words[-1].end is None:
            words[-1].end = time
        texts = split_words(piece)
        is_syllable = bool(texts and words) and glued and not piece[:1].isspace()
        if is_syllable and not touches_phrase(words[-1].text, texts[0]):
            words[-1].text += texts.pop(0)
            words[-1].end = None
            words += [DraftWord(word) for word in texts]
        elif texts:
            words += [DraftWord(texts[0], time), *(DraftWord(word) for word in texts[1:])]
        glued = bool(words) and bool(piece) and not piece[-1:].isspace()
    if start is None and words:
        start = words[0].start
    return DraftLine(words, start, words[-1].end if words else None, has_word_times=bool(words))


def read_subtitles(text: str, remarks: Remarks) -> list[DraftLine]:
    """Return one line for each cue of an SRT or WebVTT file."""
    rows = text.split("\n")
    is_cue = [_CUE_TIMES.fullmatch(row) for row in rows]
    lines: list[DraftLine] = []
    at, is_skipped = 0, False
    cue: DraftLine | None = None
    while at < len(rows):
        row = rows[at].strip()
        following = at + 1 < len(rows) and is_cue[at + 1] is not None
        after_blank = at == 0 or not rows[at - 1].strip()
        if match := is_cue[at]:
            start, end = (_check_time(_read_time(time, has_hours=True), remarks) for time in match.groups())
            cue = DraftLine([], start, end if start is None or end is None or end > start else None)
            lines.append(cue)
            is_skipped = False
        elif not row:
            is_skipped = False
        elif following and (row.isdecimal() or after_blank):
            if not row.isdecimal():
                remarks.tags.append(row)
        elif is_skipped or (after_blank and re.match(r"(NOTE|STYLE|REGION)\b", row)) or row.startswith("WEBVTT"):
            is_skipped = not row.startswith("WEBVTT")
            remarks.tags.append(row)
        elif cue is None:
            lines.append(DraftLine.read_text(row))
        else:
            part = _read_row(row, cue.start if not cue.words else None, 0.0, remarks, has_hours=True)
            cue.words += part.words
            cue.has_word_times = cue.has_word_times or part.has_word_times
        at += 1
    lines = [line for line in lines if line.words]
    starts = [line.start for line in lines if line.start is not None]
    remarks.sorted_lines = any(a > b for a, b in pairwise(starts))
    return sort_lines(lines)


def sort_lines(lines: Sequence[DraftLine]) -> list[DraftLine]:
    """Return ``lines`` by their start; one without a start stays behind the line before it."""
    keys: list[float] = []
    for line in lines:
        keys.append(line.start if line.start is not None else keys[-1] if keys else -1.0)
    return [line for _, line in sorted(zip(keys, lines, strict=True), key=lambda pair: pair[0])]


def _check_time(seconds: float, remarks: Remarks) -> float | None:
    """Return ``seconds``, not below 0; None, with a remark, for a time that no song reaches."""
    if seconds > MAX_TIME_SEC:
        remarks.dropped_times += 1
        return None
    return max(seconds, 0.0)


def _read_time(stamp: str, *, has_hours: bool) -> float:
    """Return the seconds of ``mm:ss.xx``, ``mm:ss:xx`` or, with ``has_hours``, ``h:mm:ss``."""
    sign = -1.0 if stamp.startswith("-") else 1.0
    whole, _, fraction = stamp.lstrip("-").replace(",", ".").partition(".")
    parts = [int(part) for part in whole.split(":")]
    if len(parts) == 3 and not has_hours and "." not in stamp:
        *parts, _ = parts
        fraction = whole.rsplit(":", 1)[1]
    seconds = 0.0
    for part in parts:
        seconds = seconds * 60 + part
    return sign * (seconds + (float(f"0.{fraction}") if fraction else 0.0))


def _reads_hours(stamps: Sequence[str]) -> bool:
    """Return True if the times of three parts have hours, by the distance between them and by their last parts."""
    times = [stamp for stamp in stamps if stamp.count(":") == 2]
    if not times or any("." in time or "," in time for time in times):
        return True
    if any(int(time.rsplit(":", 1)[1]) >= 60 for time in times):
        return False
    seconds = sorted({_read_time(time, has_hours=False) for time in times})
    return len(seconds) > 1 and (seconds[-1] - seconds[0]) / (len(seconds) - 1) < _MIN_LINE_SEC
