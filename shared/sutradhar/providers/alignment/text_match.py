"""Find the words of a text in the output of a recogniser or a provider."""

from collections.abc import Sequence
from difflib import SequenceMatcher


def match_tokens(tokens: Sequence[str], pieces: Sequence[str]) -> list[int | None] | None:
    """Return for each of ``tokens`` the number of its first piece among ``pieces`` (heard letters or words); None for a
    token that was not heard, or for all tokens if less than half of the letters are the same on both sides."""
    found, heard, _ = _match(tokens, pieces)
    return found if heard >= 0.5 else None


def match_either_form(written: Sequence[str], said: Sequence[str], pieces: Sequence[str]) -> list[int | None] | None:
    """Match as ``match_tokens`` does, for a recogniser that may write numbers as digits or as words.

    ``written``: the words of the text. ``said``: the same words as a voice says them, empty for one without a sound.
    The form that is more similar to the heard pieces wins; the other form fills its gaps where the order allows it.
    """
    ways = sorted((_match(way, pieces) for way in (written, said)), key=lambda way: -way[2])
    if all(heard < 0.5 for _, heard, _ in ways):
        return None
    (best, *_), (other, *_) = ways
    for i, place in enumerate(other):
        before = max((p for p in best[:i] if p is not None), default=-1)
        after = min((p for p in best[i + 1 :] if p is not None), default=len(pieces))
        if best[i] is None and place is not None and before < place < after:
            best[i] = place
    return best


def _match(tokens: Sequence[str], pieces: Sequence[str]) -> tuple[list[int | None], float, float]:
    """Return the first piece of each token, the heard share of the tokens' letters, and the heard share of all letters
    on the longer side."""
    heard = [(c.lower(), i) for i, piece in enumerate(pieces) for c in piece if not c.isspace()]
    letters = [(i, c.lower()) for i, token in enumerate(tokens) for c in token if not c.isspace()]
    matcher = SequenceMatcher(None, [c for _, c in letters], [c for c, _ in heard], autojunk=False)
    found: list[int | None] = [None] * len(tokens)
    same = 0
    for a, b, size in matcher.get_matching_blocks():
        same += size
        for k in range(size):
            token, piece = letters[a + k][0], heard[b + k][1]
            first = a + k == 0 or letters[a + k - 1][0] != token
            if found[token] is None and (first or token == 0):
                found[token] = piece
    return found, same / max(len(letters), 1), same / max(len(letters), len(heard), 1)
