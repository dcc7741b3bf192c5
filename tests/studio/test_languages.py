"""The studio offers every language for the video, and takes a further interface language as one file."""

import re

from playwright.sync_api import Page, Route, expect

from sutradhar.domain.language.tags import LANGUAGES
from tests.studio.accessibility import check_accessibility
from tests.studio.conftest import OpenPage
from tests.studio.server import StudioServer
from tests.studio.sources import FOLDER

TAMIL = 'export default { common: { create: "உருவாக்கு", library: "நூலகம்" } };'


def test_the_page_offers_the_languages_of_the_table() -> None:
    (tags,) = re.findall(r"SPOKEN = \[(.*?)\]", (FOLDER / "js/lib/languages.js").read_text("utf-8"), re.DOTALL)
    assert tuple(re.findall(r'"(\w+)"', tags)) == LANGUAGES


def test_a_plan_gets_its_languages(page: Page, studio: StudioServer) -> None:
    page.goto("")
    page.get_by_label("What is your video about?").fill("Prahlad")
    language = page.get_by_label("Language", exact=True)
    expect(language.locator("option")).to_have_count(len(LANGUAGES) + 1)
    further = page.get_by_label("Also narrate it in")
    further.select_option("hi")
    expect(language).to_have_value("en")
    with page.expect_request("**/plan") as request:
        page.get_by_text("One video with audio tracks").click()
    plan = request.value.post_data_json or {}
    assert (plan.get("languages"), plan.get("language_output")) == (["en", "hi"], "tracks")
    check_accessibility(page)
    page.get_by_role("button", name="Take Hindi out").click()
    expect(page.get_by_text("One video with audio tracks")).to_be_hidden()


def test_a_video_leads_to_those_in_other_languages(page: Page, finished_job: str) -> None:
    url = f"/render/{finished_job}/status"
    tamil, french = {"language": "ta", "state": "success", "problem": ""}, {"language": "fr", "state": "error"}

    def add_versions(route: Route) -> None:
        answer = route.fetch()
        status = answer.json()
        if status["job_id"] == finished_job:
            status["versions"] = [tamil | {"job_id": finished_job}, french | {"job_id": "", "problem": "no voice"}]
        route.fulfill(response=answer, json=status)

    page.route(f"**{url}*", add_versions)
    page.goto(f"#/job/{finished_job}")
    part = page.locator("section").filter(has=page.get_by_role("heading", name="In other languages"))
    expect(part.get_by_role("link", name="Tamil")).to_have_attribute("href", f"#/job/{finished_job}")
    expect(part.get_by_role("listitem").filter(has_text="French")).to_contain_text("no voice")
    expect(part.get_by_role("link")).to_have_count(1)


def test_a_further_interface_language_is_one_file(open_page: OpenPage) -> None:
    page = open_page()

    def add_language(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer, body=answer.text().replace('name="texts" content=""', 'name="texts" content="ta"')
        )

    page.route("**/studio/", add_language)
    page.route("**/js/text/ta.js", lambda route: route.fulfill(body=TAMIL, content_type="text/javascript"))
    page.goto("#/settings")
    page.get_by_text("தமிழ்").click()
    expect(page.get_by_role("link", name="நூலகம்")).to_be_visible()
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="உருவாக்கு")).to_be_visible()
