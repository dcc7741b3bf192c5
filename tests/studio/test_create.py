"""A creator writes a video: nothing that was typed is lost, the price comes first, and a video is made once."""

import re

from playwright.sync_api import Page, expect

from tests.studio.accessibility import check_accessibility
from tests.studio.browser import PHONE
from tests.studio.conftest import OpenPage
from tests.studio.keyboard import move_to, press
from tests.studio.server import StudioServer

IDEA = "The <b>fox</b> & the grapes"
"""Words that would be HTML if they were not text."""


def test_words_stay_through_reload_back_and_other_pages(page: Page) -> None:
    page.goto("#/library")
    page.get_by_role("link", name="Create").click()
    words = page.get_by_label("What is your video about?")
    words.fill(IDEA)
    page.reload()
    expect(words).to_have_value(IDEA)
    page.go_back()
    expect(page).to_have_url(re.compile("#/library"))
    page.go_forward()
    expect(words).to_have_value(IDEA)
    page.get_by_text("Scene by scene").click()
    page.get_by_label("What is said").fill("Tea is hot.")
    page.get_by_text("An idea").click()
    expect(words).to_have_value(IDEA)
    page.get_by_text("Scene by scene").click()
    expect(page.get_by_label("What is said")).to_have_value("Tea is hot.")


def test_two_tabs_have_two_drafts(page: Page) -> None:
    other = page.context.new_page()
    for tab, words in ((page, "Tea"), (other, "Coffee")):
        tab.goto("")
        tab.get_by_label("What is your video about?").fill(words)
    for tab, words in ((page, "Tea"), (other, "Coffee")):
        tab.reload()
        expect(tab.get_by_label("What is your video about?")).to_have_value(words)


def test_the_page_tells_cost_and_time_before_anything_is_made(page: Page, studio: StudioServer) -> None:
    before = studio.call("GET", "/library")["total"]
    page.goto("")
    page.get_by_label("What is your video about?").fill(IDEA)
    summary = page.get_by_role("complementary", name="Your video")
    expect(summary.get_by_text("Ready in")).to_be_visible()
    expect(summary.get_by_text("Free")).to_be_visible()
    assert studio.call("GET", "/library")["total"] == before


def test_an_empty_form_says_which_field_is_missing_and_leads_there(open_page: OpenPage) -> None:
    page = open_page(size=PHONE, language="hi")
    page.goto("")
    page.get_by_role("button", name="वीडियो बनाएँ").click()
    words = page.get_by_label("आपका वीडियो किस बारे में है?")
    expect(words).to_be_focused()
    expect(words).to_have_attribute("aria-invalid", "true")
    check_accessibility(page)


def test_two_quick_clicks_make_one_video(page: Page, studio: StudioServer) -> None:
    before = studio.call("GET", "/library")["total"]
    page.goto("")
    page.get_by_label("What is your video about?").fill("A cup of tea")
    page.get_by_label("Length").select_option(index=0)
    page.get_by_role("button", name="Make the video").dblclick()
    expect(page).to_have_url(re.compile("#/job/job-"))
    assert studio.call("GET", "/library")["total"] == before + 1
    page.goto("#/create")
    expect(page.get_by_label("What is your video about?")).to_have_value("")


def test_scenes_are_written_and_moved_with_the_keyboard_alone(page: Page) -> None:
    page.goto("")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    move_to(page, page.get_by_role("radio", name="An idea"))
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    first = page.get_by_label("What is said").first
    move_to(page, first)
    page.keyboard.type("The first.")
    press(page, page.get_by_role("button", name="Add a scene"))
    second = page.get_by_label("What is said").nth(1)
    expect(second).to_be_focused()
    page.keyboard.type("The second.")
    page.keyboard.press("Alt+ArrowUp")
    expect(first).to_have_value("The second.")
    expect(page.get_by_role("status").filter(has_text="Scene 2 is now scene 1.")).to_be_attached()
