"""The studio below a path of its own, on a server that needs an API key."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.studio.conftest import OpenPage
from tests.studio.faults import Faults
from tests.studio.server import FOX_PLAN, StudioServer, serve_studio

KEY = "sk_test_0123456789abcdefghijklmnop"


@pytest.fixture
def private_studio(tmp_path: Path) -> Iterator[StudioServer]:
    """A server that answers callers with the key of its settings only."""
    with serve_studio(tmp_path, {"API_KEY_ADMIN": KEY}) as server:
        yield server


def test_a_video_is_found_and_played_below_a_prefix_with_a_key(
    private_studio: StudioServer, open_page: OpenPage, faults: Faults
) -> None:
    job_id = private_studio.call("POST", "/render", FOX_PLAN, KEY)["job_id"]
    private_studio.finish_job(job_id, KEY)
    faults.expect("401 GET")
    urls: list[str] = []
    page = open_page(base_url=f"{private_studio.origin}/api/studio/")
    page.on("request", lambda request: urls.append(request.url))
    page.goto("#/library")
    dialog = page.get_by_role("dialog", name="Please sign in")
    dialog.get_by_label("API key").fill(KEY)
    dialog.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="The fox").first.click()
    player = page.get_by_label("The video", exact=True)
    player.evaluate("video => { video.muted = true; return video.play(); }")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.2")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download (").click()
    assert download.value.suggested_filename == "The fox.mp4"
    assert {url for url in urls if not url.startswith(f"{private_studio.origin}/api/")} == set()
    assert not [url for url in urls if KEY in url]
    page.reload()
    expect(player).to_be_visible()
