"""A creator speaks: the voice is recorded in the browser, or chosen, and becomes the narration of the whole video."""

import re

from playwright.sync_api import Page, expect

from tests.studio.accessibility import check_accessibility
from tests.studio.browser import PHONE
from tests.studio.conftest import OpenPage
from tests.studio.keyboard import press
from tests.studio.screenshots import take_screenshot


def test_a_voice_is_recorded_paused_and_used_with_the_keyboard_alone(page: Page) -> None:
    page.context.grant_permissions(["microphone"])
    page.goto("")
    page.get_by_role("radio", name="My own voice").check()
    press(page, page.get_by_role("button", name="Record now"))
    meter = page.get_by_role("meter", name="Loudness of your voice")
    expect(meter).to_have_attribute("aria-valuenow", re.compile("[1-9]"))  # the fake microphone beeps
    expect(page.get_by_role("timer")).to_have_text("0:01")
    page.evaluate("() => scrollTo(0, 0)")
    take_screenshot(page, "voice-desktop-en")
    press(page, page.get_by_role("button", name="Pause"))
    expect(meter).to_have_attribute("aria-valuenow", "0")
    press(page, page.get_by_role("button", name="Go on"))
    press(page, page.get_by_role("button", name="Finish and use it"))
    expect(page.get_by_text(re.compile(r"voice-[\d-]+\.(webm|ogg|m4a)"))).to_be_visible()
    page.get_by_role("textbox", name="What you say").fill("Tea is hot.")
    with page.expect_request(
        lambda one: one.url.endswith("/plan") and "narration_audio" in (one.post_data or "")
    ) as sent:
        page.get_by_role("radio", name="Drawn images").check()
        page.get_by_role("textbox", name="What do the images show?").fill("a garden with tea")
    assert (sent.value.post_data_json or {})["narration_audio"]["text"] == "Tea is hot."
    page.reload()
    expect(page.get_by_role("textbox", name="What you say")).to_have_value("Tea is hot.")
    expect(page.get_by_text(re.compile(r"voice-[\d-]+\."))).to_be_visible()


def test_a_page_that_may_not_use_the_microphone_says_what_to_do(open_page: OpenPage) -> None:
    page = open_page(size=PHONE, language="hi")
    page.goto("")
    page.get_by_role("radio", name="मेरी आवाज़").check()
    page.get_by_role("button", name="अभी रिकॉर्ड करें").click()
    expect(page.get_by_role("alert")).to_contain_text("माइक्रोफ़ोन की अनुमति नहीं है")
    take_screenshot(page, "voice-phone-hi")
    check_accessibility(page)
    page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError')); }"
    )
    page.get_by_role("button", name="अभी रिकॉर्ड करें").click()
    expect(page.get_by_role("alert")).to_contain_text("कोई माइक्रोफ़ोन नहीं मिला")
