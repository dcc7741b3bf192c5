"""The preview of a frame shows changes as they are typed. The tests draw it alone, at the end of a page."""

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page, Request, expect

from tests.studio.accessibility import check_accessibility
from tests.studio.conftest import OpenPage
from tests.studio.faults import Faults

_MOUNT = """async () => {
  const base = document.querySelector('script[type=module][src]').src;
  const preact = await import(new URL("../vendor/preact.js", base));
  const { FramePreview } = await import(new URL("ui/frame_preview.js", base));
  const root = document.createElement("div");
  document.querySelector("main").append(root);
  window.showFrame = (props) => preact.render(preact.html`<${FramePreview} ...${props} />`, root);
}"""


_TYPE = """async (changes) => {
  const images = [];
  for (const props of changes) {
    window.showFrame(props);
    await new Promise(requestAnimationFrame);
    images.push(document.querySelector(".frame-preview img").src);
  }
  return images;
}"""
"""Draw one change after the other, each in a frame of the browser, and return the image after each."""


def show_frame(page: Page, **props: Any) -> None:
    """Draw the component with ``props``, or change those of the one that is there."""
    if not page.evaluate("Boolean(window.showFrame)"):
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.evaluate(_MOUNT)
    page.evaluate("(props) => window.showFrame(props)", props)


def read_image(page: Page) -> str:
    return str(page.locator(".frame-preview img").get_attribute("src"))


def wait_for_other_image(page: Page, before: str) -> None:
    expect(page.locator(".frame-preview img")).not_to_have_attribute("src", before)
    expect(page.locator(".frame-preview")).not_to_have_attribute("aria-busy", "true")


def make_patch(title: str) -> Mapping[str, Any]:
    return {"scenes": [{"index": 0, "title": title}]}


def read_titles(request: Request) -> list[str]:
    """Return the title of the first scene in a request for a frame of a changed plan, or nothing."""
    body: Any = request.post_data_json if request.method == "POST" else None
    return [body["patch"]["scenes"][0]["title"]] if body else []


def test_the_image_has_the_words_of_the_scene_and_a_slider_over_its_time(page: Page, waiting_job: str) -> None:
    page.goto("#/library")
    show_frame(page, jobId=waiting_job, scene=1, words="Then it walked away, smiling.")
    image = page.get_by_role("img", name="Preview of scene 2: Then it walked away, smiling.")
    expect(image).to_be_visible()
    assert page.evaluate("document.querySelector('.frame-preview img').naturalWidth") in (960, 1280)
    slider = page.get_by_role("slider", name="Position in scene 2")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^[\d.]+ of [\d.]+ seconds$"))
    before, words = read_image(page), slider.get_attribute("aria-valuetext")
    slider.focus()
    slider.press("End")
    wait_for_other_image(page, before)
    assert slider.get_attribute("aria-valuetext") != words
    check_accessibility(page)


def test_what_is_not_made_yet_is_said_in_words(open_page: OpenPage, waiting_job: str) -> None:
    page = open_page(language="hi")
    page.goto("#/library")
    # an image that no other test has made: the server uses stored ones again
    scene = {
        "index": 0,
        "narration": "A fox went for a long walk in the hills and found grapes.",
        "image_prompt": "a fox looks down from a snowy peak at dawn",
    }
    show_frame(page, jobId=waiting_job, scene=0, patch={"scenes": [scene]})
    expect(page.get_by_text("आवाज़ बनने तक यह लंबाई अनुमान से है")).to_be_visible()
    expect(page.get_by_text("चित्र अभी नहीं बना है")).to_be_visible()


def test_typing_asks_once_when_it_pauses_and_keeps_the_last_image_meanwhile(page: Page, finished_job: str) -> None:
    page.goto("#/library")
    show_frame(page, jobId=finished_job, scene=0)
    expect(page.locator(".frame-preview img")).to_be_visible()
    before = read_image(page)
    titles: list[str] = []
    page.on("request", lambda request: titles.extend(read_titles(request)))
    patches = [make_patch("Grapes"[:length]) for length in range(1, 6)]
    with page.expect_response(lambda response: read_titles(response.request) == ["Grape"]):
        images = page.evaluate(_TYPE, [{"jobId": finished_job, "scene": 0, "patch": patch} for patch in patches])
    assert images == [before] * 5
    assert len(titles) < 5
    wait_for_other_image(page, before)


def test_an_error_is_shown_and_goes_when_the_change_is_right(page: Page, finished_job: str, faults: Faults) -> None:
    page.goto("#/library")
    faults.expect("400 POST .*/frame")
    show_frame(page, jobId=finished_job, scene=0, patch=make_patch("x" * 500))
    expect(page.get_by_role("alert")).to_have_text(
        "This change cannot be shown: must have at most 80 characters (got 500)"
    )
    show_frame(page, jobId=finished_job, scene=0, patch=make_patch("Short"))
    expect(page.locator(".frame-preview img")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_function_that_is_starting_is_waited_for(page: Page, finished_job: str, faults: Faults) -> None:
    answers = iter([True])

    def refuse(route: Any) -> None:
        if next(answers, False):
            route.fulfill(status=503, headers={"Retry-After": "1"}, json={"title": "No preview", "detail": "later"})
        else:
            route.continue_()

    faults.expect("503 GET .*/frame")
    page.route("**/frame?*", refuse)
    page.goto("#/library")
    show_frame(page, jobId=finished_job, scene=0)
    expect(page.locator(".frame-preview img")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_change_of_another_scene_sends_no_image_again(page: Page, finished_job: str) -> None:
    page.goto("#/library")
    show_frame(page, jobId=finished_job, scene=1)
    expect(page.locator(".frame-preview img")).to_be_visible()
    before = read_image(page)
    with page.expect_response(lambda response: read_titles(response.request) == ["Grapes"]) as sent:
        show_frame(page, jobId=finished_job, scene=1, patch=make_patch("Grapes"))
    assert sent.value.status == 304
    expect(page.locator(".frame-preview")).not_to_have_attribute("aria-busy", "true")
    assert read_image(page) == before
