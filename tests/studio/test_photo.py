"""A photo from a phone, with a name that would be HTML if it were not text, becomes a scene."""

import io

import pillow_heif
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.studio.accessibility import check_accessibility
from tests.studio.browser import PHONE
from tests.studio.conftest import OpenPage

NAME = "<b>grandma</b> & me.heic"


def make_photo() -> FilePayload:
    """Return a photo as an iPhone stores it: HEIC."""
    data = io.BytesIO()
    photo = Image.linear_gradient("L").resize((640, 480)).convert("RGB")
    pillow_heif.from_pillow(photo).save(data, quality=60)
    return {"name": NAME, "mimeType": "", "buffer": data.getvalue()}


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    return open_page(size=PHONE)


def test_a_photo_of_a_phone_becomes_a_scene(phone: Page) -> None:
    phone.goto("")
    phone.get_by_text("Scene by scene").tap()
    phone.get_by_label("What is said").fill("This is my grandmother.")
    phone.get_by_role("button", name="Use my own image or clip").tap()
    dialog = phone.get_by_role("dialog", name="Choose a file")
    with phone.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name="Choose files").tap()
    chooser.value.set_files(make_photo())
    expect(dialog).to_be_hidden()
    expect(phone.get_by_text("Your own file")).to_be_visible()
    thumbnail = phone.get_by_role("main").get_by_role("img").last
    phone.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=thumbnail.element_handle())
    expect(phone.get_by_role("complementary").get_by_text("Free")).to_be_visible()
    phone.get_by_role("button", name="Another file").tap()
    expect(dialog.get_by_text(NAME)).to_be_visible()
    expect(phone.locator("b")).to_have_count(0)
    check_accessibility(phone)
    dialog.get_by_role("button", name="Close").tap()
    phone.reload()
    expect(phone.get_by_text("Your own file")).to_be_visible()
