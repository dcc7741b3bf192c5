"""The page of one job: a video that is being made, is finished, is cancelled, or is deleted."""

import re
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from functions.dev.emulated_cloud.emulators import find_free_port
from tests.studio.accessibility import check_accessibility
from tests.studio.browser import PHONE
from tests.studio.conftest import OpenPage
from tests.studio.faults import Faults
from tests.studio.server import FOX_PLAN, StudioServer, serve_studio

FINISHED_MS = 120_000.0
SLOW_PLAN = {**FOX_PLAN, "title": "A slow fox", "scenes": [*FOX_PLAN["scenes"]] * 4, "render": {"mode": "FINAL"}}
"""A plan that is not finished before a test has looked at it."""


def test_the_page_goes_on_by_asking_when_the_stream_of_events_is_cut(
    page: Page, studio: StudioServer, faults: Faults
) -> None:
    faults.expect("503 GET .*/events")
    cuts = 0

    def cut(route: Route) -> None:
        nonlocal cuts
        cuts += 1
        route.fulfill(status=503, content_type="application/problem+json", body='{"title": "cut"}')

    page.route(re.compile("/render/[^/]+/events"), cut)
    page.goto(f"#/job/{studio.create_job({**FOX_PLAN, 'title': 'The cut fox'})}")
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_label("The video", exact=True)).to_be_visible(timeout=FINISHED_MS)
    assert cuts > 0


def test_a_finished_video_has_captions_of_its_language_scenes_and_files(
    open_page: OpenPage, studio: StudioServer, finished_job: str
) -> None:
    page = open_page(size=PHONE)
    page.goto(f"#/job/{finished_job}")
    video = page.get_by_label("The video", exact=True)
    expect(video).to_be_visible()
    expect(video.locator("track")).to_have_attribute("srclang", "en")
    page.wait_for_function("() => document.querySelector('video').textTracks[0].mode === 'showing'")
    page.wait_for_function("() => document.querySelector('video').textTracks[0].cues?.length > 0")
    page.get_by_role("button", name=re.compile("Then it walked away")).press("Enter")
    page.wait_for_function("() => document.querySelector('video').currentTime > 1.5")
    expect(video).to_be_focused()
    page.get_by_text("All files").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Captions English (SRT)").click()
    assert "small fox" in download.value.path().read_text("utf-8")
    page.get_by_text("How it was made", exact=True).click()
    expect(page.get_by_role("table", name="Time of each step")).to_contain_text("Voice")
    page.get_by_text("The file says how it was made, and is not signed").click()
    expect(page.get_by_role("region", name="Who or what made each part")).to_contain_text("Scene 1")
    check_accessibility(page)


def test_a_video_is_cancelled_only_when_the_reader_confirms_it(page: Page, studio: StudioServer) -> None:
    job_id = studio.create_job(SLOW_PLAN)
    page.goto(f"#/job/{job_id}")
    cancel = page.get_by_role("button", name="Cancel the video")
    cancel.click()
    page.get_by_role("dialog").get_by_role("button", name="Back").click()
    assert studio.call("GET", f"/render/{job_id}/status")["state"] != "canceled"
    cancel.click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the video").click()
    expect(page.get_by_text("You cancelled this video.")).to_be_visible()
    expect(page.get_by_role("link", name="Duplicate")).to_be_visible()
    check_accessibility(page)


def test_a_deleted_video_leads_to_the_library_and_its_address_says_so(
    page: Page, studio: StudioServer, faults: Faults
) -> None:
    job_id = studio.create_job({**FOX_PLAN, "title": "A fox to delete"})
    studio.finish_job(job_id)
    page.goto(f"#/job/{job_id}")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile("#/library"))
    faults.expect("404 GET .*/render/.*")
    page.goto(f"#/job/{job_id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such video")
    check_accessibility(page)


def test_a_video_that_failed_says_why_and_is_finished_by_a_retry(tmp_path: Path, open_page: OpenPage) -> None:
    port = find_free_port()
    # the server itself knows no path of this provider, and refuses at once
    refusing = {"OPENAI_API_KEY": "sk-none", "OPENAI_BASE_URL": f"http://127.0.0.1:{port}"}
    with serve_studio(tmp_path, {"IMAGE_GENERATORS": "openai", **refusing}, port) as server:
        job_id = server.create_job({**FOX_PLAN, "scenes": FOX_PLAN["scenes"][:1]})
        server.finish_job(job_id, state="error")
    with serve_studio(tmp_path, port=port) as server:  # the same home, and providers that answer
        page = open_page(server=server)
        page.goto(f"#/job/{job_id}")
        expect(page.get_by_text("It failed at: Images")).to_be_visible()
        check_accessibility(page)
        page.get_by_role("button", name="Try again").click()
        page.get_by_role("dialog").get_by_role("button", name="Try again").click()
        expect(page.get_by_label("The video", exact=True)).to_be_visible(timeout=FINISHED_MS)


def test_a_video_with_two_audio_tracks_is_heard_in_the_chosen_language(
    open_page: OpenPage, studio: StudioServer
) -> None:
    words = ("एक छोटी लोमड़ी ने अंगूर देखे।", "फिर वह चली गई।")
    scenes = [{**scene, "translations": {"hi": text}} for scene, text in zip(FOX_PLAN["scenes"], words, strict=True)]
    fields = {"title": "The fox twice", "languages": ["en", "hi"], "language_output": "tracks"}
    job_id = studio.create_job({**FOX_PLAN, **fields, "scenes": scenes})
    studio.finish_job(job_id)
    page = open_page()
    page.goto(f"#/job/{job_id}")
    choice = page.get_by_label("What you hear")
    expect(choice.locator("option")).to_have_text(["English", "Hindi"])
    choice.select_option("hi")
    page.wait_for_function("() => document.querySelector('video').muted")
    page.evaluate("document.querySelector('video').play()")
    page.wait_for_function("() => document.querySelector('audio').currentTime > 0.5")
    late = "Math.abs(document.querySelector('audio').currentTime - document.querySelector('video').currentTime)"
    page.wait_for_function(f"() => {late} < 0.3")
    page.wait_for_function(
        "() => [...document.querySelector('video').textTracks].find((one) => one.language === 'hi').mode === 'showing'"
    )
    page.evaluate("document.querySelector('video').pause()")
    page.wait_for_function("() => document.querySelector('audio').paused")
    choice.select_option("en")
    expect(page.locator("audio[preload=auto]")).to_have_count(0)
    assert not page.evaluate("document.querySelector('video').muted")
    page.get_by_text("All files").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Audio Hindi (M4A)").click()
    assert download.value.path().stat().st_size > 10_000
    check_accessibility(page)
