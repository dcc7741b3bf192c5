"""A creator changes one scene of a finished video: the page says what is kept, and only that scene is made anew."""

import re

from playwright.sync_api import Page, expect

from tests.studio.server import StudioServer

NEW_WORDS = "Then it ran home, laughing."


def test_one_changed_scene_is_made_anew(page: Page, studio: StudioServer, finished_job: str) -> None:
    page.goto(f"#/job/{finished_job}/edit")
    expect(page.get_by_text("Change what you like.")).to_be_visible()
    expect(page.get_by_text("voice stays")).to_have_count(2)
    page.get_by_label("What is said").nth(1).fill(NEW_WORDS)
    expect(page.get_by_text("1 of 2 scenes stay as they are")).to_be_visible()
    second = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Scene 2"))
    expect(second.get_by_text("new voice")).to_be_visible()
    expect(second.get_by_text("image stays")).to_be_visible()
    page.reload()
    expect(page.get_by_label("What is said").nth(1)).to_have_value(NEW_WORDS)
    expect(page.get_by_role("complementary").get_by_text("Free")).to_be_visible()
    page.get_by_role("button", name="Make the video").click()
    expect(page).to_have_url(re.compile(rf"#/job/(?!{finished_job})job-\w+$"))

    job_id = page.url.rpartition("/")[2]
    before, after = (read_files(page, studio, one) for one in (finished_job, job_id))
    assert {slot for slot in before if before[slot] != after[slot]} == {"scene-01-narration"}
    parts = studio.call("GET", f"/render/{job_id}/summary")["cache_hits"]
    assert 0 < parts["reused"] < parts["total"]
    assert studio.call("GET", f"/render/{finished_job}/plan")["plan"]["scenes"][1]["narration"] != NEW_WORDS


def read_files(page: Page, studio: StudioServer, job_id: str) -> dict[str, bytes]:
    """Return the bytes of each asset of the job, by slot, once the job has finished."""
    status = studio.finish_job(job_id)
    return {one["slot"]: page.request.get(one["url"]).body() for one in status["assets"]}
