"""The connection is lost in the middle of work, and two tabs show the same video."""

import re

from playwright.sync_api import Page, expect

from tests.studio.conftest import OpenPage
from tests.studio.faults import Faults
from tests.studio.server import FOX_PLAN, StudioServer

LOST = "The connection is lost. Trying again …"
LONG_PLAN = {**FOX_PLAN, "title": "A long day", "scenes": [*FOX_PLAN["scenes"]] * 4, "render": {"mode": "FINAL"}}
"""A plan that is not finished before a test has looked at it."""


def test_a_page_goes_on_by_itself_when_the_server_comes_back(
    own_studio: StudioServer, open_page: OpenPage, faults: Faults
) -> None:
    faults.expect_lost_connection()
    page = open_page(server=own_studio)
    page.goto(f"#/job/{own_studio.create_job()}")
    expect(page.get_by_role("progressbar")).to_be_visible()
    own_studio.stop()
    expect(page.get_by_text(LOST)).to_be_visible()
    own_studio.start()
    expect(page.get_by_text(LOST)).to_be_hidden()
    expect(page.get_by_label("The video", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Finished").first).to_be_visible()


def test_words_that_could_not_be_sent_are_sent_once_when_the_connection_is_back(
    page: Page, studio: StudioServer, faults: Faults
) -> None:
    faults.expect_lost_connection()
    before = studio.call("GET", "/library")["total"]
    page.goto("")
    page.get_by_text("My own text").click()
    words = page.get_by_label("The text to be spoken")
    words.fill("Tea is hot.")
    page.get_by_label("Quality").select_option(label="Quick preview (720p)")
    page.context.set_offline(True)
    page.get_by_role("button", name="Make the video").click()
    expect(page.get_by_text("The server does not answer. Check that it runs, then try again.")).to_be_visible()
    expect(words).to_have_value("Tea is hot.")
    page.context.set_offline(False)
    expect(page.get_by_text(LOST)).to_be_hidden()
    page.get_by_role("button", name="Make the video").click()
    expect(page).to_have_url(re.compile("#/job/job-"))
    assert studio.call("GET", "/library")["total"] == before + 1


def test_what_one_tab_does_the_other_tab_shows(page: Page, studio: StudioServer) -> None:
    job_id = studio.create_job(LONG_PLAN)
    tabs = [page, page.context.new_page()]
    for tab in tabs:
        tab.goto(f"#/job/{job_id}")
        expect(tab.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("button", name="Cancel the video").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the video").click()
    for tab in tabs:
        expect(tab.get_by_text("You cancelled this video.")).to_be_visible()
        expect(tab.get_by_role("button", name="Cancel the video")).to_have_count(0)
    page.go_back()
    page.go_forward()
    page.reload()
    expect(page.get_by_text("You cancelled this video.")).to_be_visible()
