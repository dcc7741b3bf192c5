"""Find the English words of lyrics in a song by pocketsphinx.

First, each stretch of some ten seconds is recognised with a language model of the lyrics, and the recognised words are
matched with the lyrics in order. Then what lies between the matches is recognised with a model of the missing lines
alone. In the end each line is aligned word by word in the window that its known words leave. Memory does not grow with
the song, but for its samples.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sutradhar.providers.alignment.readings import list_readings
from sutradhar.providers.alignment.small_decoder import RecognisedWord
from sutradhar.providers.listening.lyric_decoders import LineAligner, TextRecogniser
from sutradhar.providers.listening.lyric_matching import match_words
from sutradhar.providers.listening.lyric_voice import SongVoice
from sutradhar.providers.listening.lyric_words import LyricTarget, LyricTargets

_STRETCH_SEC, _SHORTEST_STRETCH_SEC = 14.0, 7.0
_SEARCHES = 3
"""The most searches for missing lines, each with a model of fewer of them."""
MIN_FIT = 0.14
"""With a smaller fit the song says something else: the right lyrics have 0.37 and more, those that are written twice
0.13 to 0.16, and those of another song up to 0.13 (measured with one voice and music 0, 6 and 12 dB below)."""
_MIN_GAP_SEC = 0.6
_EDGE_SEC = 0.35
"""A line's window begins this long before its first word, if that was recognised."""
_LETTER_SEC = 0.085
_MIN_AGREED = 0.5
"""A line is looked for again if recogniser and aligner agree on a smaller share of its words."""
_LONGEST_LOOK_SEC = 40.0
_SHORT_LETTERS, _EDGE_GAP_SEC, _PULLED_CONFIDENCE = 4, 0.5, 0.7
_AGREE_SEC = 0.12
BOTH_CONFIDENCE, ONE_CONFIDENCE = 0.97, 0.75
"""The probability that a start is within 0.1 s of the true one, if recogniser and aligner agree, and if only one
of them has the word. Measured in the part ``voice`` of tests/bench."""


@dataclass
class _Anchor:
    start: float
    end: float
    confidence: float


def search_words(targets: LyricTargets, voice: SongVoice) -> bool:
    """Give a start to each word of ``targets`` that has none and that is found in the song.

    Return False, and change nothing, if the song does not seem to say these words.
    """
    search = _Search(targets, voice)
    if search.recognise_song() < MIN_FIT:
        return False
    search.find_missing_lines()
    search.align_lines()
    return True


