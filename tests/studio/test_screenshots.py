"""The images of docs/studio are small, and its page shows all of them."""

import re

from PIL import Image

from tests.studio.screenshots import FOLDER, MAX_BYTES


def test_the_page_of_the_screenshots_shows_each_of_them_and_all_are_small() -> None:
    shown = set(re.findall(r'src="([^"]+\.png)"', (FOLDER / "README.md").read_text("utf-8")))
    assert shown == {path.name for path in FOLDER.glob("*.png")}
    assert [path.name for path in FOLDER.glob("*.png") if path.stat().st_size > MAX_BYTES] == []
    for width, kind in ((390, "phone"), (1280, "desktop")):
        for path in FOLDER.glob(f"*-{kind}-*.png"):
            with Image.open(path) as image:
                assert image.width == width, path.name
