"""Large files go on after a lost connection, a pause and a reload; what does not fit is said in words."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.studio.accessibility import check_accessibility
from tests.studio.faults import Faults

PIECE = 8 << 20
BYTES = re.compile(r"/uploads/[^/]+/bytes")


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """An image of two pieces."""
    Image.frombytes("RGB", (2048, 1800), os.urandom(2048 * 1800 * 3)).save(tmp_path / "beach.png", compress_level=0)
    assert PIECE < (tmp_path / "beach.png").stat().st_size < 2 * PIECE
    return tmp_path / "beach.png"


@pytest.fixture
def ranges(page: Page) -> list[str]:
    """The pieces that the page sent, and its questions."""
    noted: list[str] = []

    def note(request: Request) -> None:
        if BYTES.search(request.url):
            noted.append(request.headers["content-range"].split("/")[0])

    page.on("request", note)
    return noted


def open_picker(page: Page) -> Locator:
    page.goto("")
    page.get_by_text("Scene by scene").click()
    page.get_by_role("button", name="Use my own image or clip").click()
    return page.get_by_role("dialog", name="Choose a file")


def choose(page: Page, dialog: Locator, *paths: Path) -> None:
    with page.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(paths)


def test_a_file_goes_on_after_the_connection_was_lost(
    page: Page, large: Path, ranges: list[str], faults: Faults
) -> None:
    faults.expect_lost_connection()
    dialog = open_picker(page)

    def lose_second(route: Route) -> None:
        is_first = route.request.headers["content-range"].startswith("bytes 0-")
        route.continue_() if is_first else route.abort("connectionreset")

    page.route(BYTES, lose_second)
    choose(page, dialog, large)
    expect(dialog.get_by_text("The connection is lost. It goes on by itself.")).to_be_visible()
    bar = dialog.get_by_role("progressbar", name="beach.png")
    expect(bar).to_have_attribute("aria-valuetext", re.compile(r"^8\.4 MB of 11\.1 MB"))
    page.unroute(BYTES)
    expect(dialog).to_be_hidden(timeout=20_000)
    expect(page.get_by_text("Your own file")).to_be_visible()
    assert [one for one in ranges if one.startswith("bytes 0-")] == [f"bytes 0-{PIECE - 1}"]
    assert ranges[-2:] == ["bytes *", f"bytes {PIECE}-{large.stat().st_size - 1}"]


def test_a_file_that_is_chosen_again_after_a_reload_goes_on(page: Page, large: Path, ranges: list[str]) -> None:
    dialog = open_picker(page)

    def hold_second(route: Route) -> None:
        if route.request.headers["content-range"].startswith("bytes 0-"):
            route.continue_()

    page.route(BYTES, hold_second)
    with page.expect_request(lambda one: f"bytes {PIECE}-" in one.headers.get("content-range", "")):
        choose(page, dialog, large)
    page.reload()
    page.unroute(BYTES, hold_second)
    ranges.clear()
    dialog = open_picker(page)
    expect(dialog.get_by_text("Not finished yet: beach.png.")).to_be_visible()
    check_accessibility(page)
    choose(page, dialog, large)
    expect(page.get_by_text("Your own file")).to_be_visible()
    assert ranges == ["bytes *", f"bytes {PIECE}-{large.stat().st_size - 1}"]


def test_a_file_is_paused_goes_on_and_is_removed(page: Page, large: Path) -> None:
    dialog = open_picker(page)
    page.route(BYTES, lambda _: None)  # no answer comes
    choose(page, dialog, large)
    dialog.get_by_role("button", name="Pause beach.png").click()
    expect(dialog.get_by_text("paused")).to_be_visible()
    check_accessibility(page)
    dialog.get_by_role("button", name="Go on with beach.png").click()
    with page.expect_request(lambda one: one.method == "DELETE" and "/uploads/" in one.url):
        dialog.get_by_role("button", name="Remove beach.png").click()
    expect(dialog.get_by_role("progressbar", name="beach.png")).to_be_hidden()


def test_several_files_at_once_and_those_that_do_not_fit(page: Page, tmp_path: Path, faults: Faults) -> None:
    faults.expect("400 POST .*/complete")
    (tmp_path / "notes.png").write_text("I am a text. " * 50)
    tone = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=2", str(tmp_path / "song.m4a")]
    subprocess.run(tone, check=True)
    dialog = open_picker(page)
    choose(page, dialog, tmp_path / "notes.png", tmp_path / "song.m4a")
    expect(dialog.get_by_text("notes.png is a text file")).to_be_visible()
    expect(dialog.get_by_text("This is sound only.")).to_be_visible()
    check_accessibility(page)


def test_a_clip_of_a_phone_shows_its_first_seconds(page: Page, tmp_path: Path) -> None:
    source = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2", "-pix_fmt", "yuv420p"]
    for args in (
        [*source, "-preset", "ultrafast", str(tmp_path / "level.mov")],
        ["-i", str(tmp_path / "level.mov"), "-c", "copy", "-metadata:s:v", "rotate=90", str(tmp_path / "IMG_7.MOV")],
    ):
        subprocess.run(["ffmpeg", "-v", "error", *args], check=True)
    dialog = open_picker(page)
    choose(page, dialog, tmp_path / "IMG_7.MOV")
    expect(page.get_by_text("Your own file")).to_be_visible()
    image = page.get_by_role("main").get_by_role("img").last.element_handle()
    page.wait_for_function("image => image.naturalHeight > image.naturalWidth", arg=image)
