"""Measure how much work the library does on the browser's main thread for each frame while 1,000 videos scroll by.

Writes scroll.md and scroll.json to ``folder``. The jobs are stored without files, so the browser gets one small JPEG in
place of every thumbnail; it decodes and draws each of them.
"""

import io
import json
import os
import statistics
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, Route

from tests.bench.library_jobs import fill_sqlite
from tests.bench.parts_others import describe_machine
from tests.function_server import start_function
from tests.studio.browser import open_context, start_browser

ENTRIES, MAX_MS = 1000, 8.0
_STORED = 1112
"""Nine of ten stored jobs belong to the key of the bench."""
_STEPS, _STEP_PX, _STEP_MS = 50, 120, 16
_CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]


def measure_scroll(folder: Path, *, quick: bool) -> None:
    """Write the figures of a scroll over the first 200 entries (``quick``) or over all."""
    with TemporaryDirectory() as home:
        secret = fill_sqlite(Path(home), _STORED)
        env = {**os.environ, "SUTRADHAR_HOME": home, "RATE_LIMIT_PER_MIN": "0"}
        with start_function(env) as server, start_browser() as browser:
            server.wait()
            events, passed_by = _scroll(browser, server.url, secret, 200 if quick else ENTRIES)
    work = list(_sum_frames(events))
    p95 = statistics.quantiles(work, n=20)[18]
    figures = {"entries": passed_by, "frames": len(work), "work_ms_median": statistics.median(work), "work_ms_p95": p95}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scroll.json").write_text(json.dumps({name: round(value, 2) for name, value in figures.items()}) + "\n")
    (folder / "scroll.md").write_text(
        f"# Scrolling the library of the studio ({describe_machine()})\n\n"
        f"{passed_by} entries pass by in {len(work)} frames of Chromium without a window, 1280 x 800 pixels.\n\n"
        "| CPU time of the main thread for a frame | figure | limit |\n|---|---|---|\n"
        f"| median | {figures['work_ms_median']:.1f} ms | |\n"
        f"| 95th percentile | {p95:.1f} ms | ≤ {MAX_MS:.0f} ms |\n"
    )
    print((folder / "scroll.md").read_text())


def _scroll(browser: Browser, url: str, secret: str, entries: int) -> tuple[list[dict[str, Any]], int]:
    """Return the events of the browser's trace, and the number of entries that passed by."""
    with open_context(browser, f"{url}/studio/") as context:
        context.add_init_script(f"sessionStorage.setItem('sutradhar.key', {json.dumps(secret)})")
        page = context.new_page()
        _add_thumbnails(page, url)
        page.goto("#/library")
        page.locator("li.video").first.wait_for()
        page.mouse.move(700, 500)
        browser.start_tracing(page=page, categories=_CATEGORIES)
        last = 0
        while last < entries:
            for _ in range(_STEPS):  # a question to the page is work of its main thread, too
                page.mouse.wheel(0, _STEP_PX)
                page.wait_for_timeout(_STEP_MS)
            last = int(page.locator("li.video").last.get_attribute("aria-posinset", timeout=5000) or 0)
        trace = json.loads(browser.stop_tracing())
        return trace["traceEvents"], last


def _add_thumbnails(page: Page, url: str) -> None:
    """Give every entry a thumbnail."""
    image = io.BytesIO()
    Image.radial_gradient("L").resize((480, 270)).convert("RGB").save(image, "JPEG")

    def answer_library(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        for entry in body["entries"]:
            entry["thumbnail_url"] = f"{url}/render/{entry['job_id']}/file?kind=thumbnail"
        route.fulfill(response=response, json=body)

    page.route("**/library?*", answer_library)
    page.route("**/file?kind=thumbnail*", lambda route: route.fulfill(body=image.getvalue(), content_type="image/jpeg"))


def _sum_frames(events: Sequence[dict[str, Any]]) -> Iterator[float]:
    """Yield the milliseconds of the page's main thread from the start of each frame to the start of the next."""
    begins = [one for one in events if one["name"] == "AnimationFrame" and one["ph"] == "b"]
    thread = statistics.mode((one["pid"], one["tid"]) for one in begins)
    starts = sorted(one["ts"] for one in begins if (one["pid"], one["tid"]) == thread)
    work = [0.0] * len(starts)
    for one in events:
        is_task = one["name"] == "RunTask" and one["ph"] == "X" and (one["pid"], one["tid"]) == thread
        # a frame begins inside of the task that draws it; CPU time, since other programs of the machine do not count
        if is_task and (frame := bisect_right(starts, one["ts"] + one["dur"])):
            work[frame - 1] += one.get("tdur", one["dur"]) / 1000
    yield from work[:-1]
