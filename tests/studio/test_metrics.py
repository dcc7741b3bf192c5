"""The metrics page: plots by day, which the keyboard and a table read, and the totals of the server."""

import re

from playwright.sync_api import expect

from tests.studio.accessibility import check_accessibility
from tests.studio.conftest import OpenPage
from tests.studio.keyboard import move_to
from tests.studio.screenshots import take_screenshot

_FINISHED = re.compile(r"Finished: [1-9]")


def test_a_finished_video_is_in_the_plots_and_the_keyboard_reads_them(open_page: OpenPage, finished_job: str) -> None:
    page = open_page()
    page.goto("#/metrics")
    plot = page.get_by_role("slider", name="Videos by day")
    expect(plot).to_have_attribute("aria-valuetext", _FINISHED)
    expect(page.get_by_role("slider", name="Time until a video is finished")).to_have_attribute(
        "aria-valuetext", re.compile(r"Half take at most: \d+ (sec|min)")
    )
    move_to(page, plot)
    page.keyboard.press("ArrowLeft")
    expect(plot).to_have_attribute("aria-valuetext", re.compile("Finished: 0"))
    page.keyboard.press("End")
    expect(plot).to_have_attribute("aria-valuetext", _FINISHED)
    page.get_by_role("region", name="Videos by day", exact=True).get_by_text("Show as a table").click()
    expect(page.get_by_role("table", name="Videos by day").get_by_role("rowheader").first).to_be_visible()
    check_accessibility(page)
    take_screenshot(page, "metrics")
    page.get_by_role("radio", name="90 days").check(force=True)
    expect(page).to_have_url(re.compile(r"#/metrics\?days=90"))
    expect(plot).to_have_attribute("aria-valuemax", "89")
    page.reload()
    expect(plot).to_have_attribute("aria-valuemax", "89")
    expect(page.get_by_role("progressbar", name=re.compile("of videos succeed"))).to_be_visible()
