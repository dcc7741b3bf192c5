"""Write the table of the characters that the caption fonts can draw, when the fonts have changed:

python .ci/write_font_coverage.py > shared/sutradhar/domain/text/font_coverage.py
"""

from pathlib import Path
from textwrap import wrap

from fontTools.ttLib import TTFont

from sutradhar.domain.language.scripts import SCRIPTS
from sutradhar.domain.text.code_points import format_code_points

_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
_HEAD = '''"""The code points that the caption fonts have a glyph for, by the names of their files.

``.ci/write_font_coverage.py`` writes this file.

The domain cannot open fonts, and a text that cannot be drawn must be refused before anything is paid for. The bold and
the regular file of a script have the same characters.
"""

from functools import cache

from sutradhar.domain.text.code_points import CodePoints, parse_code_points


@cache
def read_font_coverage(font: str) -> CodePoints:
    """Return the code points of the font in the file ``font``."""
    return parse_code_points(_TABLES[font])


'''


def _find_font(name: str) -> Path:
    return next(path for folder in _FOLDERS for path in sorted(folder.rglob(name)))


def _list_code_points(font: Path, face: int) -> list[int]:
    with font.open("rb") as file, TTFont(file, lazy=True, fontNumber=face) as opened:
        return sorted(opened.getBestCmap())


def write_module() -> str:
    """Return the source of ``sutradhar.domain.text.font_coverage`` for the fonts of this machine."""
    parts = [_HEAD, "_TABLES = {\n"]
    for name, face in {facts.bold: facts.face for facts in reversed(SCRIPTS.values())}.items():
        table = format_code_points(_list_code_points(_find_font(name), face))
        lines = "\n".join(f"        {line}" for line in wrap(table, 110, break_on_hyphens=False))
        parts.append(f'    "{name}": r"""\n{lines}\n    """,\n')
    return "".join([*parts, "}\n"])


if __name__ == "__main__":
    print(write_module(), end="")
