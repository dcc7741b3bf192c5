"""The first visit: what it costs over the wire, and that it leaves nothing behind that follows the user."""

from playwright.sync_api import Page, expect

from tests.studio.faults import Faults
from tests.studio.server import StudioServer

MAX_BYTES = 150_000
"""The most that the first page takes over the wire, with its modules, styles and calls of the API."""


def measure_bytes(page: Page) -> dict[str, float]:
    """Return a dictionary that gets the bytes over the wire of each answer by its URL, headers included."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    urls: dict[str, str] = {}
    sizes: dict[str, float] = {}
    session.on("Network.responseReceived", lambda event: urls.update({event["requestId"]: event["response"]["url"]}))
    session.on(
        "Network.loadingFinished", lambda event: sizes.update({urls[event["requestId"]]: event["encodedDataLength"]})
    )
    return sizes


def test_the_first_page_is_small(page: Page) -> None:
    sizes = measure_bytes(page)
    page.goto("", wait_until="networkidle")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert len(sizes) > 10
    assert sum(sizes.values()) < MAX_BYTES


def test_a_second_visit_loads_only_the_page_itself(page: Page, studio: StudioServer) -> None:
    page.goto("", wait_until="networkidle")
    sizes = measure_bytes(page)
    page.goto("about:blank")
    page.goto("", wait_until="networkidle")
    assert {url for url, size in sizes.items() if size and url.startswith(studio.url)} == {studio.url}


def test_the_studio_sets_no_cookie_and_asks_no_other_host(page: Page, studio: StudioServer) -> None:
    hosts: list[str] = []
    page.on("request", lambda request: hosts.append(request.url))
    page.goto("", wait_until="networkidle")
    for name in ("Library", "Publish", "Metrics", "Settings"):
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
        page.wait_for_load_state("networkidle")
    assert [url for url in hosts if not url.startswith((studio.origin, "blob:"))] == []
    assert page.context.cookies() == []


def test_the_policy_stops_a_script_that_gets_into_the_page(page: Page, faults: Faults) -> None:
    faults.expect("This document requires 'Trusted(HTML|ScriptURL|Script)' assignment")
    page.goto("", wait_until="networkidle")
    attacks = {
        "a text as HTML": "document.body.innerHTML = '<b>bold</b>'",
        "a script of another host": "document.body.appendChild(document.createElement('script')).src = 'https://x.test/'",
        "a text as code": "setTimeout('document.title = 1', 0)",
    }
    refused = {}
    for name, code in attacks.items():
        refused[name] = page.evaluate(
            f"() => {{ try {{ {code}; return ''; }} catch (error) {{ return error.name; }} }}"
        )
    assert refused == dict.fromkeys(attacks, "TypeError")
