"""Start Debian's Chromium for the tests, and open pages of the studio in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.studio.drawing import count_calls

Scheme = Literal["light", "dark"]
Language = Literal["en", "hi"]
DESKTOP, PHONE = (1280, 800), (390, 844)
"""Width and height of a window in CSS pixels."""
TIMEOUT_MS = 15_000.0
"""The time after which a test no longer waits for what the user would see; long, for a busy machine."""
_PROGRAMS = ("chromium", "chromium-headless-shell")
# a container runs the tests as root and has little shared memory; the tests open only pages of their own server
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",  # a microphone that beeps; a page must still be allowed to hear it
)
_LOCALES = {"en": "en-US", "hi": "hi-IN"}


def find_browser() -> str | None:
    """Return the path of Chromium; None if the machine has none."""
    return next((path for path in map(shutil.which, _PROGRAMS) if path), None)


@contextmanager
def start_browser() -> Iterator[Browser]:
    """Run Chromium without a window while the block runs.

    Raises:
        FileNotFoundError: the machine has no Chromium.
    """
    program = find_browser()
    if program is None:
        raise FileNotFoundError("Chromium is not installed (Debian: chromium)")
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def open_context(
    browser: Browser,
    base_url: str,
    size: tuple[int, int] = DESKTOP,
    language: Language = "en",
    scheme: Scheme = "light",
) -> BrowserContext:
    """Return a new profile of the browser: no storage, no cookies, no cache of another one.

    Args:
        base_url: URL of the studio with a slash at its end; ``page.goto("#/library")`` is relative to it.
        size: width and height in CSS pixels; a window narrower than 600 is a phone with a touch screen.
    """
    is_phone = size[0] < 600
    context = browser.new_context(
        base_url=base_url,
        viewport={"width": size[0], "height": size[1]},
        locale=_LOCALES[language],
        timezone_id="UTC",
        color_scheme=scheme,
        reduced_motion="reduce",
        is_mobile=is_phone,
        has_touch=is_phone,
        service_workers="block",
    )
    count_calls(context)
    context.set_default_timeout(TIMEOUT_MS)
    return context
