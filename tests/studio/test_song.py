"""A creator makes a lyric video: the song is heard and seen, its part chosen, and each word put where it is sung."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.studio.accessibility import check_accessibility
from tests.studio.browser import PHONE
from tests.studio.conftest import OpenPage
from tests.studio.drawing import wait_until_drawn
from tests.studio.keyboard import move_to, press
from tests.studio.screenshots import has_screenshots, take_screenshot
from tests.studio.sounds import answer_about_song, get_song, write_song

PLAN = """() => JSON.parse(sessionStorage.getItem("sutradhar.draft")).draft.song"""


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_song(tmp_path_factory.mktemp("song"))


def begin(page: Page, song: Path, way: str = "A song") -> None:
    """Open the way, and choose the file."""
    answer_about_song(page, get_song())
    page.goto("")
    page.get_by_role("radio", name=way).check()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files", exact=True).click()
    chooser.value.set_files(song)
    expect(page.get_by_text("120 beats a minute")).to_be_visible()


def read_song(page: Page) -> dict[str, Any]:
    held: dict[str, Any] = page.evaluate(PLAN)
    return held


def show(heading: Locator) -> None:
    """Scroll the page until the heading is near its top, and let it draw what it loaded."""
    if has_screenshots():
        heading.evaluate("element => scrollTo(0, element.getBoundingClientRect().top + scrollY - 96)")
        wait_until_drawn(heading.page)


def open_times(page: Page) -> Locator:
    page.get_by_role("textbox", name="Lyrics").fill(get_song().lyrics)
    page.get_by_role("button", name="Check the times").click()
    times = page.get_by_role("group", name="Times of the words")
    expect(times.get_by_role("button", name=re.compile("^Walk, line 1, 0:04.00"))).to_be_visible()
    return times


def test_a_song_is_sent_seen_and_cut_and_its_plan_is_asked_about(page: Page, song: Path) -> None:
    asked: list[Any] = []
    page.on("request", lambda one: asked.append(one.post_data_json) if one.url.endswith("/plan") else None)
    begin(page, song)
    expect(page.get_by_text("A minor")).to_be_visible()
    expect(page.get_by_role("list", name="Sections of the song").get_by_role("listitem")).to_have_count(5)
    page.get_by_role("radio", name="The best part").check()
    expect(page.get_by_text("0:12–0:28")).to_be_visible()
    start = page.get_by_role("slider", name="Start of the part")
    expect(start).to_have_attribute("aria-valuenow", "12")
    start.press("ArrowLeft")  # to the bar before
    expect(page.get_by_label("Starts at (seconds)")).to_have_value("10")
    page.get_by_label("Ends at (seconds)").fill("20")
    show(page.get_by_role("heading", name="Make a video"))
    take_screenshot(page, "song-desktop-en")
    box = page.locator(".song-wave").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 10 / 36, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 6.05 / 36, box["y"] + 40, steps=3)
    page.mouse.up()
    expect(start).to_have_attribute("aria-valuenow", "6")  # it snaps to the beginning of the bar
    with page.expect_request(lambda one: one.url.endswith("/plan") and '"start_sec":6' in (one.post_data or "")):
        page.get_by_role("radio", name="Colour #8ace00").check()
    page.reload()
    expect(start).to_have_attribute("aria-valuenow", "6")
    assert read_song(page)["color"] == "#8ace00"


def test_words_are_moved_with_the_keyboard_alone_and_stay_over_a_reload(page: Page, song: Path) -> None:
    begin(page, song)
    times = open_times(page)
    first = times.get_by_role("button", name=re.compile("^Walk, line 1"))
    press(page, page.get_by_role("button", name="Next of 2 words to check"))
    show(page.get_by_role("heading", name="Lyrics"))
    take_screenshot(page, "words-desktop-en")
    word = times.get_by_role("button", name=re.compile("^along, line 1"))
    expect(word).to_have_attribute("aria-pressed", "true")
    expect(times.get_by_text("unsure", exact=True)).to_be_visible()
    before = read_song(page)["times"]["lines"][0]["words"][1]["start_sec"]
    times.get_by_role("radio", name="Its start").check()
    word.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    message = page.get_by_role("status").filter(has_text=re.compile(r"along: 0:0\d\.\d\d to"))
    expect(message).to_be_attached()
    held = read_song(page)
    moved = held["times"]["lines"][0]["words"][1]
    assert (round(moved["start_sec"] - before, 2), moved["how"]) == (0.11, "hand")
    assert re.match(r"\[00:04\.00\]<00:04\.00>Walk <00:0\d\.\d\d> <", held["lyrics"])
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert read_song(page)["times"]["lines"][0]["words"][1]["start_sec"] == before
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    lyrics = read_song(page)["lyrics"]
    page.reload()
    page.get_by_text("Change the words").click()
    expect(page.get_by_role("textbox", name="Lyrics")).to_have_value(lyrics)
    expect(times.get_by_text("placed by you").or_(word)).to_be_visible()


def test_words_and_lines_are_dragged_on_the_waveform(page: Page, song: Path) -> None:
    begin(page, song)
    times = open_times(page)
    word = times.get_by_role("button", name=re.compile("^Walk, line 1"))
    word.scroll_into_view_if_needed()
    place = word.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + 10)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] / 2 - 70, place["y"] + 10, steps=4)
    page.mouse.up()
    words = read_song(page)["times"]["lines"][0]["words"]
    assert words[0]["start_sec"] == 3.5  # 140 pixels are a second
    bar = times.locator(".line-bar").first
    place = bar.bounding_box()
    assert place is not None
    second = words[1]["start_sec"]
    page.mouse.move(place["x"] + 60, place["y"] + 8)
    page.mouse.down()
    page.mouse.move(place["x"] + 88, place["y"] + 8, steps=4)
    page.mouse.up()
    words = read_song(page)["times"]["lines"][0]["words"]
    assert (words[0]["start_sec"], round(words[1]["start_sec"] - second, 2)) == (3.7, 0.2)
    times.get_by_role("button", name="Undo").click()
    assert read_song(page)["times"]["lines"][0]["words"][0]["start_sec"] == 3.5


def test_a_phone_in_hindi_has_all_of_it_without_barriers(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(size=PHONE, language="hi")
    answer_about_song(page, get_song("hi"))
    page.goto("")
    page.get_by_role("radio", name="एक गाना").check()
    page.locator(".drop input[type=file]").set_input_files(write_song(tmp_path, "hi"))
    expect(page.get_by_text("एक मिनट में 120 ताल")).to_be_visible()
    page.get_by_role("textbox", name="गाने के बोल").fill(get_song("hi").lyrics)
    page.get_by_role("button", name="समय जाँचें").click()
    expect(page.get_by_role("group", name="शब्दों के समय")).to_be_visible()
    for name, heading in (("song", "गाना"), ("words", "गाने के बोल")):
        show(page.get_by_role("heading", name=heading, exact=True))
        take_screenshot(page, f"{name}-phone-hi")
    check_accessibility(page)


def test_a_missing_song_is_asked_for_at_its_field(page: Page) -> None:
    page.goto("")
    page.get_by_role("radio", name="A song").check()
    move_to(page, page.get_by_role("button", name="Choose files"))
    page.get_by_role("button", name="Make the video").click()
    expect(page.get_by_text("Choose the song first.").first).to_be_visible()
    expect(page.get_by_role("button", name="Choose files")).to_be_focused()


def test_a_finished_lyric_video_is_changed_with_its_song(page: Page, song: Path) -> None:
    begin(page, song)
    upload = read_song(page)["upload"]
    words = {"lyrics": "[00:04.00]<00:04.00>Walk <00:04.40>", "look": "karaoke", "color": "#0f5b4d", "cut": "bar"}
    plan = {"language": "en", "song": {"upload": upload, "start_sec": 2, "end_sec": 12, **words}}
    page.route("**/library/job-1/duplicate", lambda route: route.fulfill(json=plan))
    page.goto("#/job/job-1/edit")
    expect(page.get_by_text("river-tonight.mp3")).to_be_visible()
    expect(page.get_by_role("radio", name="Karaoke")).to_be_checked()
    expect(page.get_by_role("radio", name="Colour #0f5b4d")).to_be_checked()
    expect(page.get_by_text("Change what you like.")).to_be_visible()
    with page.expect_request(lambda one: one.url.endswith("/plan") and '"brat"' in (one.post_data or "")) as sent:
        page.get_by_role("radio", name="Brat").check()
    assert (sent.value.post_data_json or {})["song"] == {**plan["song"], "look": "brat"}  # type: ignore[dict-item]
    expect(page.get_by_text("What you do not change is not made or paid for again.")).to_be_visible()
