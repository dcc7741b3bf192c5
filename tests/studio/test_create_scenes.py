"""A creator makes a video of scenes: her own files, a template, a copy, or the text that was written for her."""

import base64
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.media.corpus.images import write_jpeg
from tests.studio.conftest import OpenPage
from tests.studio.server import StudioServer

_DROP = """([files]) => {
  const transfer = new DataTransfer();
  for (const [name, data] of files) {
    const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
  }
  const drop = new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
  document.querySelector("h1").dispatchEvent(drop);
}"""


def test_files_dropped_on_the_page_become_scenes_in_order(page: Page, tmp_path: Path) -> None:
    write_jpeg(tmp_path / "photo.jpg")
    data = base64.b64encode((tmp_path / "photo.jpg").read_bytes()).decode()
    page.goto("")
    expect(page.get_by_label("What is your video about?")).to_be_visible()
    page.evaluate(_DROP, [[["dawn.jpg", data], ["noon.jpg", data]]])
    expect(page.get_by_role("heading", name="Scene 2")).to_be_visible()
    expect(page.get_by_role("img", name="Image")).to_have_count(2)
    # nothing is said, so that each image stays for four seconds
    expect(page.get_by_role("complementary").get_by_text("about 8 sec")).to_be_visible()
    page.get_by_text("How the image is shown").nth(1).click()
    page.get_by_label("In the frame").nth(1).select_option(label="All of it is seen")
    page.reload()
    expect(page.get_by_role("img", name="Image")).to_have_count(2)
    expect(page.get_by_label("In the frame").nth(1)).to_have_value("fit")


def test_the_text_that_was_written_for_a_topic_can_be_changed_and_brought_back(page: Page) -> None:
    page.goto("")
    page.get_by_label("What is your video about?").fill("The water cycle")
    page.get_by_text("What will be said").click()
    page.get_by_role("button", name="Change the scenes").click()
    first = page.get_by_label("What is said").first
    expect(first).not_to_have_value("")
    first.fill("Water rises.")
    page.get_by_text("A template").click()
    page.get_by_role("button", name=re.compile("Use the template")).first.click()
    expect(first).not_to_have_value("Water rises.")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_text("A template")).to_be_visible()
    page.get_by_text("Scene by scene").click()
    expect(first).to_have_value("Water rises.")


def test_a_copy_of_a_video_and_a_template_open_by_their_address(
    page: Page, studio: StudioServer, finished_job: str
) -> None:
    narration = studio.call("POST", f"/library/{finished_job}/duplicate")["scenes"][0]["narration"]
    page.goto(f"#/create?from={finished_job}")
    expect(page.get_by_label("What is said").first).to_have_value(narration)
    expect(page).to_have_url(re.compile("#/create$"))
    page.goto("#/create?template=prahlad")
    expect(page.get_by_label("What is said").first).not_to_have_value(narration)
    expect(page.get_by_role("button", name="Bring it back")).to_be_visible()


def test_scenes_are_moved_removed_and_brought_back(open_page: OpenPage) -> None:
    page = open_page(size=(390, 1600))  # so high that the drag scrolls nothing
    page.goto("")
    page.get_by_text("My own text").click()
    page.get_by_label("The text to be spoken").fill("One.\n\nTwo.\n\nThree.")
    page.get_by_role("button", name="Describe the images myself").click()
    narrations = page.get_by_label("What is said")
    expect(narrations).to_have_count(3)

    handles = page.get_by_title("Drag to move this scene")
    start, end = handles.nth(0).bounding_box(), narrations.nth(1).bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] + 10, end["y"] + end["height"], steps=4)
    page.mouse.up()
    assert [one.input_value() for one in narrations.all()] == ["Two.", "One.", "Three."]

    narrations.nth(2).focus()
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    expect(narrations.nth(0)).to_have_value("Three.")
    expect(narrations.nth(0)).to_be_focused()

    page.get_by_role("button", name="Remove scene 1").click()
    expect(narrations).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(narrations.nth(0)).to_have_value("Three.")
