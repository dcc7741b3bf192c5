"""Keys in the studio: the first key, signing in and out, a key that is revoked in the middle of work, two tabs."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.studio.accessibility import check_accessibility
from tests.studio.browser import PHONE
from tests.studio.conftest import OpenPage
from tests.studio.faults import Faults
from tests.studio.server import StudioServer

_LOAD_THUMBNAIL = """async (job) => {
  const { fileUrl } = await import(new URL("api.js", document.querySelector("script[type=module]").src).href);
  const image = new Image();
  image.src = fileUrl(`/render/${job}/file?kind=thumbnail`);
  await image.decode();
  return image.src;
}"""
_STORED = "() => JSON.stringify([{...localStorage}, document.cookie, location.href])"


def make_key(studio: StudioServer, name: str, key: str = "", role: str = "creator") -> dict[str, Any]:
    answer: dict[str, Any] = studio.call("POST", "/keys", {"name": name, "role": role}, key)
    return answer


def sign_in(page: Page, secret: str) -> None:
    dialog = page.get_by_role("dialog", name="Please sign in")
    dialog.get_by_label("API key").fill(secret)
    dialog.get_by_role("button", name="Sign in").click()


def test_the_first_key_is_made_on_the_page_and_is_in_no_url(
    open_page: OpenPage, own_studio: StudioServer, faults: Faults
) -> None:
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
    assert "view=svt_" in page.evaluate(_LOAD_THUMBNAIL, job)
    assert secret not in page.evaluate(_STORED)
    assert not [url for url in urls if secret in url]
    other_tab = page.context.new_page()
    faults.expect("401 GET")
    other_tab.goto("#/settings")
    expect(other_tab.get_by_role("dialog", name="Please sign in")).to_be_visible()  # a key is in one tab alone
    page.get_by_role("region", name="Your account").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("dialog", name="Please sign in")).to_be_visible()
    expect(page.get_by_role("region", name="Your account")).to_have_count(0)


def test_a_key_that_is_revoked_in_the_middle_of_work_loses_no_words(
    open_page: OpenPage, own_studio: StudioServer, faults: Faults
) -> None:
    boss = make_key(own_studio, "Boss", role="admin")["secret"]
    asha = make_key(own_studio, "Asha", boss, "admin")
    faults.expect("401 ")
    page = open_page(server=own_studio, size=PHONE)
    page.goto("#/settings")
    sign_in(page, "sk_wrong")
    expect(page.get_by_label("API key")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("This key is not valid here")).to_be_visible()
    check_accessibility(page)
    sign_in(page, asha["secret"])
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


def test_a_reader_who_gives_no_key_sees_what_is_wrong_and_may_try_again(
    open_page: OpenPage, own_studio: StudioServer, faults: Faults
) -> None:
    asha = make_key(own_studio, "Asha", role="admin")["secret"]
    faults.expect("401 GET")
    page = open_page(server=own_studio)
    page.goto("#/settings")
    expect(page.get_by_role("dialog", name="Please sign in")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("You are not signed in.").first).to_be_visible()
    page.get_by_role("button", name="Try again").first.click()
    page.get_by_label("Stay signed in until this tab closes").uncheck()
    sign_in(page, asha)
    expect(page.get_by_role("region", name="Your account")).to_contain_text("Asha")
    assert page.evaluate("() => sessionStorage.length") == 0
    page.reload()
    expect(page.get_by_role("dialog", name=re.compile("sign in"))).to_be_visible()
