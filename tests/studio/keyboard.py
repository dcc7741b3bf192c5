"""Use a page with the keyboard alone."""

from playwright.sync_api import Locator, Page, expect

_HAS_VISIBLE_FOCUS = """() => {
  const element = document.activeElement;
  const looks = (one) => getComputedStyle(one).outlineStyle !== "none" || getComputedStyle(one).boxShadow !== "none";
  return element === document.body || looks(element) || Boolean(element.parentElement && looks(element.parentElement));
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
