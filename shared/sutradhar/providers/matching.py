"""What was said, as somebody heard it, beside what was written."""

from collections.abc import Sequence
from difflib import SequenceMatcher


def matched(tokens: Sequence[str], pieces: Sequence[str]) -> list[int | None] | None:
    """Which of ``pieces`` (letters or words that were heard) each of ``tokens`` begins with; None for one that begins
    with nothing that was heard, or for all, when less than half of the letters are the same on both sides."""
    heard = [(c.lower(), i) for i, piece in enumerate(pieces) for c in piece if not c.isspace()]
    letters = [(i, c.lower()) for i, token in enumerate(tokens) for c in token]
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
    return found if 2 * same >= len(letters) > 0 else None
