"""The race's table, its slices, and the page that HyperFrames gets."""

import json
import re
from pathlib import Path

import pytest

from tests.bench.race.hyperframes_page import write_page
from tests.bench.race.results import Results, Row

CLIP = {"path": "still-0.png", "start": 0, "frames": 3, "fade": 0, "boxes": [[0, 8, 960, 540], [4, 8, 480, 270]]}
VIDEO = {
    "fps": 30,
    "width": 1920,
    "height": 1080,
    "frames": 3,
    "font": "font.ttf",
    "clips": [CLIP],
    "cues": [{"start": 0, "end": 3, "lines": ["a < b", "c"]}],
    "watermark": {"path": "mark.png", "x": 10, "y": 20},
    "voices": [],
    "music": None,
}


@pytest.mark.parametrize(("ratio", "verdict"), [(7.0, "≥ 6.5 |"), (6.0, "≥ 6.5, **no** |")])
def test_a_row_says_whether_its_figure_is_reached(ratio: float, verdict: str) -> None:
    row = Row("Remotion", "4.0", walls=[70.0, 90.0, 80.0], ratio=ratio, limit="race_remotion", vmaf=90.12)
    assert row.write().startswith(f"| Remotion 4.0 | 80.0 | {ratio:.2f} | {verdict}")
    assert "| 90.1 |" in row.write()


def test_a_racer_that_is_not_installed_has_a_row_without_figures() -> None:
    assert Row("editly", problem="not installed", limit="race_editly").write().startswith("| editly | not installed |")


def test_a_later_slice_keeps_the_rows_of_the_others(tmp_path: Path) -> None:
    first = Results(
        tmp_path, "The race", {"editly": Row("editly", walls=[60.0]), "renderer": Row("ours", walls=[20.0])}
    )
    first.write(["renderer", "editly"])
    second = Results(tmp_path, "The race")
    second.load()
    second.rows["renderer"] = Row("ours", walls=[10.0])
    second.write(["renderer", "editly"])
    rows = json.loads((tmp_path / "race.json").read_text())["rows"]
    assert [(name, row["walls"]) for name, row in rows.items()] == [("renderer", [10.0]), ("editly", [60.0])]
    assert "| editly | 60.0 |" in (tmp_path / "race.md").read_text()


def test_the_page_shows_the_crop_of_every_frame_and_escapes_captions() -> None:
    page = write_page(VIDEO)
    moves = json.loads(re.findall(r"const MOVES = (\[.*?\]);\n", page)[0])
    assert moves[0]["frames"] == [
        "matrix(2.00000000,0,0,2.00000000,0.00000,-16.00000)",
        "matrix(4.00000000,0,0,4.00000000,-16.00000,-32.00000)",
    ]
    assert moves[0]["length"] == pytest.approx(2000 / 30)  # from the first frame to the last
    assert "a &lt; b\nc" in page
