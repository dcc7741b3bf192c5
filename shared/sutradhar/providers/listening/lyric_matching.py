"""Match recognised words with the words of lyrics, in order."""

from collections.abc import Sequence

import numpy as np

from sutradhar.providers.alignment.small_decoder import RecognisedWord

_BEGIN_COST, _GO_ON_BONUS = 4.0, 2.0
"""A run of equal words begins at this cost in letters, so a short word by itself is chance; each next one adds more."""
_FASTEST_LETTER_SEC = 0.035

Pair = tuple[int, int]
"""The place of a word of the lyrics, and that of the recognised word."""


def match_words(words: Sequence[str], recognised: Sequence[RecognisedWord], start: float = 0.0) -> list[Pair]:
    """Return the pairs of equal words, both places rising, that have the most letters.

    Runs are better than single words, since lyrics repeat words. A pair that leaves no time for the words between is
    left out, also of the words after the time ``start``.
    """
    if not words or not recognised:
        return []
    numbers = {word: n for n, word in enumerate(dict.fromkeys([*words, *(one.word for one in recognised)]))}
    codes = np.array([numbers[one.word] for one in recognised])
    scores = np.array([len(one.word) * (0.3 + 0.7 * one.confidence) for one in recognised], np.float32)
    best = np.zeros((len(words) + 1, len(recognised) + 1), np.float32)
    """The best score of the first words and the first recognised words."""
    continues = np.zeros(best.shape, np.bool_)
    """True where the best run that ends with this pair has the pair before it."""
    run = np.full(len(recognised) + 1, -np.inf, np.float32)
    for row, word in enumerate(words, 1):
        going_on, beginning = run[:-1] + _GO_ON_BONUS, best[row - 1, :-1] - _BEGIN_COST
        continues[row, 1:] = going_on >= beginning
        run = np.full(len(recognised) + 1, -np.inf, np.float32)
        is_equal = codes == numbers[word]
        run[1:][is_equal] = (np.maximum(going_on, beginning) + scores)[is_equal]
        best[row] = np.maximum.accumulate(np.maximum(best[row - 1], run))
    pairs: list[Pair] = []
    row, column = len(words), len(recognised)
    in_run = False
    while row and column:
        if not in_run and best[row, column] == best[row - 1, column]:
            row -= 1
        elif not in_run and best[row, column] == best[row, column - 1]:
            column -= 1
        else:
            pairs.append((row - 1, column - 1))
            in_run = bool(continues[row, column])
            row, column = row - 1, column - 1
    return _drop_hurried(pairs[::-1], words, recognised, start)


def _drop_hurried(
    pairs: Sequence[Pair], words: Sequence[str], recognised: Sequence[RecognisedWord], start: float
) -> list[Pair]:
    """Return ``pairs`` in runs with time for the words between them; of two that clash, the longer stays."""
    runs: list[list[Pair]] = []
    for pair in pairs:
        if runs and runs[-1][-1][0] + 1 == pair[0]:
            runs[-1].append(pair)
        else:
            runs.append([pair])
    kept: list[list[Pair]] = []
    for run in runs:
        first = run[0]
        letters = sum(len(word) for word in words[: first[0]])
        if recognised[first[1]].start - start < letters * _FASTEST_LETTER_SEC:
            continue
        kept.append(run)
        while len(kept) > 1 and _is_hurried(kept[-2][-1], kept[-1][0], words, recognised):
            shorter = min(kept[-2:], key=lambda one: sum(len(words[place]) for place, _ in one))
            kept.remove(shorter)
    return [pair for run in kept for pair in run]


def _is_hurried(before: Pair, after: Pair, words: Sequence[str], recognised: Sequence[RecognisedWord]) -> bool:
    letters = sum(len(word) for word in words[before[0] : after[0]])
    return recognised[after[1]].start - recognised[before[1]].start < letters * _FASTEST_LETTER_SEC
