"""A large PNG that is decoded in bands has the same pixels as in Pillow, which decodes it whole."""

import io

import numpy as np
import pytest
from PIL import Image

from sutradhar.media import image as reader
from sutradhar.media import png_bands
from sutradhar.media.formats import MediaError
from tests.media.encoded import raw_png
from tests.media.timelines import photo


def encode_png(image: Image.Image, **options: object) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return file


@pytest.fixture(autouse=True)
def small_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every image too large to be decoded whole, and every band a few rows high."""
    monkeypatch.setattr(reader, "_MEMORY", 1000)
    monkeypatch.setattr(png_bands, "_BAND_BYTES", 5000)


IMAGES = {
    "rgb": (Image.fromarray(photo(3, 320, 200)), {}),
    "grey": (Image.fromarray(photo(3, 320, 200)).convert("L"), {}),
    "palette": (Image.fromarray(photo(3, 320, 200)).quantize(200), {}),
    "alpha": (
        Image.merge(
            "RGBA", (*Image.fromarray(photo(3, 320, 200)).split(), Image.linear_gradient("L").resize((320, 200)))
        ),
        {},
    ),
    "grey and alpha": (
        Image.merge(
            "LA", (Image.fromarray(photo(3, 320, 200)).convert("L"), Image.linear_gradient("L").resize((320, 200)))
        ),
        {},
    ),
    "keyed": (Image.fromarray(photo(3, 320, 200)).quantize(50), {"transparency": 7}),
}


@pytest.mark.parametrize("kind", IMAGES)
@pytest.mark.parametrize("longest", [0, 97])
def test_bands_give_the_pixels_of_the_whole(kind: str, longest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    image, options = IMAGES[kind]
    file = encode_png(image, **options)
    shown, facts = reader.read_image(file, longest)
    monkeypatch.setattr(reader, "_MEMORY", 300_000_000)
    whole, _ = reader.read_image(file, longest)
    assert facts.size == (320, 200)
    assert np.abs(np.asarray(shown, int) - np.asarray(whole, int)).max() <= (1 if longest else 0)


def test_pixels_can_be_asked_for_again() -> None:
    image = IMAGES["rgb"][0]
    pixels = png_bands.PngPixels(encode_png(image))
    for box in ((0, 150, 320, 200), (10, 0, 50, 20), (0, 0, 320, 200)):
        np.testing.assert_array_equal(np.asarray(pixels.crop(box)), np.asarray(image.crop(box)))


@pytest.mark.parametrize("share", [0.3, 0.8, 0.99])
def test_a_large_png_that_breaks_off_is_refused(share: float) -> None:
    data = encode_png(IMAGES["rgb"][0]).getvalue()
    with pytest.raises(MediaError, match="PNG image that breaks off"):
        reader.probe_image(io.BytesIO(data[: int(len(data) * share)]))


def test_a_png_that_cannot_be_read_in_bands_has_the_limit_of_memory() -> None:
    with pytest.raises(MediaError, match="320x200 pixels"):
        reader.probe_image(io.BytesIO(raw_png(320, 200, 16, 2, [bytes(320 * 6)] * 200)))
    with pytest.raises(MediaError, match="30000x30000 pixels"):
        reader.probe_image(io.BytesIO(raw_png(30_000, 30_000, 8, 2, [b"\0"])))
