"""Write a language model of one text, so that a recogniser hears the words of that text before all others.

The model is a trigram model with absolute discounting in the ARPA format: a reader who keeps to the text is recognised
nearly without a fault, and one who leaves out a sentence, or adds one, is found again a few words later.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

_DISCOUNT = 0.2
"""The share of each counted n-gram that goes to orders of words that the text does not have."""
_START, _END = "<s>", "</s>"
_Gram = tuple[str, ...]


def write_text_model(words: Sequence[str], more: Iterable[Sequence[str]] = ()) -> str:
    """Return the model of the text ``words`` in the ARPA format. ``more``: other ways to say parts of it."""
    sequences = [[_START, *words, _END], *(list(one) for one in more)]
    counts = [_count_grams(sequences, order) for order in (1, 2, 3)]
    total = sum(counts[0].values())
    shares: dict[_Gram, float] = {gram: count / total for gram, count in counts[0].items()}
    for count in counts[1:]:
        shares.update(_discount(count))
    weights = {**_weigh_backoffs(counts[1], shares), **_weigh_backoffs(counts[2], shares)}
    lines = ["\\data\\", *(f"ngram {order}={len(count)}" for order, count in enumerate(counts, 1))]
    for order, count in enumerate(counts, 1):
        lines += ["", f"\\{order}-grams:"]
        for gram in sorted(count):
            share = "-99" if gram == (_START,) else _log(shares[gram])
            weight = f" {_log(weights.get(gram, 1.0))}" if order < 3 else ""
            lines.append(f"{share} {' '.join(gram)}{weight}")
    return "\n".join([*lines, "", "\\end\\", ""])


def _count_grams(sequences: Sequence[Sequence[str]], order: int) -> Counter[_Gram]:
    return Counter(
        tuple(one[i : i + order]) for one in sequences for i in range(len(one) - order + 1) if len(one) >= order
    )


def _group_by_context(counts: Counter[_Gram]) -> Mapping[_Gram, list[tuple[_Gram, int]]]:
    groups: dict[_Gram, list[tuple[_Gram, int]]] = defaultdict(list)
    for gram, count in counts.items():
        groups[gram[:-1]].append((gram, count))
    return groups


def _discount(counts: Counter[_Gram]) -> dict[_Gram, float]:
    """Return the probability of each n-gram after its context."""
    return {
        gram: (count - _DISCOUNT) / sum(n for _, n in group)
        for group in _group_by_context(counts).values()
        for gram, count in group
    }


def _weigh_backoffs(counts: Counter[_Gram], shares: Mapping[_Gram, float]) -> dict[_Gram, float]:
    """Return the weight of each context, by which the probabilities of shorter n-grams count after it."""
    weights: dict[_Gram, float] = {}
    for context, group in _group_by_context(counts).items():
        left = _DISCOUNT * len(group) / sum(n for _, n in group)
        known = sum(shares.get(gram[1:], 0.0) for gram, _ in group)
        weights[context] = left / max(1 - known, 0.001)
    return weights


def _log(share: float) -> str:
    return f"{math.log10(max(share, 1e-9)):.4f}"
