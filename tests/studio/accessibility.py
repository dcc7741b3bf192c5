"""Look for barriers in a page with axe-core (MPL-2.0)."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_SETTLE = """async () => {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < 5000);
  await Promise.allSettled(ending.map((one) => one.finished));
}"""
"""New colours are drawn, and every animation that has an end is over."""
_RUN = "rules => axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag', values: rules}})"


@cache
def _read_axe() -> str:
    return AXE.read_text("utf-8")


def find_barriers(page: Page) -> list[str]:
    """Return a line for each element that breaks WCAG 2.2 AA or a best practice, as the page looks now."""
    # the page's policy refuses a script element, but not code of the browser's debugger
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(f"() => {{ {_read_axe()} }}")
    page.evaluate(_SETTLE)
    violations: list[dict[str, Any]] = page.evaluate(_RUN, _RULES)["violations"]
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {node['html'][:200]} {_explain(node)}"
        for one in violations
        for node in one["nodes"]
    ]


def _explain(node: dict[str, Any]) -> str:
    return "; ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])[:300]


_FIND_WIDEST = """() => [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth)
    .map((one) => `${one.tagName}.${one.className}`).join(", ")"""


def check_accessibility(page: Page) -> None:
    """Check the page in both colour schemes, and that it is no wider than its window.

    Raises:
        AssertionError: axe-core finds a violation, or the page scrolls sideways.
    """
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        barriers = find_barriers(page)
        assert not barriers, f"{page.url} ({scheme}):\n" + "\n".join(barriers)
    wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{page.url} is {wide} pixels wider than its window: {page.evaluate(_FIND_WIDEST)}"
