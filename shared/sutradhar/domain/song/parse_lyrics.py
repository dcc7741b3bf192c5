"""Read lyrics as people paste them: plain text, LRC (also with a time for each word), SRT or WebVTT."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from sutradhar.domain.song.lyric_draft import DraftLine, DraftWord, Remarks, refuse_lyrics
from sutradhar.domain.song.lyric_stamps import is_lrc, is_subtitle_file, read_lrc, read_subtitles, sort_lines
from sutradhar.domain.song.lyrics import MAX_LYRICS_CHARS, LyricLine, Lyrics, LyricWord
from sutradhar.domain.song.stage_lines import check_length, strip_marks
from sutradhar.domain.text.markup import decode_entities
from sutradhar.domain.text.pasted_text import quote_pieces
from sutradhar.domain.text.text import (
    describe_character,
    explain_undrawable,
    find_undrawable_character,
    make_drawable,
    plain_characters,
)

_BLOCK_TAG = re.compile(
    r"</?(?:br|p|div|li|ul|ol|h[1-6]|tr|table|body|html|pre|blockquote)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_INLINE_TAG = re.compile(
    r"</?(?:a|b|i|u|s|em|strong|font|span|small|big|sub|sup|strike|q|mark|center|ruby|rt|lang|c|v)(?:[\s.][^<>\n]*)?/?>",
    re.IGNORECASE,
)
_VOICE = re.compile(r"<v(?:\.[\w.]+)?\s+([^<>\n]+)>", re.IGNORECASE)
_PLACEMENT = re.compile(r"\{\\[^{}\n]*\}")
"""The place of a subtitle on the screen, such as ``{\\an8}``."""
_MAX_QUOTED = 12


def parse_lyrics(text: str) -> Lyrics:
    """Return the words of ``text`` in lines, with the times that it has; what is left out is in the notices.

    Lines with times are in the order of time, and times inside a line rise. No line is empty; there are no lines if
    ``text`` has no words.

    Raises:
        InvalidRequest: the text is too long, or has letters that the caption fonts cannot draw. The message continues
            the name of the field.
    """
    if len(text) > MAX_LYRICS_CHARS:
        raise refuse_lyrics(
            f"has {len(text):,} characters, and lyrics have at most {MAX_LYRICS_CHARS:,};"
            " send the words of this song alone"
        )
    remarks = Remarks()
    plain = _BLOCK_TAG.sub("\n", plain_characters(text))
    remarks.left_out += [match[0] for match in _VOICE.finditer(plain)]
    plain = _PLACEMENT.sub("", _INLINE_TAG.sub("", plain))
    if is_subtitle_file(plain):
        drafts, is_timed = read_subtitles(plain, remarks), True
    elif is_lrc(plain):
        drafts, is_timed = read_lrc(plain, remarks), True
    else:
        drafts, is_timed = [DraftLine.read_text(row) for row in plain.split("\n")], False
    for draft in drafts:
        _decode_words(draft)
    drafts = strip_marks(drafts, remarks, is_timed=is_timed)
    for draft in drafts:
        _draw_words(draft, remarks)
        _drop_falling_times(draft, remarks)
    drafts = sort_lines([draft for draft in drafts if draft.words])
    check_length(drafts)
    if undrawable := find_undrawable_character(" ".join(draft.text for draft in drafts)):
        raise refuse_lyrics(f"has the character {describe_character(undrawable)}, {explain_undrawable(undrawable)}")
    remarks.left_out = sorted(dict.fromkeys(remarks.left_out), key=text.find)
    return Lyrics(lines=tuple(_finish_line(draft) for draft in drafts), notices=tuple(_list_notices(remarks)))


def _decode_words(draft: DraftLine) -> None:
    """Replace HTML entities by their characters."""
    if not any("&" in word.text for word in draft.words):
        return
    words: list[DraftWord] = []
    for word in draft.words:
        words += _split_word(word, decode_entities(word.text))
    draft.words = words


def _draw_words(draft: DraftLine, remarks: Remarks) -> None:
    """Write each word in characters that the fonts have, and take out emoji."""

    def leave_out(run: str) -> str:
        remarks.undrawn.append(run)
        return " "

    words: list[DraftWord] = []
    for word in draft.words:
        words += _split_word(word, make_drawable(word.text, leave_out))
    draft.words = words


def _split_word(word: DraftWord, text: str) -> list[DraftWord]:
    """Return the parts of ``word``, which is spelled ``text``: the first has its start and the last its end, and the
    space after it if it has one."""
    parts = [DraftWord(part) for part in text.split()]
    if parts:
        parts[-1].text += word.text[len(word.text.rstrip()) :]
        parts[0].start, parts[-1].end = word.start, word.end
    return parts


def _drop_falling_times(draft: DraftLine, remarks: Remarks) -> None:
    """Keep the longest rising series of the words' starts, and each end that lies between its start and the next."""
    timed = [word for word in draft.words if word.start is not None]
    kept = _find_rising([word.start for word in timed if word.start is not None])
    for n, word in enumerate(timed):
        if n not in kept:
            word.start = word.end = None
            remarks.dropped_times += 1
    floor, ceiling = -1.0, float("inf")
    for word in draft.words:
        floor = word.start if word.start is not None else floor
        if word.end is not None and word.end <= floor:
            word.end = None
        elif word.end is not None:
            floor = word.end if word.start is None else floor
    for word in reversed(draft.words):
        if word.end is not None and word.end > ceiling:
            word.end = ceiling if word.start is not None else None
        ceiling = word.start if word.start is not None else ceiling
    first = next((word.start for word in draft.words if word.start is not None), None)
    if first is not None and (draft.start is None or first < draft.start):
        draft.start = first
    last = max((word.end or word.start or 0.0 for word in draft.words), default=0.0)
    if draft.end is not None:
        draft.end = max(draft.end, last)
    if draft.start is not None and draft.end is not None and draft.end <= draft.start:
        draft.end = None


