"""Write the table of the characters that the caption fonts can draw, when the fonts have changed:

python .ci/write_font_coverage.py > shared/sutradhar/domain/text/font_coverage.py
"""

from itertools import count, groupby
from pathlib import Path
from textwrap import wrap

from fontTools.ttLib import TTFont

from gpu_renderer.text.text_renderer import find_typeface

_HEAD = '''"""The code points that the two caption fonts have a glyph for.

``.ci/write_font_coverage.py`` writes this file.

The domain cannot open fonts, and a text that cannot be drawn must be refused before anything is paid for.
"""


def _parse_ranges(table: str) -> frozenset[int]:
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
'''


def _format_ranges(font: Path) -> str:
    with TTFont(font, lazy=True) as opened:
        points = sorted(opened.getBestCmap())
    runs = [[p for _, p in run] for _, run in groupby(zip(count(), points, strict=False), lambda at: at[1] - at[0])]
    numbers, end = [], 0
    for run in runs:
        numbers += [f"{run[0] - end:x}", f"{len(run):x}"]
        end = run[-1] + 1
    return " ".join(numbers)


def write_module() -> str:
    """Return the source of ``sutradhar.domain.text.font_coverage`` for the fonts of this machine."""
    parts = [_HEAD]
    for name, font in (("LATIN", find_typeface().latin), ("DEVANAGARI", find_typeface().devanagari)):
        lines = "\n".join(f"    {line}" for line in wrap(_format_ranges(font), 110))
        parts.append(f'{name} = _parse_ranges(\n    """\n{lines}\n    """\n)\n"""The code points of {font.name}."""\n')
    return "\n\n".join(parts[:2]) + "\n" + parts[2]


if __name__ == "__main__":
    print(write_module(), end="")
