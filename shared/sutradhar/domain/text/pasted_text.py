"""Read a narration as people paste it from a chat, a web page, a word processor, a script or a messenger.

All of the user's words are spoken. Stage directions, labels, time stamps and emoji are left out; lists define them, and
a notice quotes every piece, so that no text is lost in silence. Reading the result again changes nothing.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from sutradhar.domain.text import markup, stage_directions
from sutradhar.domain.text.line_breaks import CLOSING_MARKS, SENTENCE_ENDS
from sutradhar.domain.text.phrases import has_phrases
from sutradhar.domain.text.text import REMOVED, make_drawable, split_graphemes
from sutradhar.domain.text.words import find_gap

if TYPE_CHECKING:
    from regex import Match, Pattern

_SPACES = f" \t{REMOVED}"
_ENDS = f"{SENTENCE_ENDS}:：|"
_CLOSING = f"{CLOSING_MARKS}*_"
_MARKS = r",;:.!?।॥…،؛؟۔、。，；：！？"
"""Punctuation that no gap stands before."""
_QUOTES = {'"': '"', "“": "”", "‘": "’", "«": "»", "'": "'", "„": "“", "「": "」", "『": "』", "《": "》", "‹": "›"}
_WRAPPED_FROM, _FULL_FROM, _VERSE_TO = 45, 20, 60
"""Widths in characters. Programs wrap lines at the first width or more, text without spaces at the second; a paragraph
with a line wider than the third is not verse."""
_ROUND = r"\([^()\n]{1,200}\)|（[^（）\n]{1,200}）"
_FULL_SQUARE = r"［[^［］\n]{1,200}］|【[^【】\n]{1,200}】"
_NARRATED = (
    r"(?i)narrat\w*|voice[ -]?over|v\.?o\.?|dialogue|script|spoken.*|audio|narration.*"
    r"|नैरेशन|कथन|वर्णन|वाचन|संवाद|वॉ[इय]स[ -]?ओवर"
)


@dataclass(frozen=True)
class PastedText:
    """``text``: the text to speak; it keeps only line breaks with a meaning, as in a poem or a list.
    ``left_out``: every piece that is not spoken, as the user wrote it, in order."""

    text: str
    left_out: tuple[str, ...] = ()


@dataclass
class _Line:
    text: str
    kind: str = "line"
    after_blank: bool = False
    labelled: bool = False


@dataclass
class _Reading:
    """The state of reading one text."""

    left_out: list[str] = field(default_factory=list)

    def leave_out(self, piece: str) -> str:
        if kept := piece.replace(REMOVED, " ").strip():
            self.left_out.append(" ".join(kept.split()))
        return REMOVED


@cache
def _compile(pattern: str) -> "Pattern[str]":
    import regex  # noqa: PLC0415 - functions that read no text start without it

    return regex.compile(pattern, flags=regex.VERSION1)


@lru_cache(maxsize=512)
def read_narration(text_as_sent: str) -> PastedText:
    """Return the spoken part of a text, empty if it has no letter and no digit, and the pieces that are left out."""
    reading = _Reading()
    text = markup.decode_entities(text_as_sent.replace(REMOVED, ""))
    text = markup.strip_html(text, reading.left_out)
    text = make_drawable(text, reading.leave_out)
    text = markup.strip_footnotes(text, reading.left_out)
    text = markup.strip_links(text, reading.left_out)
    text = _strip_directions(text, reading, square=True)
    lines = _read_lines(text.split("\n"), reading)
    narration = _close_gaps(_join(lines))
    if not any(c.isalnum() for c in narration):
        narration = ""
    return PastedText(narration, tuple(sorted(reading.left_out, key=text_as_sent.find)))


def read_line(text: str) -> str:
    """Return a title or another short text as a browser shows it: on one line, without tags, entities and emphasis."""
    shown = markup.strip_emphasis(markup.strip_html(markup.decode_entities(text), []))
    return " ".join(shown.replace(REMOVED, " ").split())


def quote_pieces(pieces: Iterable[str]) -> str:
    """Return ``pieces`` for a notice: each in quotes, a long one shortened to its beginning and its end."""
    return ", ".join(f"“{p if len(p) <= 160 else f'{p[:110]} … {p[-40:]}'}”" for p in pieces)


def _strip_directions(text: str, reading: _Reading, *, square: bool) -> str:
    def replace_direction(match: "Match[str]") -> str:
        before, after = text[: match.start()].rstrip(_SPACES), text[match.end() :].lstrip(_SPACES)
        word_before = before and (unicodedata.category(before[-1])[0] in "LMN" or before[-1] == ",")
        inside = bool(word_before and after and after[0] != "\n")
        is_square = match[0][0] in "[{［【"
        known = stage_directions.is_direction(match[0][1:-1], square=is_square, inside_sentence=inside)
        return reading.leave_out(match[0]) if known else match[0]

    brackets = rf"\[[^\[\]]{{1,500}}\]|\{{[^{{}}\n]{{1,200}}\}}|{_FULL_SQUARE}" if square else _ROUND
    return _compile(brackets).sub(replace_direction, text)


def _read_lines(raw: Sequence[str], reading: _Reading) -> list[_Line]:
    bare = [markup.strip_emphasis(markup.split_line_prefix(line.strip(_SPACES))[0]).strip(_SPACES) for line in raw]
    in_script = stage_directions.is_script(bare)
    stamped = sum(stage_directions.is_stamp(line) for line in bare) > 1
    labels = any(stage_directions.match_speaker_label(line) for line in bare)
    lines_read: list[_Line] = []
    blank = labelled = False
    for i, line in enumerate(_read_tables(raw, reading)):
        outer = line.removesuffix("\\").strip(_SPACES)
        if not outer:
            blank = blank or REMOVED not in line
            continue
        following = raw[i + 1].strip() if i + 1 < len(raw) else ""
        if markup.is_fence(outer) or markup.is_rule(outer):
            continue
        if stage_directions.is_subtitle_times(outer) or outer == "WEBVTT":
            reading.leave_out(outer)
            continue
        if outer.isdecimal() and stage_directions.is_subtitle_times(following):
            reading.leave_out(outer)
            continue
        read = _read_line(outer, reading, in_script=in_script, stamped=stamped, labels=labels)
        labelled = labelled or read.labelled  # a label may stand on a line of its own
        if read.text.strip(_SPACES):
            read.after_blank, read.labelled = blank, labelled
            blank = labelled = False
            lines_read.append(read)
    _unquote(lines_read)
    return lines_read


def _read_line(line: str, reading: _Reading, *, in_script: bool, stamped: bool, labels: bool) -> _Line:
    line, kind = markup.split_line_prefix(line)
    bold = markup.is_bold(line)
    whole = _compile(r"([*_]{1,3})(?!\s)([^*_]+)\1").fullmatch(line)
    if whole and stage_directions.is_direction(whole[2], square=True):
        return _Line(reading.leave_out(line))
    if chat := stage_directions.match_chat_prefix(line):
        reading.leave_out(chat[0])
        line = line[chat.end() :]
    line = markup.strip_emphasis(line)
    labelled = False
    for _ in range(6):  # "(0:00-0:05) (softly) Narrator (V.O.): (pause) ..."
        line = line.lstrip(_SPACES)
        heading = kind == "heading" or bold
        if (heading and stage_directions.is_structural_heading(line)) or stage_directions.is_cue_line(
            line, in_script=in_script
        ):
            return _Line(reading.leave_out(line))
        lead = stage_directions.match_stamp(line, many=stamped) or stage_directions.match_speaker_label(line)
        labelled = labelled or (lead is not None and not stage_directions.is_stamp(line))
        if lead is None and (lead := stage_directions.match_scene_prefix(line)) and labels:
            return _Line(reading.leave_out(line))
        if lead is None and in_script:
            lead = stage_directions.match_part_label(line)
        if lead is None and (bracket := _compile(_ROUND).match(line)):
            lead = bracket if stage_directions.is_direction(bracket[0][1:-1], square=False) else None
        if lead is None:
            break
        reading.leave_out(lead[0])
        line = line[lead.end() :]
    if stage_directions.is_chord_line(line):
        return _Line(reading.leave_out(line))
    if _compile(r"(?:\#[\p{L}\p{N}\p{M}_]+\s*){2,}").fullmatch(line) or line.casefold().strip("<>‎") in _FORWARDED:
        return _Line(reading.leave_out(line))
    return _Line(_strip_directions(line, reading, square=False), kind, labelled=labelled)


_FORWARDED = ("forwarded", "forwarded many times", "media omitted", "this message was deleted", "image omitted")


def _read_tables(raw: Sequence[str], reading: _Reading) -> list[str]:
    """Return ``raw`` with the rows of tables as lines. If a table has a column for the narration, only that is read."""
    lines = list(raw)
    for i in range(1, len(lines)):
        if (
            not _compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*").fullmatch(lines[i])
            or "|" not in lines[i]
        ):
            continue
        if "|" not in lines[i - 1]:
            continue
        last = next((n for n in range(i + 1, len(lines)) if "|" not in lines[n]), len(lines))
        header = [markup.strip_emphasis(cell) for cell in _split_cells(lines[i - 1])]
        column = next((n for n, cell in enumerate(header) if _compile(_NARRATED).fullmatch(cell)), None)
        lines[i] = REMOVED
        for n in (i - 1, *range(i + 1, last)):
            cells = _split_cells(lines[n])
            if column is None:
                lines[n] = ", ".join(cell for cell in cells if any(c.isalnum() for c in cell))
                continue
            for k, cell in enumerate(cells):
                if k != column or n == i - 1:
                    reading.leave_out(cell)
            lines[n] = cells[column] if n != i - 1 and column < len(cells) else REMOVED
    return lines


def _split_cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().removeprefix("|").removesuffix("|").split("|")]


def _unquote(lines: Sequence[_Line]) -> None:
    """Remove quotes that enclose all of the text after a label; quotes inside the text stay in pairs."""
    for i, line in enumerate(lines):
        if not line.labelled:
            continue
        last = i
        while last + 1 < len(lines) and not lines[last + 1].labelled and not lines[last + 1].after_blank:
            last += 1
        for end in {i, last}:
            whole = "\n".join(one.text.strip(_SPACES) for one in lines[i : end + 1])
            closing = _QUOTES.get(whole[:1])
            if closing and len(whole) > 2 and whole[-1] == closing and not {whole[0], closing} & set(whole[1:-1]):
                lines[i].text = line.text.strip(_SPACES)[1:]
                lines[end].text = lines[end].text.strip(_SPACES)[:-1]
                break


def _join(lines: Sequence[_Line]) -> str:
    """Return ``lines`` as one text that keeps only the line breaks at which a reader would pause."""
    paragraphs: list[list[_Line]] = []
    for line in lines:
        if line.after_blank or not paragraphs:
            paragraphs.append([])
        paragraphs[-1].append(line)
    narration, after_verse = "", False
    for paragraph in paragraphs:
        texts = [line.text.strip(" \t") for line in paragraph]
        plain = all(line.kind == "line" for line in paragraph)
        verse = plain and _is_verse(texts)
        wrapped = plain and not verse and _is_wrapped(texts)
        for n, text in enumerate(texts):
            ended = narration.rstrip(_SPACES + _CLOSING)[-1:] in _ENDS
            if n and (verse or wrapped):
                narration += f"\n{text}" if verse else f"{find_gap(narration, text)}{text}"
            elif narration:
                flows = ended and not verse and not after_verse
                narration += f"{find_gap(narration, text)}{text}" if flows else f"\n\n{text}"
            else:
                narration = text
            after_verse = verse
    return narration


def _is_verse(texts: Sequence[str]) -> bool:
    """Return whether ``texts``, the lines of one paragraph, are verse: short, and broken inside sentences."""
    if len(texts) < 2 or max(len(split_graphemes(text)) for text in texts) > _VERSE_TO or _is_wrapped(texts):
        return False
    ends = [text.rstrip(_SPACES + _CLOSING)[-1:] for text in texts]
    return any(end == "॥" for end in ends) or any(end not in _ENDS for end in ends)


def _is_wrapped(texts: Sequence[str]) -> bool:
    """Return whether a program broke ``texts`` at a width: the next word would not fit, or begins in lower case."""
    widths = [len(text) for text in texts]
    if len(texts) < 2 or max(widths) < (_FULL_FROM if has_phrases("".join(texts)) else _WRAPPED_FROM):
        return False
    limit = max(widths)
    pairs = list(pairwise(texts))
    if has_phrases("".join(texts)):  # a line without spaces is full to the last character or two
        return min(widths[:-1]) >= limit - 2
    full = all(len(text) + 1 + len(following.split()[0]) > limit for text, following in pairs)
    return full or all(len(text) > 0.6 * limit and following[0].islower() for text, following in pairs)


def _close_gaps(narration: str) -> str:
    """Return ``narration`` with single spaces, and without a gap before punctuation where a piece was removed."""
    narration = _compile(rf"[ \t]*{REMOVED}[ \t{REMOVED}]*").sub(REMOVED, narration)
    narration = _compile(rf"(?<=([{_MARKS}]))(?:{REMOVED})\1(?!\1)").sub("", narration)
    narration = _compile(rf"{REMOVED}(?=[{_MARKS})\]”’」』）])|(?<=[(\[“‘「『（]){REMOVED}|^{REMOVED}|{REMOVED}$").sub(
        "", narration
    )
    narration = _compile(rf"(.){REMOVED}(?=(.))").sub(lambda gap: gap[1] + find_gap(gap[1], gap[2]), narration)
    lines = (" ".join(line.split()) for line in narration.replace(REMOVED, " ").split("\n"))
    return _compile(r"\n{3,}").sub("\n\n", "\n".join(lines)).strip()
