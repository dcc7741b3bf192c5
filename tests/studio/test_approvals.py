"""Approvals: an agent asks, and a person looks at it and answers."""

import re
from typing import Any

from playwright.sync_api import expect

from tests.studio.accessibility import check_accessibility
from tests.studio.browser import PHONE
from tests.studio.conftest import OpenPage
from tests.studio.screenshots import has_screenshots, take_screenshot
from tests.studio.server import FOX_PLAN, StudioServer


def ask_to_publish(studio: StudioServer, job_id: str, title: str) -> str:
    words = {"destination": "folder", "title": title, "description": "A fable, told anew.", "tags": ["fox", "fable"]}
    words["iso_datetime"] = "2100-01-01T12:00Z"  # other tests publish this video
    return str(studio.call("POST", "/approvals", {"job_id": job_id, "publish": words})["approval_id"])


def ask_to_render(studio: StudioServer, **plan: Any) -> str:
    """Ask for a video that costs nothing, and is published."""
    asked = studio.call("POST", "/approvals", {"plan": {**FOX_PLAN, **plan, "publish": [{"destination": "folder"}]}})
    return str(asked["approval_id"])


def test_a_person_looks_at_what_an_agent_asks_for_and_grants_or_refuses_it(
    open_page: OpenPage, studio: StudioServer, finished_job: str
) -> None:
    page = open_page()
    page.goto("#/approvals")
    expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
    asked = ask_to_publish(studio, finished_job, "The fox & the grapes")
    expect(page.get_by_role("link", name="Publish “The fox & the grapes”")).to_be_visible()  # without a reload
    page.get_by_role("link", name="Publish “The fox & the grapes”").click()
    expect(page.get_by_text("A fable, told anew.", exact=True)).to_be_visible()
    expect(page.get_by_role("navigation").get_by_text("1 waits for you")).to_be_attached()
    check_accessibility(page)
    take_screenshot(page, "approval-desktop-en")
    page.get_by_role("button", name="Grant").click()
    expect(page.get_by_text("Granted", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Grant")).to_have_count(0)
    expect(page.get_by_role("navigation").get_by_text("1 waits for you")).to_have_count(0)
    granted = studio.call("GET", f"/approvals/{asked}")
    studio.call("DELETE", f"/publications/{granted['publication_id']}")

    video = ask_to_render(studio, title="The fox, once more", label=True)
    page.goto(f"#/approvals/{video}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Make the video “The fox, once more”")
    expect(page.get_by_text("Then it walked away, smiling.", exact=True)).to_be_visible()
    expect(page.get_by_role("img", name="Preview of the video")).to_be_visible()
    page.get_by_label("Words for the agent").fill("One fox is enough.")
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_text("Your words for the agent: One fox is enough.")).to_be_visible()
    refused = studio.call("GET", f"/approvals/{video}")
    assert (refused["state"], refused["answer_note"], refused["job_id"]) == ("refused", "One fox is enough.", "")

    ask_to_render(studio, title="अंगूर खट्टे हैं")
    page = open_page(size=PHONE, language="hi")
    page.goto("")
    expect(page.get_by_role("link", name=re.compile("अनुमतियाँ"))).to_contain_text("1")
    page.get_by_role("link", name=re.compile("अनुमतियाँ")).click()
    expect(page.get_by_role("link", name="अंगूर खट्टे हैं")).to_be_visible()
    check_accessibility(page)
    take_screenshot(page, "approvals-phone-hi")
    if has_screenshots():
        ask_to_publish(studio, finished_job, "The fox in a hurry")


def test_an_approval_that_is_gone_leads_to_the_others(open_page: OpenPage, faults: Any) -> None:
    faults.expect("404 GET /approvals/ap-0000000000000000")
    page = open_page()
    page.goto("#/approvals/ap-0000000000000000")
    expect(page.get_by_role("heading", level=1)).to_have_text("No such approval")
    page.get_by_role("link", name="Show all approvals").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Approvals")
