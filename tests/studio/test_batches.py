"""Batches: a table is checked as a whole, becomes videos, and is paused, cancelled and downloaded."""

import csv
import io
import json
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from tests.studio.accessibility import check_accessibility
from tests.studio.browser import PHONE
from tests.studio.conftest import OpenPage
from tests.studio.drawing import wait_until_drawn
from tests.studio.faults import Faults
from tests.studio.screenshots import has_screenshots, take_screenshot
from tests.studio.server import StudioServer

PLAN = {
    "title": "{{city}}",
    "scenes": [{"narration": "Good morning from {{city}}.", "color": "{{color}}"}],
    "render": {"mode": "PROXY"},
}
TABLE = "id;city;color\npune;Pune;#26566b\nagra;Agra;#8a5a2b\n"


def test_a_wrong_row_is_named_then_the_table_becomes_videos_and_their_files(
    open_page: OpenPage, studio: StudioServer, tmp_path: Path
) -> None:
    page = open_page()
    page.goto("#/batches")
    page.get_by_role("link", name="New batch").first.click()
    page.get_by_label("Plan as JSON").fill(json.dumps(PLAN))
    table = tmp_path / "cities.csv"
    table.write_text(TABLE.replace("#8a5a2b", "brown"), "utf-8")
    page.get_by_label("Open a table file").set_input_files(table)
    expect(page.get_by_role("cell", name="Agra", exact=True)).to_be_visible()
    page.get_by_label("Name of the batch").fill("Two cities")
    page.get_by_role("button", name="Check everything").click()
    expect(page.get_by_text("Row 2, color:")).to_be_visible()
    check_accessibility(page)
    page.get_by_label("Rows", exact=True).fill(TABLE)
    page.get_by_role("button", name="Check everything").click()
    expect(page.get_by_role("complementary").get_by_text("All 2 rows are fine.")).to_be_visible()
    take_screenshot(page, "new-batch-desktop-en")
    page.get_by_role("button", name="Make 2 videos").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two cities")
    expect(page.get_by_text("2 finished")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("link", name="Agra")).to_be_visible()
    check_accessibility(page)
    take_screenshot(page, "batch-desktop-en")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the results").click()
    download.value.save_as(tmp_path / "results.zip")
    with zipfile.ZipFile(tmp_path / "results.zip") as results:
        index = list(csv.DictReader(io.StringIO(results.read("index.csv").decode("utf-8-sig"))))
        assert sum(name.endswith(".mp4") for name in results.namelist()) == len(index) == 2


def test_a_batch_is_paused_gets_a_budget_and_is_cancelled(
    open_page: OpenPage, studio: StudioServer, faults: Faults
) -> None:
    rows = [{"city": city, "color": "#26566b"} for city in ("Pune", "Agra", "Delhi", "Kochi", "Patna", "Surat")]
    batch = studio.call("POST", "/batches", {"plan": PLAN, "rows": rows, "name": "Six cities"})["batch_id"]
    page = open_page(size=PHONE, language="hi")
    page.goto(f"#/batches/{batch}")
    page.get_by_role("button", name="रोकें", exact=True).click()
    expect(page.get_by_text("रुका हुआ", exact=True)).to_be_visible()
    page.get_by_role("button", name="बजट बदलें").click()
    page.get_by_label("बजट, अमेरिकी डॉलर में").fill("5")
    page.get_by_role("button", name="सहेजें").click()
    expect(page.get_by_text("इसका बजट $5.00 है।")).to_be_visible()
    wait_until_drawn(page)
    check_accessibility(page)
    if has_screenshots():
        page.reload()
        wait_until_drawn(page)
        take_screenshot(page, "batch-phone-hi")
    page.get_by_role("button", name="आगे बढ़ाएँ").click()
    expect(page.get_by_role("button", name="रोकें", exact=True)).to_be_visible()
    page.get_by_role("button", name="बैच रद्द करें").click()
    page.get_by_role("dialog").get_by_role("button", name="बैच रद्द करें").click()
    expect(page.get_by_role("button", name="बैच रद्द करें")).to_have_count(0)
    assert studio.call("GET", f"/batches/{batch}")["state"] == "cancelled"
    page.goto("#/batches")
    expect(page.get_by_role("link", name="Six cities")).to_be_visible()
