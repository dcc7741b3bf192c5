"""Measure the first visit of the studio over loopback: the time until the page can be used, and its bytes.

Writes studio.md and studio.json to ``folder``. Every visit has a new profile of the browser, whose cache is empty.
"""

import json
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from tests.bench.parts_others import describe_machine
from tests.studio.browser import open_context, start_browser
from tests.studio.server import serve_studio

MAX_MS, MAX_BYTES = 500, 150_000
_OBSERVER = """
new MutationObserver((_, observer) => {
  if (!document.querySelector("main h1") || !document.querySelector("main :is(input, textarea, button)")) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => (window.usableAt = performance.now())));
}).observe(document, { childList: true, subtree: true });
"""
"""Set ``usableAt`` to the milliseconds since the visit began, once the heading and the first control of the page are
drawn and the browser's main thread is free to answer a click."""


def measure_first_page(folder: Path, *, quick: bool) -> None:
    """Write the figures of 10 visits (``quick``) or of 50."""
    with TemporaryDirectory() as home, serve_studio(Path(home)) as server, start_browser() as browser:
        visits = [_visit(browser, server.url) for _ in range(11 if quick else 51)][1:]  # the server warms up once
    waits, sizes = [wait for wait, _ in visits], [size for _, size in visits]
    p95 = statistics.quantiles(waits, n=20)[18]
    figures = {"usable_ms_median": statistics.median(waits), "usable_ms_p95": p95, "bytes": max(sizes)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "studio.json").write_text(json.dumps({name: round(value, 1) for name, value in figures.items()}) + "\n")
    (folder / "studio.md").write_text(
        f"# First visit of the studio over loopback ({describe_machine()})\n\n"
        f"{len(visits)} visits, each with a new profile of Chromium.\n\n"
        "| what | figure | limit |\n|---|---|---|\n"
        f"| until the page can be used, median | {figures['usable_ms_median']:.0f} ms | ≤ {MAX_MS} ms |\n"
        f"| the same, 95th percentile | {p95:.0f} ms | ≤ {MAX_MS} ms |\n"
        f"| bytes over the wire, calls of the API included | {max(sizes) / 1000:.1f} kB | < {MAX_BYTES // 1000} kB |\n"
    )
    print((folder / "studio.md").read_text())


def _visit(browser: Browser, url: str) -> tuple[float, float]:
    """Return the milliseconds until the page could be used, and its bytes over the wire."""
    with open_context(browser, url) as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        sizes: list[float] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.add_init_script(_OBSERVER)
        page.goto("")
        page.wait_for_function("() => window.usableAt")
        usable_ms = float(page.evaluate("() => window.usableAt"))
        page.wait_for_load_state("networkidle")
        return usable_ms, sum(sizes)
