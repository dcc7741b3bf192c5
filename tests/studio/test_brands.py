"""Brands: the editor with its preview, the file of a brand, and the video that takes it."""

import json
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.studio.accessibility import check_accessibility
from tests.studio.browser import PHONE
from tests.studio.conftest import OpenPage
from tests.studio.drawing import wait_until_drawn
from tests.studio.faults import Faults
from tests.studio.screenshots import has_screenshots, take_screenshot
from tests.studio.server import StudioServer


def read_frame(frame: Locator) -> str:
    """Return the address of the image that is shown."""
    wait_until_drawn(frame.page)
    return frame.get_attribute("src") or ""


def take_top(page: Page, name: str) -> None:
    """Keep an image of the top of the page, if images are kept."""
    if has_screenshots():
        page.reload()
        page.evaluate("scrollTo(0, 0)")
        wait_until_drawn(page)
        take_screenshot(page, name)


def choose_file(page: Page, field: str, path: Path) -> None:
    page.get_by_role("group", name=field, exact=True).get_by_role("button").first.click()
    page.get_by_role("dialog", name="Choose a file").locator("input[type=file]").set_input_files(path)
    expect(page.get_by_role("group", name=field, exact=True).get_by_text(path.name)).to_be_visible()


def test_a_brand_is_made_seen_saved_as_a_file_and_taken_by_a_video(
    open_page: OpenPage, studio: StudioServer, tmp_path: Path, faults: Faults
) -> None:
    page = open_page()
    page.goto("#/brands")
    page.get_by_role("button", name="New brand").first.click()
    dialog = page.get_by_role("dialog", name="New brand")
    dialog.get_by_label("Name of the channel").fill("River Tales")
    expect(dialog.get_by_label("Short name")).to_have_value("river-tales")
    dialog.get_by_role("button", name="Make the brand").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("River Tales")

    frame = page.get_by_role("img", name=re.compile("Preview of scene 1"))
    before = read_frame(frame)
    page.get_by_label("Text", exact=True).fill("#22dd88")
    expect(frame).not_to_have_attribute("src", before)
    page.get_by_label("Place of the captions").select_option(label="At the top")
    choose_file(page, "Font for Latin letters", next(Path("/usr/share/fonts").rglob("NotoSerif-Bold.ttf")))
    page.get_by_role("button", name="Save", exact=True).click()
    faults.expect("400 PUT /brands/river-tales", "400 POST /plan/frame")  # a font needs a licence
    expect(page.get_by_label("Licence of the font")).to_be_visible()
    page.get_by_label("Licence of the font").fill("Bitstream Vera")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Everything is saved")).to_be_visible()
    stored = studio.call("GET", "/brands/river-tales")["fields"]
    assert (stored["colors"]["text"], stored["caption_place"]) == ("#22dd88", "top")
    assert stored["fonts"]["latin"]["licence"] == "Bitstream Vera"
    check_accessibility(page)
    take_top(page, "brand-desktop-en")

    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    page.get_by_role("button", name="Delete the brand").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete the brand").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Brands")
    page.get_by_label("Open a brand file").set_input_files(file)
    expect(page.get_by_role("heading", level=1)).to_have_text("River Tales")
    again = studio.call("GET", "/brands/river-tales")["fields"]
    assert again["colors"] == stored["colors"]

    page.get_by_role("link", name="Make a video with it").click()
    check_plan_takes_the_brand(page)

    page = open_page(size=PHONE, language="hi")
    page.goto("#/brands/river-tales")
    wait_until_drawn(page)
    check_accessibility(page)
    take_screenshot(page, "brand-phone-hi")


def check_plan_takes_the_brand(page: Page) -> None:
    expect(page.get_by_label("Brand", exact=True)).to_have_value("river-tales")
    page.get_by_label("What is your video about?").fill("The river at dawn")
    with page.expect_request(lambda request: request.url.endswith("/plan")) as asked:
        page.get_by_label("Brand", exact=True).focus()
    plan = json.loads(asked.value.post_data or "{}")
    assert plan["brand"] == "river-tales"
    assert "voice" not in plan  # the brand may have one
