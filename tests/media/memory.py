"""Measure how much memory a test's steps keep."""

import gc
import tracemalloc
from collections.abc import Callable, Iterable


def measure_growth(step: Callable[[int], None], first: Iterable[int], more: Iterable[int]) -> float:
    """Return how much more memory is kept after the steps ``more``, as a share of what the steps ``first`` keep.

    NumPy and OpenCV report their arrays to tracemalloc.
    """
    tracemalloc.start()
    try:
        kept = []
        for numbers in (first, more):
            for number in numbers:
                step(number)
            gc.collect()
            kept.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    return kept[1] / kept[0] - 1
