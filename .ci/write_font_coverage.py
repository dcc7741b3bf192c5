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

from sutradhar.domain.text.code_points import parse_code_points
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
        table = f'parse_code_points(\n    """\n{lines}\n    """\n)'
        parts.append(f'{name} = {table}\n"""The code points of {font.name}."""\n')
    return "\n".join(parts)


if __name__ == "__main__":
    print(write_module(), end="")