class _Search:
    def __init__(self, targets: LyricTargets, voice: SongVoice) -> None:
        self._targets, self._voice = targets, voice
        self._readings = list_readings([word.text for word in targets.words])
        self._anchors: list[_Anchor | None] = [
            _Anchor(word.start, word.end or word.start + 0.1, 1.0) if word.start is not None else None
            for word in targets.words
        ]

    def recognise_song(self) -> float:
        """Recognise the whole song, and return how well it fits the words without a time: the share of their letters
        that were recognised, times the share of the recognised words that are theirs."""
        recognised = self._recognise(range(len(self._readings)), 0.0, self._voice.seconds)
        before = {at for at, anchor in enumerate(self._anchors) if anchor}
        for run, start, end in list(self._list_gaps(whole_lines=False)):
            self._match(run, [one for one in recognised if start <= one.start < end], start)
        letters = [len(word.text) * (at not in before) for at, word in enumerate(self._targets.words)]
        hits = sum(count for count, anchor in zip(letters, self._anchors, strict=True) if anchor)
        matched = sum(1 for at, anchor in enumerate(self._anchors) if anchor and at not in before)
        return hits / max(sum(letters), 1) * matched / max(len(recognised), 1)

    def find_missing_lines(self) -> None:
        """Recognise the parts in which whole lines are missing again, with a model of these lines alone."""
        for number in range(1, _SEARCHES):
            grown = False
            for run, start, end in list(self._list_gaps(whole_lines=True)):
                recognised = self._recognise(run, start, end, offset=number * _STRETCH_SEC / 3)
                grown = self._match(run, recognised, start) or grown
            if not grown:
                return

    def _list_gaps(self, *, whole_lines: bool) -> Iterator[tuple[range, float, float]]:
        """Yield the runs of words without an anchor that are worth a search, with the time that is left for each."""
        words = self._targets.words
        first: int | None = None
        for at in range(len(words) + 1):
            is_known = at == len(words) or self._anchors[at] is not None
            if not is_known and first is None:
                first = at
            elif is_known and first is not None:
                run = range(first, at)
                first = None
                start, end = self._get_limits(run)
                lines = {words[n].line for n in run}
                has_line = any(all(n in run for n in self._targets.lines[line]) for line in lines)
                if end - start >= _MIN_GAP_SEC and (has_line or not whole_lines):
                    yield run, start, end

    def _get_limits(self, run: range) -> tuple[float, float]:
        before = next((a for a in reversed(self._anchors[: run.start]) if a), None)
        after = next((a for a in self._anchors[run.stop :] if a), None)
        return before.end if before else 0.0, after.start if after else self._voice.seconds

    def _recognise(self, run: range, start: float, end: float, offset: float = 0.0) -> list[RecognisedWord]:
        """Return what is recognised between two times with a model of the words of ``run``."""
        readings = [self._readings[at] for at in run]
        if not any(readings):
            return []
        recogniser = TextRecogniser(readings)
        recognised: list[RecognisedWord] = []
        for first, last in self._cut_stretches(start, end, offset):
            if self._voice.measure_activity(first, last) > 0.1:
                recognised += recogniser.recognise(self._voice.cut(first, last), first)
        return recognised

    def _match(self, run: range, recognised: Sequence[RecognisedWord], start: float) -> bool:
        """Set the anchors of the words of ``run`` that are among ``recognised``, all after the time ``start``; return
        whether there are any."""
        sequence = [(at, word) for at in run if self._readings[at] for word in self._readings[at][0]]
        grown = False
        for place, number in match_words([word for _, word in sequence], recognised, start):
            at = sequence[place][0]
            is_first = place == 0 or sequence[place - 1][0] != at
            if is_first and self._anchors[at] is None:
                one = recognised[number]
                self._anchors[at] = _Anchor(one.start, one.end, one.confidence)
                grown = True
        return grown

    def _cut_stretches(self, start: float, end: float, offset: float) -> Iterator[tuple[float, float]]:
        at = start
        longest = _STRETCH_SEC - offset / 2
        while end - at > longest:
            cut = self._voice.find_quietest(at + _SHORTEST_STRETCH_SEC, at + longest)
            yield at, cut
            at = cut
        yield at, end

    def align_lines(self) -> None:
        """Align each line that has an anchor in its window, and place its words.

        Where the aligner contradicts the recogniser, the line is looked for once more between its neighbours.
        """
        aligner = LineAligner(self._readings)
        for line in self._targets.lines:
            if all(self._targets.words[at].start is not None for at in line):
                continue
            places, agreed = self._align(aligner, line)
            audible = sum(1 for at in line if self._readings[at])
            if agreed < _MIN_AGREED * audible:
                before = self._anchors[line.start : line.stop]
                self._look_again(line)
                new_places, new_agreed = self._align(aligner, line)
                if new_agreed > agreed:
                    places = new_places
                else:
                    self._anchors[line.start : line.stop] = before
            self._place(line, places)

    def _look_again(self, line: range) -> None:
        """Replace the anchors of ``line`` by what a model of this line alone recognises between its neighbours."""
        for at in line:
            if self._targets.words[at].start is None:
                self._anchors[at] = None
        start, end = self._get_limits(line)
        if _MIN_GAP_SEC < end - start < _LONGEST_LOOK_SEC:
            self._match(line, self._recognise(line, start, end), start)

    def _align(self, aligner: LineAligner, line: range) -> tuple[Sequence[RecognisedWord | None], int]:
        """Return the place of each word of ``line``, and of how many words the recogniser says the same."""
        audible = [at for at in line if self._readings[at]]
        anchored = [at for at in audible if self._anchors[at] is not None]
        if not anchored:
            return [None] * len(line), 0
        start, end = self._find_window(line, audible, anchored)
        readings = [self._readings[at] for at in line]
        places = aligner.align(self._voice.cut(start, end), readings, start) or [None] * len(line)
        places = _pull_edges(places)
        agreed = sum(_agree(self._anchors[at], place) for at, place in zip(line, places, strict=True))
        return places, agreed

    def _find_window(self, line: range, audible: Sequence[int], anchored: Sequence[int]) -> tuple[float, float]:
        """Return the part of the song in which a line is sung."""
        first, last = self._anchors[anchored[0]], self._anchors[anchored[-1]]
        assert first is not None
        assert last is not None
        floor, _ = self._get_limits(range(line.start, line.start))
        _, ceiling = self._get_limits(range(line.stop, line.stop))
        leading = self._estimate(at for at in audible if at < anchored[0])
        trailing = self._estimate(at for at in audible if at > anchored[-1])
        start = first.start - (leading * 1.7 + 0.6 if leading else _EDGE_SEC)
        end = last.end + (trailing * 1.7 + 0.6 if trailing else _EDGE_SEC)
        return max(start, min(floor, first.start - 0.05), 0.0), min(end, max(ceiling, last.end + 0.05))

    def _estimate(self, places: Iterator[int]) -> float:
        return sum(0.1 + _LETTER_SEC * len(self._targets.words[at].text) for at in places)

    def _place(self, line: range, places: Sequence[RecognisedWord | None]) -> None:
        for at, place in zip(line, places, strict=True):
            word, anchor = self._targets.words[at], self._anchors[at]
            if word.start is not None:
                continue
            if place is not None:
                confidence = BOTH_CONFIDENCE if _agree(anchor, place) else ONE_CONFIDENCE * place.confidence
                word.place(place.start, "speech", confidence, place.end)
                self._anchors[at] = _Anchor(place.start, place.end, confidence)
            elif anchor is not None:
                word.place(anchor.start, "speech", ONE_CONFIDENCE * anchor.confidence, anchor.end)
        _inherit_silent(self._targets.list_line(self._targets.words[line.start].line))


def _agree(anchor: _Anchor | None, place: RecognisedWord | None) -> bool:
    return anchor is not None and place is not None and abs(anchor.start - place.start) <= _AGREE_SEC


def _pull_edges(places: Sequence[RecognisedWord | None]) -> list[RecognisedWord | None]:
    """Return ``places`` with a short word at the start of a line near the next word: music before the voice can sound
    like a short word."""
    pulled = list(places)
    audible = [n for n, place in enumerate(places) if place is not None]
    if len(audible) < 3:
        return pulled
    first, second = (places[n] for n in audible[:2])
    assert first is not None
    assert second is not None
    usual = 0.06 + 0.05 * len(first.word)
    if len(first.word) <= _SHORT_LETTERS and second.start - first.start > usual + _EDGE_GAP_SEC:
        start = second.start - usual
        pulled[audible[0]] = RecognisedWord(first.word, start, second.start, _PULLED_CONFIDENCE)
    return pulled


def _inherit_silent(words: Sequence[LyricTarget]) -> None:
    """Let a sign without a sound, such as a dash, begin where the word before it ends."""
    for before, word in pairwise(words):
        if word.start is None and before.start is not None and not any(c.isalnum() for c in word.text):
            word.place(before.end or before.start + 0.05, before.source, before.confidence)
