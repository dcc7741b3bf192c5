"""Read tables of code points."""


def parse_code_points(table: str) -> frozenset[int]:
    """Return the code points of ``table``. Two hexadecimal numbers stand for each run of code points: its distance from
    the end of the last run, and its length."""
    points: list[int] = []
    numbers = [int(number, 16) for number in table.split()]
    at = 0
    for skipped, length in zip(numbers[::2], numbers[1::2], strict=True):
        at += skipped
        points += range(at, at + length)
        at += length
    return frozenset(points)
