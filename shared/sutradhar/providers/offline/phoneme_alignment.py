"""Find the phonemes of each word: engines report the length of each phoneme, captions need the start of each word."""

from collections.abc import Sequence

import numpy as np


def find_token_starts(expected: Sequence[str], phonemes: str) -> list[int | None]:
    """Return the index in ``phonemes`` at which each token begins.

    ``expected`` holds the phonemes of each token said alone, ``phonemes`` those of the whole sentence; they differ, for
    a sentence reduces its small words and reads numbers together. The two are aligned by least edits (Wagner and
    Fischer, 1974) with spaces held together, so a few wrong phonemes never move the words after them. None stands for a
    token that has no sound of its own.
    """
    joined = " ".join(expected)
    partners = _align_characters(joined, phonemes)
    starts: list[int | None] = []
    at = 0
    for token in expected:
        candidates = [partners[at + i] for i, c in enumerate(token) if c.isalpha()]
        matches = [j for j in candidates if j is not None]
        starts.append(_find_word_start(phonemes, matches[0], starts) if matches else None)
        at += len(token) + 1
    return starts


def _find_word_start(phonemes: str, at: int, earlier_starts: Sequence[int | None]) -> int:
    """Go back from ``at`` to the first phoneme after a space, but never into the word before."""
    floor = max((start + 1 for start in earlier_starts if start is not None), default=0)
    begin = phonemes.rfind(" ", 0, at) + 1
    return begin if begin >= floor else max(at, floor)


def _align_characters(a: str, b: str) -> list[int | None]:
    """Return for each character of ``a`` the index of the one of ``b`` that it became, None if it was dropped."""
    codes = np.frombuffer(b.encode("utf-32-le"), np.uint32)
    space = codes == ord(" ")
    drop_b = np.where(space, 2, 1)
    along = np.concatenate([[0], np.cumsum(drop_b)])
    costs = np.empty((len(a) + 1, len(b) + 1), np.int32)
    costs[0] = along
    for i, c in enumerate(a, 1):
        # a space turned into a phoneme, or the other way round, would run two words into one
        change = np.where(codes == ord(c), 0, np.where(space | (c == " "), 4, 1))
        row = costs[i - 1] + (2 if c == " " else 1)
        np.minimum(row[1:], costs[i - 1, :-1] + change, out=row[1:])
        costs[i] = np.minimum.accumulate(row - along) + along
    partners: list[int | None] = [None] * len(a)
    i, j = len(a), len(b)
    while i and j:
        c = a[i - 1]
        change_one = 0 if c == b[j - 1] else 4 if " " in (c, b[j - 1]) else 1
        if costs[i, j] == costs[i - 1, j - 1] + change_one:
            i, j = i - 1, j - 1
            partners[i] = j
        elif costs[i, j] == costs[i, j - 1] + drop_b[j - 1]:
            j -= 1
        else:
            i -= 1
    return partners
