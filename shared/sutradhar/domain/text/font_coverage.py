"""The code points that the two caption fonts have a glyph for.

``.ci/write_font_coverage.py`` writes this file.

The domain cannot open fonts, and a text that cannot be drawn must be refused before anything is paid for.
"""

from sutradhar.domain.text.code_points import parse_code_points

LATIN = parse_code_points(
    """
    0 1 c 1 12 5f 21 2d8 2 6 4 7 1 1 1 14 1 3f e 140 1580 11 1bf 9 77 fa 1 11b 2 6 2 26 2 6 2 8 1 1 1 1 1 1 1 1f 2
    35 1 f 1 e 2 6 1 13 2 3 1 9 1 65 1 c 2 1b 1 d 3 20 30 1 f 60 24 1 4 1 442 1 693 20 160 73 77ed 60 60 c0 2 9 2a
    b 12e 1 201 3c 4f94 7 2f9 1 1f 10 cf 1 fc 2
    """
)
"""The code points of NotoSans-Bold.ttf."""

DEVANAGARI = parse_code_points(
    """
    0 1 c 1 12 4 1 1 1 19 1b 5 1b 4 21 1 c 1 29 1 1f 1 1c4 1 643 80 1350 27 1 2 311 3 2 1 2 2 3 2 2 2 8 1 92 1 36
    1 121 1 3b9 1 8263 a a6 20
    """
)
"""The code points of NotoSansDevanagari-Bold.ttf."""
