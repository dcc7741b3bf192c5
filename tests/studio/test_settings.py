"""The settings page: the look, the state of the server, and the removal of all data."""

import re

from playwright.sync_api import expect

from tests.studio.accessibility import check_accessibility
from tests.studio.browser import PHONE
from tests.studio.conftest import OpenPage
from tests.studio.keyboard import move_to, press
from tests.studio.screenshots import take_screenshot
from tests.studio.server import StudioServer


def test_the_server_tells_its_health_and_the_look_changes(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("#/settings")
    expect(page.get_by_text("Everything that videos need is here.")).to_be_visible()
    page.get_by_text("checks are fine").click()
    expect(page.get_by_text("store", exact=True)).to_be_visible()
    page.get_by_role("radio", name="Dark").check(force=True)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("radio", name="हिन्दी").check(force=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("सेटिंग")
    check_accessibility(page)
    take_screenshot(page, "settings")


def test_an_empty_server_leads_to_the_first_video_and_all_data_goes_after_a_typed_word(
    open_page: OpenPage, own_studio: StudioServer
) -> None:
    page = open_page(server=own_studio, size=PHONE, language="hi", scheme="dark")
    page.goto("#/metrics")
    expect(page.get_by_role("heading", name="इस अवधि में अभी कोई वीडियो नहीं")).to_be_visible()
    check_accessibility(page)
    page.get_by_role("main").get_by_role("link", name="बनाएँ").click()
    expect(page).to_have_url(re.compile("#/create"))
    own_studio.create_job()
    page = open_page(server=own_studio, size=PHONE)
    page.goto("#/settings")
    expect(page.get_by_text("Everything that videos need is here.")).to_be_visible()
    press(page, page.get_by_role("button", name="Remove everything"))
    dialog = page.get_by_role("dialog", name="Remove all your data?")
    press(page, dialog.get_by_role("button", name="Remove everything"))
    expect(dialog.get_by_text("Type the word REMOVE.")).to_be_visible()
    assert own_studio.call("GET", "/library")["entries"]
    move_to(page, dialog.get_by_label("Type REMOVE to confirm"))
    page.keyboard.type("remove")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Removed: 1 video, 0 uploads").first).to_be_attached()
    assert own_studio.call("GET", "/library")["entries"] == []
