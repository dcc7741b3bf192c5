"""A newcomer makes, follows, watches and publishes a video, with the limits that a new home has."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.studio.accessibility import check_accessibility
from tests.studio.conftest import OpenPage
from tests.studio.keyboard import move_to, press
from tests.studio.screenshots import take_screenshot
from tests.studio.server import StudioServer, serve_studio

TITLE = 'Tea < biscuits & "jam"'
"""A title that would break HTML if it were not text. Whole tags are taken out of every plan."""
FINISHED_MS = 120_000.0


@pytest.fixture
def new_studio(tmp_path: Path) -> Iterator[StudioServer]:
    """A server as a newcomer starts it, with the default limit of calls a minute."""
    with serve_studio(tmp_path, {"RATE_LIMIT_PER_MIN": ""}) as server:
        yield server


def choose_quick_preview(page: Page) -> None:
    """Ask for the quickest video."""
    page.get_by_label("Quality").select_option(label="Quick preview (720p)")


def expect_finished(page: Page) -> Locator:
    """Wait until the page shows the player, and return it."""
    player = page.get_by_label("The video", exact=True)
    expect(player).to_be_visible(timeout=FINISHED_MS)
    return player


def test_a_newcomer_makes_watches_and_publishes_a_video(new_studio: StudioServer, open_page: OpenPage) -> None:
    page = open_page(server=new_studio)
    page.goto("")
    page.get_by_text("Scene by scene").click()
    page.get_by_label("What is said").fill("A cup of tea is hot.")
    page.get_by_label("What the image shows").fill("a cup of tea on a table")
    page.get_by_role("button", name="Add a scene").click()
    page.get_by_label("What is said").nth(1).fill("And biscuits are sweet.")
    choose_quick_preview(page)
    page.get_by_text("Captions, title and publishing").click()
    page.get_by_label("Title of the video").fill(TITLE)
    expect(page.get_by_role("complementary").get_by_text("Free")).to_be_visible()
    page.get_by_role("button", name="Make the video").click()

    # the job's page shows how far it is, without a reload
    expect(page).to_have_url(re.compile("#/job/job-"))
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    player = expect_finished(page)
    player.evaluate("video => { video.muted = true; return video.play(); }")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.2")
    page.get_by_role("button", name=re.compile("biscuits are sweet")).click()
    page.wait_for_function("() => document.querySelector('video').currentTime > 1.5")

    page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog", name="Publish this video")
    expect(dialog.get_by_label("Title")).to_have_value(TITLE)
    check_accessibility(page)
    take_screenshot(page, "publish-dialog-desktop-en")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Folder on this computer: published")).to_be_visible()
    (published,) = new_studio.published.rglob("*.mp4")
    assert published.stat().st_size > 50_000


def test_a_video_is_made_with_the_keyboard_alone(new_studio: StudioServer, open_page: OpenPage) -> None:
    page = open_page(server=new_studio)
    page.goto("")
    move_to(page, page.get_by_role("radio", name="An idea"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    move_to(page, page.get_by_label("The text to be spoken"))
    page.keyboard.type("Tea is hot.")
    move_to(page, page.get_by_label("Quality"))
    page.keyboard.press("Home")
    press(page, page.get_by_role("button", name="Make the video"))
    expect_finished(page)
    press(page, page.get_by_role("button", name="Publish", exact=True))
    dialog = page.get_by_role("dialog", name="Publish this video")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Publish this video")).to_have_count(0)  # the page has heard of it, not only the browser
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    press(page, dialog.get_by_role("button", name="Publish", exact=True))
    expect(page.get_by_text("Folder on this computer: published")).to_be_visible()
