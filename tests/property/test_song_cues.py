"""Words of a song with any times, in any order, give lines that can be shown."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sutradhar.domain.assets.asset import Word
from sutradhar.domain.text.text import split_graphemes
from sutradhar.domain.video.song_cues import (
    MAX_SCREEN,
    build_caption_cues,
    build_lyric_cues,
    find_lyric_problem,
    is_heard,
)

_TEXTS = st.one_of(
    st.sampled_from(["love", "क्ष्मा", "ज्ञान,", "night.", "👩‍👩‍👧", "é", "a" * 100, "की" * 60, "—"]),
    st.text(min_size=1, max_size=12).filter(lambda text: bool(text.split())),
)
_TIMES = st.floats(-5, 40, allow_nan=False)
_WORDS = st.lists(st.builds(Word, text=_TEXTS, start=_TIMES, end=_TIMES), max_size=60)


@settings(max_examples=120)
@given(
    _WORDS,
    st.lists(st.integers(0, 60), max_size=12),
    st.sampled_from([24, 25, 30, 60]),
    st.integers(1, 900),
)
def test_lines_never_overlap_and_lie_inside_the_song(words: list[Word], ends: list[int], fps: int, frames: int) -> None:
    cues = build_lyric_cues(words, ends, fps, frames)
    for cue in cues:
        assert 0 <= cue.start < cue.end <= frames
        assert all(cue.start <= word.start < word.end <= cue.end for word in cue.words)
        assert all(a.start <= b.start for a, b in pairwise(cue.words))
    for before, after in pairwise(cues):
        assert before.end <= after.start
    assert find_lyric_problem(cues, frames) == ""
    captions = build_caption_cues(cues)
    assert [(cue.start, cue.end) for cue in captions] == [(cue.start, cue.end) for cue in cues]


@settings(max_examples=120)
@given(_WORDS, st.lists(st.integers(0, 60), max_size=12))
def test_no_word_is_lost_and_no_cluster_is_split(words: list[Word], ends: list[int]) -> None:
    texts = [" ".join(word.text.split()) for word in words if is_heard(word, 30)]
    cues = build_lyric_cues(words, ends, 30, 900)
    shown = [word.text for cue in cues for word in cue.words]
    clusters = sorted(cluster for text in texts for cluster in split_graphemes(text))
    assert sorted(cluster for text in shown for cluster in split_graphemes(text)) == clusters
    for cue in cues:
        assert len(cue.words) == 1 or len(split_graphemes(cue.text)) <= MAX_SCREEN
