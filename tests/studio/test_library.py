"""The library: search, filters, back, keep, duplicate, delete."""

import re

from playwright.sync_api import Page, Route, expect

from tests.studio.conftest import OpenPage
from tests.studio.faults import Faults
from tests.studio.long_library import copy_video
from tests.studio.server import FOX_PLAN, StudioServer


def test_a_new_library_leads_to_the_first_video(own_studio: StudioServer, open_page: OpenPage) -> None:
    page = open_page(server=own_studio)
    page.goto("#/library")
    expect(page.get_by_text("Here your videos will be")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Make a video").last.click()
    expect(page).to_have_url(re.compile("#/create"))


def test_videos_are_searched_and_the_search_stays_through_back_and_reload(page: Page, finished_job: str) -> None:
    page.goto("#/library")
    search = page.get_by_role("searchbox", name="Search")
    search.fill("no such words")
    expect(page.get_by_text("No video matches")).to_be_visible()
    page.get_by_role("button", name="Show all videos").click()
    search.fill("fox")
    expect(page).to_have_url(re.compile(r"q=fox"))
    page.get_by_label("State").select_option(label="Finished")
    page.get_by_role("link", name="The fox", exact=False).first.click()
    expect(page).to_have_url(re.compile("#/job/"))
    page.go_back()
    expect(search).to_have_value("fox")
    page.reload()
    expect(search).to_have_value("fox")
    expect(page.get_by_label("State")).to_have_value("success")
    expect(page.get_by_role("link", name="The fox", exact=False).first).to_be_visible()


def test_a_video_is_kept_duplicated_and_deleted_after_a_question(page: Page, studio: StudioServer) -> None:
    job_id = studio.create_job({**FOX_PLAN, "title": "The owl", "scenes": FOX_PLAN["scenes"][:1]})
    studio.finish_job(job_id)
    page.goto("#/library?q=owl")
    page.get_by_role("button", name="Keep “The owl” for good").click()
    expect(page.get_by_role("button", name="Keep “The owl” no longer for good")).to_be_visible()
    assert studio.call("GET", f"/render/{job_id}/status")["pinned"]
    page.get_by_role("link", name="Duplicate “The owl”").click()
    expect(page.get_by_label("What is said")).to_have_value(FOX_PLAN["scenes"][0]["narration"])
    expect(page.get_by_role("main")).to_contain_text("Start anew")
    page.go_back()
    delete = page.get_by_role("button", name="Delete “The owl”")
    question = page.get_by_role("dialog", name="Delete “The owl”?")
    delete.click()
    question.get_by_role("button", name="Back").click()
    expect(question).to_be_hidden()
    expect(delete).to_be_focused()
    delete.click()
    question.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("“The owl” is deleted.").first).to_be_visible()
    expect(page.get_by_text("No video matches")).to_be_visible()


def test_a_long_library_goes_on_after_a_slow_and_after_a_failed_call(
    own_studio: StudioServer, open_page: OpenPage, faults: Faults
) -> None:
    job_id = own_studio.create_job({**FOX_PLAN, "scenes": FOX_PLAN["scenes"][:1]})
    own_studio.finish_job(job_id)
    copy_video(own_studio, job_id, 199)
    page = open_page(server=own_studio)
    page.goto("#/library")
    page.get_by_role("link", name="Copy 2 of the fox").first.click()
    expect(page).to_have_url(re.compile("#/job/"))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/library?*page=1*", hold)
    page.go_back()
    expect(page.get_by_role("heading", name="Library")).to_be_focused()
    expect(page.get_by_role("link", name="Duplicate “Copy 2 of the fox”")).to_be_visible()
    _scroll_to_end(page)  # the first page is read anew meanwhile
    expect(page.get_by_role("link", name="Duplicate “Copy 59 of the fox”")).to_be_visible()
    held[0].continue_()
    expect(page.get_by_role("link", name="Duplicate “Copy 60 of the fox”")).to_be_attached()

    page.route("**/library?*after=*", lambda route: route.fulfill(status=500, json={"title": "Out of order"}), times=1)
    faults.expect("500 GET .*/library")
    _scroll_to_end(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    _scroll_to_end(page)
    expect(page.get_by_role("link", name=re.compile(r"Duplicate “Copy 1[2-9]\d of")).first).to_be_attached()


def _scroll_to_end(page: Page) -> None:
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
