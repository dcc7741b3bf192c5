"""A plan that cannot be made as it is: each problem is at its field, and nothing that was written is lost."""

import json
import re
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.studio.accessibility import check_accessibility
from tests.studio.browser import PHONE
from tests.studio.conftest import OpenPage
from tests.studio.faults import Faults

BAD_PLAN = {
    "scenes": [
        {"narration": "Tea is hot.", "image_prompt": "a cup of tea"},
        {"narration": "Biscuits.", "image_prompt": "a biscuit", "camera": "sideways"},
    ],
    "seed": -1,
    "style": "s" * 201,
}
"""A plan with an error in a scene, in an option, and in an option that is folded away."""


def write_plan(folder: Path, plan: object) -> Path:
    path = folder / "tea.json"
    path.write_text(json.dumps(plan), "utf-8")
    return path


def test_each_error_of_a_plan_file_appears_at_its_field_and_the_list_leads_there(
    open_page: OpenPage, faults: Faults, tmp_path: Path
) -> None:
    faults.expect("400 POST /plan", "400 POST /render")
    page = open_page(size=PHONE)
    page.goto("")
    page.get_by_label("Open a plan file").set_input_files(write_plan(tmp_path, BAD_PLAN))
    expect(page.get_by_text("3 things need a change", exact=True)).to_be_visible()

    camera = page.get_by_label("Camera").nth(1)
    expect(camera).to_have_attribute("aria-invalid", "true")
    expect(camera).to_be_visible()  # its fold is open
    expect(page.get_by_label("Camera").nth(0)).to_be_hidden()
    page.get_by_role("button", name="Seed").click()
    expect(page.get_by_label("Seed")).to_be_focused()
    page.get_by_role("button", name="Make the video").click()
    expect(camera).to_be_focused()
    check_accessibility(page)

    camera.select_option(label="Zoom in")
    page.get_by_label("Seed").fill("7")
    page.get_by_label("Style of the images").fill("watercolour")
    expect(page.get_by_role("complementary").get_by_text("Free")).to_be_visible()
    expect(page.get_by_text(re.compile("things? needs? a change"))).to_have_count(0)


def test_a_file_that_is_no_plan_changes_nothing(page: Page, tmp_path: Path) -> None:
    page.goto("")
    page.get_by_label("What is your video about?").fill("Tea")
    page.get_by_label("Open a plan file").set_input_files(write_plan(tmp_path, ["Tea"]))
    expect(page.get_by_role("alert")).to_contain_text("tea.json is not a plan")
    expect(page.get_by_label("What is your video about?")).to_have_value("Tea")


def test_a_refusal_for_the_budget_says_what_to_do(page: Page, faults: Faults) -> None:
    faults.expect("402 POST /render")

    def refuse(route: Route) -> None:
        route.fulfill(status=402, content_type="application/problem+json", json={"detail": "the budget is used up"})

    page.route("**/render", refuse)
    page.goto("")
    page.get_by_label("What is your video about?").fill("Tea")
    page.get_by_role("button", name="Make the video").click()
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("the budget is used up")
    expect(refusal).to_contain_text("Take a shorter video")
    refusal.get_by_role("link", name="See the budgets").click()
    page.go_back()
    expect(page.get_by_label("What is your video about?")).to_have_value("Tea")
