"""Keys in the studio: the first key, signing in and out, a key that is revoked in the middle of work, two tabs."""

import re
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.studio.accessibility import check_accessibility
from tests.studio.browser import PHONE
from tests.studio.conftest import OpenPage
from tests.studio.faults import Faults
from tests.studio.server import StudioServer

_COUNT_CUES = """() => new Promise((resolve) => {
  const { track } = document.querySelector("track");
  track.mode = "hidden";
  const look = () => (track.cues?.length ? resolve(track.cues.length) : setTimeout(look, 50));
  look();
})"""
_STORED = "() => JSON.stringify([{...localStorage}, document.cookie, location.href])"


def make_key(studio: StudioServer, name: str, key: str = "", role: str = "creator") -> dict[str, Any]:
    answer: dict[str, Any] = studio.call("POST", "/keys", {"name": name, "role": role}, key)
    return answer


def refuse_first(route: Route, refused: list[str]) -> None:
    """Answer as if the view token had expired, once."""
    if refused:
        route.continue_()
    else:
        refused.append(route.request.url)
        route.fulfill(status=401)


def sign_in(page: Page, secret: str) -> None:
    dialog = page.get_by_role("dialog", name="Please sign in")
    dialog.get_by_label("API key").fill(secret)
    dialog.get_by_role("button", name="Sign in").click()


def test_the_first_key_is_made_on_the_page_and_files_are_shown_without_it_in_a_url(
    open_page: OpenPage, own_studio: StudioServer, faults: Faults
) -> None:
    faults.expect("401 GET")
    job = own_studio.create_job()
    page = open_page(server=own_studio)
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    page.goto("#/settings")
    page.get_by_label("Name").fill("Asha")
    page.get_by_role("button", name="Make the key").click()
    page.get_by_role("dialog", name="Make the first key?").get_by_role("button", name="Make the key").click()
    secret = page.get_by_role("textbox", name="Secret of the key").inner_text()
    assert secret.startswith("sk_")
    check_accessibility(page)
    page.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_role("region", name="Your account")).to_contain_text("Asha")
    page.reload()
    expect(page.get_by_role("region", name="Your account")).to_contain_text("Admin")
    own_studio.finish_job(job, key=secret)
    refused: list[str] = []
    page.route(re.compile(r"file\?kind=video&view="), lambda route: refuse_first(route, refused))
    page.goto(f"#/job/{job}")
    page.wait_for_function("() => document.querySelector('video')?.duration > 1")
    assert len(refused) == 1  # the page got a new token by itself
    assert page.evaluate(_COUNT_CUES) > 0
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download")).first.click()
    assert download.value.suggested_filename == "The fox.mp4"
    page.goto("#/library")
    page.wait_for_function("() => document.querySelector('main img')?.naturalWidth > 0")
    assert [url for url in urls if "view=svt_" in url]
    page.goto("#/settings")
    assert secret not in page.evaluate(_STORED)
    assert not [url for url in urls if secret in url]
    other_tab = page.context.new_page()
    other_tab.goto("#/settings")
    expect(other_tab.get_by_role("dialog", name="Please sign in")).to_be_visible()  # a key is in one tab alone
    page.get_by_role("region", name="Your account").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("dialog", name="Please sign in")).to_be_visible()
    expect(page.get_by_role("region", name="Your account")).to_have_count(0)


def test_a_reader_may_leave_the_question_and_a_revoked_key_loses_no_words(
    open_page: OpenPage, own_studio: StudioServer, faults: Faults
) -> None:
    boss = make_key(own_studio, "Boss", role="admin")["secret"]
    asha = make_key(own_studio, "Asha", boss, "admin")
    faults.expect("401 ")
    page = open_page(server=own_studio, size=PHONE)
    page.goto("#/settings")
    expect(page.get_by_role("dialog", name="Please sign in")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("You are not signed in.").first).to_be_visible()
    page.get_by_role("button", name="Try again").first.click()
    expect(page.get_by_label("API key")).to_be_focused()
    sign_in(page, "sk_wrong")
    expect(page.get_by_label("API key")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("This key is not valid here")).to_be_visible()
    check_accessibility(page)
    page.get_by_label("Stay signed in until this tab closes").uncheck()
    sign_in(page, asha["secret"])
    expect(page.get_by_role("region", name="Your account")).to_contain_text("Asha")
    assert page.evaluate("() => sessionStorage.getItem('sutradhar.key')") is None
    page.get_by_text("Make a key", exact=True).click()
    page.get_by_label("Name").fill("Words that took long")
    own_studio.call("DELETE", f"/keys/{asha['id']}", key=boss)
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_text("Your key is no longer valid")).to_be_visible()
    sign_in(page, boss)
    expect(page.get_by_role("dialog", name="The key of Words that took long")).to_be_visible()
    page.get_by_role("button", name="I have kept it").click()
    names = [key["name"] for key in own_studio.call("GET", "/keys", key=boss)["keys"]]
    assert sorted(names) == ["Boss", "Words that took long"]
    page.get_by_role("button", name="Revoke the key Words that took long").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The key Words that took long is revoked.").first).to_be_attached()
    expect(page.get_by_role("listitem").filter(has_text="Words that took long")).to_have_count(0)
