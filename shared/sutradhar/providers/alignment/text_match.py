"""Find the words of a text in the output of a recogniser or a provider."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

_MIN_SHARE = 0.5
"""With a smaller share of equal letters the recording says something else."""


class _Match(NamedTuple):
    places: list[int | None]
    """The first piece of each token."""
    token_share: float
    """The share of the tokens' letters that occur in the pieces."""
    total_share: float
    """The same share of all letters of the longer side."""


def match_tokens(tokens: Sequence[str], pieces: Sequence[str]) -> list[int | None] | None:
    """Return for each of ``tokens`` the index of its first piece among ``pieces`` (recognised letters or words).

    None stands for a token that is not among the pieces. The whole result is None if less than half of the tokens'
    letters are.
    """
    match = _match_letters(tokens, pieces)
    return match.places if match.token_share >= _MIN_SHARE else None


def match_either_form(
    written_words: Sequence[str], spoken_words: Sequence[str], pieces: Sequence[str]
) -> list[int | None] | None:
    """Match as ``match_tokens`` does, for a recogniser that may write numbers as digits or as words.

    ``written_words``: the words of the text. ``spoken_words``: the same words as a voice says them, empty for one
    without a sound. The form that is more similar to the pieces wins; the other form fills its gaps where the order
    allows it.
    """
    matches = [_match_letters(form, pieces) for form in (written_words, spoken_words)]
    if all(match.token_share < _MIN_SHARE for match in matches):
        return None
    best, other = (match.places for match in sorted(matches, key=lambda match: -match.total_share))
    for i, place in enumerate(other):
        before = max((p for p in best[:i] if p is not None), default=-1)
        after = min((p for p in best[i + 1 :] if p is not None), default=len(pieces))
        if best[i] is None and place is not None and before < place < after:
            best[i] = place
    return best


def _match_letters(tokens: Sequence[str], pieces: Sequence[str]) -> _Match:
    piece_letters = [(c.lower(), i) for i, piece in enumerate(pieces) for c in piece if not c.isspace()]
    token_letters = [(i, c.lower()) for i, token in enumerate(tokens) for c in token if not c.isspace()]
    matcher = SequenceMatcher(None, [c for _, c in token_letters], [c for c, _ in piece_letters], autojunk=False)
    places: list[int | None] = [None] * len(tokens)
    same = 0
    for a, b, size in matcher.get_matching_blocks():
        same += size
        for k in range(size):
            token, piece = token_letters[a + k][0], piece_letters[b + k][1]
            is_first_letter = a + k == 0 or token_letters[a + k - 1][0] != token
            if places[token] is None and (is_first_letter or token == 0):
                places[token] = piece
    longer = max(len(token_letters), len(piece_letters), 1)
    return _Match(places, same / max(len(token_letters), 1), same / longer)
