"""Test the images that are drawn from the words of a prompt."""

from collections.abc import Mapping

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sutradhar.domain.core.errors import ProviderError
from sutradhar.providers.offline.procedural.images import ProceduralImages
from sutradhar.providers.offline.procedural.painting.finish import FINISHES
from sutradhar.providers.offline.procedural.painting.palette import LIGHTS
from sutradhar.providers.offline.procedural.scenes.composition import FIGURE_DRAWINGS
from sutradhar.providers.offline.procedural.scenes.places import PLACES
from sutradhar.providers.offline.procedural.scenes.prompt_words import FEATURE, FIGURE, LIGHT, PLACE, read_tags

IMAGES = ProceduralImages()
SMALL = (384, 216)


def draw_pixels(prompt: str, style: str = "", size: tuple[int, int] = SMALL, seed: int = 0) -> NDArray[np.uint8]:
    image = IMAGES.draw(prompt, style, *size, seed)
    assert (image.media_type, image.width, image.height) == ("image/jpeg", *size)
    return np.asarray(cv2.imdecode(np.frombuffer(image.data, np.uint8), cv2.IMREAD_COLOR), np.uint8)


@pytest.mark.parametrize("size", [SMALL, (216, 384), (256, 256), (62, 40)])
def test_the_image_has_the_requested_size(size: tuple[int, int]) -> None:
    assert draw_pixels("a fox looks up at grapes", size=size).shape == (size[1], size[0], 3)


def test_the_same_request_gives_the_same_bytes_and_another_seed_another_image() -> None:
    first, again = (IMAGES.draw("hills at dawn", "", *SMALL, 1).data for _ in range(2))
    assert first == again
    assert first != IMAGES.draw("hills at dawn", "", *SMALL, 2).data


def test_night_is_darker_than_day_and_sunset_redder() -> None:
    day, night = draw_pixels("hills at noon"), draw_pixels("hills at night")
    assert night.mean() < 0.6 * day.mean()
    blue, _, red = draw_pixels("hills at sunset")[:100].reshape(-1, 3).mean(0)
    assert red > 1.2 * blue
    blue, _, red = day[:100].reshape(-1, 3).mean(0)
    assert blue > red


@pytest.mark.parametrize("style", [s for s in FINISHES if s])
def test_a_style_changes_the_image(style: str) -> None:
    assert np.abs(draw_pixels("hills", style).astype(int) - draw_pixels("hills")).mean() > 3


@pytest.mark.parametrize(
    "prompt", ["", "???", "🍵", "x" * 1000, "it's \"5%\" {of} \\: 'all'", "abstract idea of courage"]
)
def test_any_prompt_gives_an_image_with_something_in_it(prompt: str) -> None:
    image = draw_pixels(prompt)
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    assert grey.std() > 18
    assert cv2.Laplacian(grey, cv2.CV_64F).var() > 30, "no texture: a slow zoom would seem to stand still"


@pytest.mark.parametrize("table", [LIGHT, PLACE, FIGURE, FEATURE])
def test_every_tag_is_found_by_each_of_its_words_and_can_be_drawn(table: Mapping[str, str]) -> None:
    for tag, words in table.items():
        for word in words.split():
            tags = read_tags(word.replace("_", " ").strip(), "")
            tag_names = {tags.light, tags.place, *tags.figures, *tags.features}
            assert tag in tag_names or table is FIGURE, (tag, word, tag_names)
        assert draw_pixels(words.split()[0].replace("_", " "), size=(96, 54)).shape == (54, 96, 3)


def test_every_tag_has_its_drawing() -> None:
    assert set(LIGHT) == set(LIGHTS)
    assert set(PLACE) == set(PLACES)
    assert set(FIGURE) == set(FIGURE_DRAWINGS)


@pytest.mark.parametrize(
    ("prompt", "place", "figures"),
    [
        ("young Prahlad praying before a king on a throne in a hall", "hall", ("praying_child", "king_on_throne")),
        ("समुद्र के ऊपर उड़ते हनुमान, सूर्यास्त", "sea", ("hanuman",)),
        ("a fox looks up at grapes hanging on a vine", "vineyard", ("fox",)),
        ("the boy Krishna with a peacock feather and white cows", "", ("flutist", "cow")),
        ("a king with a crown bowed to a teacher in search of seasons", "", ("king", "scholar")),
        ("mountains and सिंहासन", "mountains", ("king_on_throne",)),
        ("monkeys in a forest, then a monk", "forest", ("monkey", "sage")),
    ],
)
def test_words_in_either_language_choose_the_scene(prompt: str, place: str, figures: tuple[str, ...]) -> None:
    tags = read_tags(prompt, "")
    assert (tags.place, tags.figures) == (place, figures)


def test_the_lower_fifth_is_calm_enough_for_captions() -> None:
    image = draw_pixels("a village at noon")
    assert image[-30:].mean() < 0.8 * image[:-43].mean()


def test_an_impossible_size_is_refused() -> None:
    with pytest.raises(ProviderError, match="0x100"):
        IMAGES.draw("x", "", 0, 100, 0)
