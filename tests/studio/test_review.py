"""A creator reviews a written plan: changes words and an image, and approves. Only what changed is made anew."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.studio.accessibility import check_accessibility
from tests.studio.browser import PHONE
from tests.studio.conftest import OpenPage
from tests.studio.faults import Faults
from tests.studio.server import FOX_PLAN, StudioServer

NEW_WORDS = "Then it ran home, laughing."
MADE_MS = 60_000.0


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "vineyard.jpg"
    Image.effect_noise((1280, 720), 60).convert("RGB").save(path)
    return path


@pytest.fixture
def job_id(studio: StudioServer) -> str:
    """The id of a job that waits for approval."""
    job_id = studio.create_job({**FOX_PLAN, "title": "The fox waits"}, review=True)
    studio.finish_job(job_id, state="awaiting_approval")
    return job_id


def list_providers(studio: StudioServer, job_id: str) -> dict[str, str]:
    """Return the provider of each asset that is made, by its slot."""
    assets = studio.call("GET", f"/render/{job_id}/status")["assets"]
    return {one["slot"]: str(one["provider"]).split("/")[0] for one in assets if one["url"]}


def test_only_what_is_changed_is_made_anew(page: Page, studio: StudioServer, job_id: str, photo: Path) -> None:
    before = {one["scene"]: one["duration_sec"] for one in studio.call("GET", f"/render/{job_id}/plan")["narrations"]}
    page.goto(f"#/job/{job_id}/review")
    expect(page.get_by_role("heading", level=1)).to_have_text("The fox waits")
    expect(page.get_by_label("Voice of scene 1")).to_be_visible()
    first, second = page.get_by_role("group", name="Scene 1"), page.get_by_role("group", name="Scene 2")
    second.get_by_label("What is said").fill(NEW_WORDS)
    page.reload()
    expect(second.get_by_label("What is said")).to_have_value(NEW_WORDS)
    check_accessibility(page)
    first.get_by_role("button", name="Use my own image or clip").click()
    page.get_by_role("dialog").locator("input[type=file]").set_input_files(photo)
    expect(first.get_by_role("button", name="Another file")).to_be_visible(timeout=MADE_MS)
    expect(page.get_by_role("button", name="Approve and make the video")).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Save the changes").click()
    expect(page.get_by_text("The changes are saved.").first).to_be_visible()

    approve = page.get_by_role("button", name="Approve and make the video")
    expect(approve).not_to_have_attribute("aria-disabled", "true", timeout=MADE_MS)
    approve.click()
    expect(page).to_have_url(re.compile(f"#/job/{job_id}$"))
    studio.finish_job(job_id)
    view = studio.call("GET", f"/render/{job_id}/plan")
    after = {one["scene"]: one["duration_sec"] for one in view["narrations"]}
    assert (view["plan"]["scenes"][1]["narration"], after[0]) == (NEW_WORDS, before[0])
    assert after[1] != before[1]
    providers = list_providers(studio, job_id)
    assert (providers["scene-00-image"], providers["scene-01-image"]) == ("upload", "procedural-images")


def test_two_tabs_lose_no_words(open_page: OpenPage, studio: StudioServer, job_id: str, faults: Faults) -> None:
    page = open_page()
    page.goto(f"#/job/{job_id}/review")
    words = page.get_by_role("group", name="Scene 2").get_by_label("What is said")
    words.fill(f"{NEW_WORDS} {NEW_WORDS} {NEW_WORDS}")
    expect(page.get_by_text("≈ 0:07")).to_be_visible()  # while it is typed, without a voice
    words.fill(NEW_WORDS)
    studio.call("PATCH", f"/render/{job_id}/plan", {"scenes": [{"index": 0, "camera": "zoom_in"}]})
    faults.expect("412 PATCH .*/plan")
    save = page.get_by_role("button", name="Save the changes")
    save.click()
    expect(page.get_by_role("alert")).to_contain_text("changed elsewhere")
    expect(words).to_have_value(NEW_WORDS)
    save.click()
    expect(page.get_by_text("The changes are saved.").first).to_be_visible()
    scenes = studio.call("GET", f"/render/{job_id}/plan")["plan"]["scenes"]
    assert (scenes[0]["camera"], scenes[1]["narration"]) == ("zoom_in", NEW_WORDS)


def test_a_video_in_review_is_canceled_after_a_question(open_page: OpenPage, studio: StudioServer, job_id: str) -> None:
    page = open_page(size=PHONE, language="hi")
    page.goto(f"#/job/{job_id}/review")
    cancel = page.get_by_role("button", name="वीडियो रद्द करें")
    cancel.click()
    page.get_by_role("dialog").get_by_role("button", name="वापस").click()
    assert studio.call("GET", f"/render/{job_id}/status")["state"] == "awaiting_approval"
    cancel.click()
    page.get_by_role("dialog").get_by_role("button", name="वीडियो रद्द करें").click()
    expect(page).to_have_url(re.compile(f"#/job/{job_id}$"))
    studio.finish_job(job_id, state="canceled")


def test_a_plan_in_two_languages_is_changed_in_both(page: Page, studio: StudioServer) -> None:
    words = ("एक छोटी लोमड़ी ने अंगूर देखे।", "फिर वह चली गई।")
    scenes = [{**scene, "translations": {"hi": text}} for scene, text in zip(FOX_PLAN["scenes"], words, strict=True)]
    fields = {"title": "Two foxes", "languages": ["en", "hi"], "language_output": "tracks", "review": True}
    job_id = studio.create_job({**FOX_PLAN, **fields, "scenes": scenes})
    studio.finish_job(job_id, state="awaiting_approval")
    page.goto(f"#/job/{job_id}/review")
    expect(page.get_by_label("Voice of scene 1 in Hindi")).to_be_visible()
    page.get_by_label("What is said", exact=True).first.fill("A red fox saw ripe grapes.")
    page.get_by_label("What is said in Hindi").first.fill("एक लाल लोमड़ी ने अंगूर देखे।")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The changes are saved.")).to_be_visible()
    studio.finish_job(job_id, state="awaiting_approval")
    plan = studio.call("GET", f"/render/{job_id}/plan")["plan"]
    assert plan["scenes"][0]["translations"] == {"hi": "एक लाल लोमड़ी ने अंगूर देखे।"}
    check_accessibility(page)