def _find_rising(times: Sequence[float]) -> set[int]:
    """Return the places of the longest series in ``times`` that rises strictly."""
    tails: list[float] = []
    tail_places: list[int] = []
    previous: list[int] = []
    for place, time in enumerate(times):
        at = bisect_left(tails, time)
        previous.append(tail_places[at - 1] if at else -1)
        tails[at : at + 1] = [time]
        tail_places[at : at + 1] = [place]
    kept: set[int] = set()
    place = tail_places[-1] if tail_places else -1
    while place >= 0:
        kept.add(place)
        place = previous[place]
    return kept


def _finish_line(draft: DraftLine) -> LyricLine:
    words = tuple(LyricWord(text=word.text, start_sec=word.start, end_sec=word.end) for word in draft.words)
    return LyricLine(words=words, start_sec=draft.start, end_sec=draft.end)


def _list_notices(remarks: Remarks) -> Iterator[str]:
    if remarks.left_out:
        yield f"Left out of the lyrics, as marks that are not sung: {_quote(remarks.left_out)}"
    if remarks.tags:
        yield f"Left out of the lyrics, as tags of the file: {_quote(remarks.tags)}"
    if remarks.undrawn:
        yield f"Left out of the lyrics, as the fonts cannot draw it: {_quote(remarks.undrawn)}"
    if remarks.repeated:
        yield f"Lines of the lyrics are repeated, as these marks say: {_quote(remarks.repeated)}"
    if remarks.filled:
        yield f"Parts of the lyrics with only a name got the words that they have further up: {_quote(remarks.filled)}"
    if remarks.sorted_lines:
        yield "The times of the lyrics were out of order; the lines are shown in the order of their times"
    if remarks.dropped_times:
        count = remarks.dropped_times
        yield (
            f"{count} of the times of the lyrics cannot be right and {'are' if count > 1 else 'is'} left out;"
            " the words are found in the song instead"
        )


def _quote(pieces: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(pieces))
    more = len(distinct) - _MAX_QUOTED
    return quote_pieces(distinct[:_MAX_QUOTED]) + (f" and {more} more" if more > 0 else "")
