"""Every page, as people with a phone, a large screen, English, Hindi, light or dark colours see it."""

import pytest

from tests.studio.accessibility import check_accessibility
from tests.studio.browser import DESKTOP, PHONE, Language
from tests.studio.conftest import OpenPage
from tests.studio.drawing import wait_until_drawn
from tests.studio.sample_library import fill_library
from tests.studio.screenshots import has_screenshots, take_screenshot
from tests.studio.server import StudioServer

ROUTES = {
    "create": "#/create",
    "library": "#/library",
    "publish": "#/publish",
    "metrics": "#/metrics",
    "settings": "#/settings",
    "job": "#/job/{finished}",
    "edit": "#/job/{finished}/edit",
    "review": "#/job/{waiting}/review",
}
OTHER_ROUTES = {
    "more": "#/more",
    "approvals": "#/approvals",
    "batches": "#/batches",
    "new_batch": "#/batches/new",
    "brands": "#/brands",
}
"""Pages whose own tests look for barriers and keep their images."""
Look = tuple[str, tuple[int, int], Language]
LOOKS: list[Look] = [("phone", PHONE, "hi"), ("desktop", DESKTOP, "en")]
"""Each width and each language; both colours are checked for each. The other two are checked with the screenshots."""
if has_screenshots():
    LOOKS += [("phone", PHONE, "en"), ("desktop", DESKTOP, "hi")]


@pytest.fixture(scope="module", autouse=True)
def sample_library(studio: StudioServer) -> None:
    """A library with some videos, if images of the pages are kept."""
    if has_screenshots():
        fill_library(studio)


@pytest.mark.parametrize(
    ("width", "size", "language"), LOOKS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_people_can_use_every_page(
    open_page: OpenPage, finished_job: str, waiting_job: str, width: str, size: tuple[int, int], language: Language
) -> None:
    page = open_page(size=size, language=language)
    page.goto("")
    for name, route in ROUTES.items():
        page.goto(route.format(finished=finished_job, waiting=waiting_job))
        wait_until_drawn(page)
        take_screenshot(page, f"{name}-{width}-{language}")
        check_accessibility(page)
        texts = page.locator("body").inner_text()
        assert "{" not in texts, f"{name}: a placeholder without a value: {texts}"


def test_a_narrow_phone_shows_every_page_without_scrolling_sideways(
    open_page: OpenPage, finished_job: str, waiting_job: str
) -> None:
    page = open_page(size=(320, 640))
    page.goto("")
    for name, route in {**ROUTES, **OTHER_ROUTES}.items():
        page.goto(route.format(finished=finished_job, waiting=waiting_job))
        wait_until_drawn(page)
        wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{name} is {wide} pixels wider than its window"
