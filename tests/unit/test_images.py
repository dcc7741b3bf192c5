import cv2
import numpy as np
import pytest

from sutradhar.domain.core.errors import ProviderError
from sutradhar.providers.offline.procedural.composition import FIGURE_DRAWINGS
from sutradhar.providers.offline.procedural.finish import FINISHES
from sutradhar.providers.offline.procedural.images import ProceduralImages
from sutradhar.providers.offline.procedural.palette import LIGHTS
from sutradhar.providers.offline.procedural.places import PLACES
from sutradhar.providers.offline.procedural.prompt_words import FEATURE, FIGURE, LIGHT, PLACE, read_tags

IMAGES = ProceduralImages()
SMALL = (384, 216)


def pixels(prompt: str, style: str = "", size: tuple[int, int] = SMALL, seed: int = 0) -> np.ndarray:
    made = IMAGES.draw(prompt, style, *size, seed)
    assert (made.media_type, made.width, made.height) == ("image/jpeg", *size)
    return cv2.imdecode(np.frombuffer(made.data, np.uint8), cv2.IMREAD_COLOR)


@pytest.mark.parametrize("size", [SMALL, (216, 384), (256, 256), (62, 40)])
def test_the_picture_has_the_size_asked_for(size: tuple[int, int]) -> None:
    assert pixels("a fox looks up at grapes", size=size).shape == (size[1], size[0], 3)


def test_the_same_request_gives_the_same_bytes_and_another_seed_another_picture() -> None:
    first, again = (IMAGES.draw("hills at dawn", "", *SMALL, 1).data for _ in range(2))
    assert first == again
    assert first != IMAGES.draw("hills at dawn", "", *SMALL, 2).data


def test_night_is_darker_than_day_and_sunset_redder() -> None:
    day, night = pixels("hills at noon"), pixels("hills at night")
    assert night.mean() < 0.6 * day.mean()
    blue, _, red = pixels("hills at sunset")[:100].reshape(-1, 3).mean(0)
    assert red > 1.2 * blue
    blue, _, red = day[:100].reshape(-1, 3).mean(0)
    assert blue > red


@pytest.mark.parametrize("style", [s for s in FINISHES if s])
def test_a_style_changes_the_picture(style: str) -> None:
    assert np.abs(pixels("hills", style).astype(int) - pixels("hills")).mean() > 3


@pytest.mark.parametrize(
    "prompt", ["", "???", "🍵", "x" * 1000, "it's \"5%\" {of} \\: 'all'", "abstract idea of courage"]
)
def test_any_prompt_gives_a_picture_with_something_in_it(prompt: str) -> None:
    made = pixels(prompt)
    grey = cv2.cvtColor(made, cv2.COLOR_BGR2GRAY)
    assert grey.std() > 18
    assert cv2.Laplacian(grey, cv2.CV_64F).var() > 30, "no texture: a slow zoom would seem to stand still"


@pytest.mark.parametrize("table", [LIGHT, PLACE, FIGURE, FEATURE])
def test_every_tag_is_found_by_each_of_its_words_and_can_be_drawn(table: dict[str, str]) -> None:
    for tag, words in table.items():
        for word in words.split():
            tags = read_tags(word.replace("_", " ").strip(), "")
            found = {tags.light, tags.place, *tags.figures, *tags.features}
            assert tag in found or table is FIGURE, (tag, word, found)
        assert pixels(words.split()[0].replace("_", " "), size=(96, 54)).shape == (54, 96, 3)


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
    made = pixels("a village at noon")
    assert made[-30:].mean() < 0.8 * made[:-43].mean()


def test_an_impossible_size_is_refused() -> None:
    with pytest.raises(ProviderError, match="0x100"):
        IMAGES.draw("x", "", 0, 100, 0)
