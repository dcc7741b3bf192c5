"""A creator hears each voice before a video is made with it, and knows the price of that."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.studio.accessibility import check_accessibility
from tests.studio.browser import PHONE
from tests.studio.conftest import OpenPage
from tests.studio.faults import Faults
from tests.studio.server import StudioServer

OWN_VOICE: dict[str, Any] = {
    "voice": "elevenlabs/george",
    "provider": "elevenlabs",
    "model": "eleven_v3",
    "name": "George",
    "gender": "M",
    "languages": ["en", "hi"],
    "kind": "paid",
    "price_usd": 0.1,
    "price_per": "1000 characters",
    "expresses_emotion": True,
    "is_available": True,
    "problem": "",
    "sample_usd": 0.0052,
    "sample_url": None,
}


def test_a_voice_is_heard_and_stopped_and_its_sample_is_made_once(page: Page, studio: StudioServer) -> None:
    page.goto("#/create")
    page.get_by_label("Language", exact=True).select_option("hi")
    hear = page.get_by_role("button", name="Hear the voice: A man")
    hear.click()
    stop = page.get_by_role("button", name="Stop the voice: A man")
    expect(stop).to_be_visible()
    stop.click()
    expect(hear).to_be_visible()
    (man,) = [one for one in studio.call("GET", "/voices?language=hi")["voices"] if one["voice"] == "M"]
    assert man["sample_url"]

    orders: list[str] = []
    page.on("request", lambda request: orders.append(request.method) if "/voices/sample" in request.url else None)
    hear.click()
    expect(stop).to_be_visible()
    assert "POST" not in orders
    expect(hear).to_be_visible()  # it has ended by itself
    expect(page.get_by_role("radio", name="A woman")).to_be_checked()


def test_voices_of_a_provider_are_chosen_by_name_with_the_price_of_hearing_them(
    open_page: OpenPage, studio: StudioServer, faults: Faults
) -> None:
    page = open_page(size=PHONE)

    listed = studio.call("GET", "/voices?language=en")
    answer = {**listed, "voices": [*listed["voices"], OWN_VOICE]}
    page.route("**/voices?language=en", lambda route: route.fulfill(json=answer))
    page.goto("#/create")
    page.get_by_text("One more voice").click()
    george = page.get_by_role("radio", name="George")
    expect(page.get_by_text("hearing it costs $0.0052 once")).to_be_visible()
    page.get_by_role("radio", name="A woman").focus()
    george.check()
    expect(george).to_be_checked()
    check_accessibility(page)
    faults.expect("400 POST .*/voices/sample")  # this server has no key of the provider
    faults.expect("400 POST .*/plan$")
    page.get_by_role("button", name="Hear the voice: George").click()
    expect(page.get_by_role("alert")).to_contain_text("elevenlabs is not set up here")
    page.reload()
    expect(page.get_by_role("radio", name="George")).to_be_checked()
