"""The calendar: a publication is planned, moved by drag and by keyboard, and cancelled."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.studio.accessibility import check_accessibility
from tests.studio.faults import Faults
from tests.studio.keyboard import press


@pytest.fixture
def days() -> tuple[date, date]:
    """Two days of one month of the future, in different weeks."""
    first = (datetime.now(UTC).date().replace(day=1) + timedelta(days=62)).replace(day=10)
    return first, first + timedelta(days=9)


def find_day(page: Page, day: date) -> Locator:
    """Return the cell of the calendar for ``day``."""
    return page.get_by_role("cell").filter(has=page.locator(f"time[datetime='{day.isoformat()}']"))


def test_a_video_is_planned_moved_and_cancelled(
    page: Page, finished_job: str, days: tuple[date, date], faults: Faults
) -> None:
    first, second = days
    page.goto(f"#/publish?month={first:%Y-%m}")
    find_day(page, first).get_by_role("button", name="Plan a publication on").click(force=True)
    page.get_by_role("dialog", name="Which video?").get_by_role("button", name="The fox").last.click()
    dialog = page.get_by_role("dialog", name="Publish this video")
    dialog.get_by_label("Title").fill('The fox & "grapes"')
    expect(dialog.get_by_label("Date and time")).to_have_value(f"{first.isoformat()}T18:00")
    dialog.get_by_role("button", name="Plan it").click()
    entry = page.get_by_role("button", name=re.compile('The fox & "grapes" ?, Planned'))
    expect(find_day(page, first).get_by_role("button", name=re.compile("Planned"))).to_be_visible()
    check_accessibility(page)

    entry.drag_to(find_day(page, second))
    expect(find_day(page, second).get_by_role("button", name=re.compile("Planned"))).to_be_visible()
    page.reload()
    expect(find_day(page, second).get_by_role("button", name=re.compile("Planned"))).to_be_visible()

    press(page, entry)
    change = page.get_by_role("dialog", name='The fox & "grapes"')
    change.get_by_label("Date and time").fill("2020-01-01T10:00")
    faults.expect("400 PATCH")  # the past
    change.get_by_role("button", name="Save").click()
    expect(change.get_by_label("Date and time")).to_have_attribute("aria-invalid", "true")
    change.get_by_label("Date and time").fill(f"{first.isoformat()}T09:30")
    change.get_by_role("button", name="Save").click()
    expect(find_day(page, first).get_by_role("button", name=re.compile("9:30"))).to_be_visible()

    page.get_by_text("List", exact=True).click()
    page.get_by_role("button", name='Change the publication of “The fox & "grapes"”').click()
    change.get_by_role("button", name="Cancel the publication").click()
    page.get_by_role("dialog", name="Cancel this publication?").get_by_role(
        "button", name="Cancel the publication"
    ).click()
    expect(page.get_by_text("Cancelled", exact=True).first).to_be_visible()
