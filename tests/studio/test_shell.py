"""The frame of the studio: pages, language, colours, address."""

import re

from playwright.sync_api import Page, expect

from tests.studio.accessibility import check_accessibility
from tests.studio.browser import PHONE
from tests.studio.conftest import OpenPage


def test_the_menu_leads_to_every_page_and_back_and_reload_work(page: Page) -> None:
    page.goto("")
    for name in ("Library", "Publish", "Metrics", "Settings", "Create"):
        page.get_by_role("navigation").get_by_role("link", name=name).click()
        expect(page).to_have_url(re.compile(rf"#/{name.lower()}"))
        expect(page.get_by_role("heading", level=1)).to_be_focused()  # a screen reader begins to read there
    page.go_back()
    expect(page).to_have_url(re.compile("#/settings"))
    page.reload()
    expect(page.get_by_role("navigation").get_by_role("link", name="Settings")).to_have_attribute(
        "aria-current", "page"
    )
    page.go_forward()
    expect(page).to_have_url(re.compile("#/create"))


def test_the_page_speaks_the_language_of_the_browser_and_keeps_the_chosen_one(open_page: OpenPage) -> None:
    page = open_page(language="hi", size=PHONE)
    page.goto("")
    expect(page.locator("html")).to_have_attribute("lang", "hi")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Library")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Library")).to_be_visible()
    expect(page.get_by_role("button", name="हिन्दी")).to_be_visible()


def test_an_unknown_address_says_so_and_leads_to_the_start(page: Page) -> None:
    page.goto("#/nowhere")
    expect(page.get_by_role("heading", level=1)).to_have_text("This page does not exist")
    check_accessibility(page)
    page.get_by_role("link", name="Go to the start").click()
    expect(page).to_have_url(re.compile("#/create"))
