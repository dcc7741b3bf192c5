"""Use a page with the keyboard alone."""

from playwright.sync_api import Locator, Page, expect

_HAS_VISIBLE_FOCUS = """() => {
  let element = document.activeElement;
  if (element === document.body || getComputedStyle(element).boxShadow !== "none") return true;
  // a choice shows the focus of its radio button around itself
  for (let level = 0; element && level < 5; level++, element = element.parentElement) {
    if (getComputedStyle(element).outlineStyle !== "none") return true;
  }
  return false;
}"""


def move_to(page: Page, target: Locator, most: int = 120) -> None:
    """Press Tab until ``target`` has the focus; each element on the way must show that it has it.

    Raises:
        AssertionError: the target is not reached, or an element on the way shows no focus.
    """
    expect(target).to_be_visible()
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
        outline = page.evaluate(_HAS_VISIBLE_FOCUS)
        assert outline, f"no visible focus: {page.evaluate('() => document.activeElement.outerHTML.slice(0, 300)')}"
    raise AssertionError(f"{most} presses of Tab did not reach {target}")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Move to ``target`` and press ``key``."""
    move_to(page, target)
    page.keyboard.press(key)
