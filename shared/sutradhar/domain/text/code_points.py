"""Read tables of code points."""

import base64
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate


class CodePoints:
    """A set of code points, kept as the bounds of its runs: a font of 44,810 characters takes 4,064 numbers."""

    def __init__(self, bounds: tuple[int, ...]) -> None:
        """``bounds``: the first code point of each run and the one after its last, in order."""
        self._bounds = bounds

    def __contains__(self, point: int) -> bool:
        return bisect_right(self._bounds, point) % 2 == 1

    def __iter__(self) -> Iterator[int]:
        for first, end in zip(self._bounds[::2], self._bounds[1::2], strict=True):
            yield from range(first, end)


def parse_code_points(table: str) -> CodePoints:
    """Return the code points of ``table``, as ``format_code_points`` wrote it."""
    numbers = zlib.decompress(base64.b85decode("".join(table.split()))).decode().split()
    return CodePoints(tuple(accumulate(int(number, 16) for number in numbers)))


def format_code_points(points: list[int]) -> str:
    """Return ``points``, in rising order, as a short text: two hexadecimal numbers for each run (its distance from the
    end of the last run, and its length), compressed."""
    numbers: list[str] = []
    end = 0
    for i, point in enumerate(points):
        if i == 0 or point != points[i - 1] + 1:
            numbers.append(f"{point - end:x}")
            last = i
            while last + 1 < len(points) and points[last + 1] == points[last] + 1:
                last += 1
            end = points[last] + 1
            numbers.append(f"{end - point:x}")
    return base64.b85encode(zlib.compress(" ".join(numbers).encode(), 9)).decode()
