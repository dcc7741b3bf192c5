"""Wait until a page has drawn all that it asked the API for."""

from playwright.sync_api import BrowserContext, Page, expect

_COUNTER = """
window.pendingCalls = 0;
const { fetch } = window;
window.fetch = (...call) => {
  window.pendingCalls++;
  return fetch(...call).finally(() => window.pendingCalls--);
};
"""
_IS_DRAWN = """async () => {
  const frames = async () => {
    for (let count = 0; count < 3; count++) await new Promise(requestAnimationFrame);
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const isMissing = (image) => image.loading !== "lazy" && !image.complete;
  const isBusy = () => window.pendingCalls || Array.from(document.images).some(isMissing);
  for (let quiet = 0; quiet < 2; quiet = isBusy() ? 0 : quiet + 1) await frames();
}"""


def count_calls(context: BrowserContext) -> None:
    """Let every page of ``context`` count its calls of the API that have no answer yet."""
    context.add_init_script(_COUNTER)


def wait_until_drawn(page: Page) -> None:
    """Wait until the page has its heading, its answers and its images, and nothing turns to say that it loads."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.evaluate(_IS_DRAWN)
    expect(page.locator(".spinner:visible")).to_have_count(0)
    page.evaluate(_IS_DRAWN)
