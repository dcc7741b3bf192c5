"""Paint what stands in a place: objects, figures, and the foreground."""

import numpy as np

from sutradhar.providers.offline.procedural.figures import (
    animals,
    buildings,
    deities,
    objects,
    people,
    plants,
    story_people,
)
from sutradhar.providers.offline.procedural.painting.canvas import Canvas
from sutradhar.providers.offline.procedural.painting.palette import LIGHTS
from sutradhar.providers.offline.procedural.painting.shapes import Shapes
from sutradhar.providers.offline.procedural.scenes import weather
from sutradhar.providers.offline.procedural.scenes.place_parts import GROUND, has_lamplight
from sutradhar.providers.offline.procedural.scenes.prompt_words import PromptTags

FIGURE_DRAWINGS = {
    "praying_child": (story_people.build_praying_child, 1.15),
    "king": (story_people.build_king, 1.05),
    "king_on_throne": (story_people.build_king_on_throne, 1.0),
    "narasimha": (deities.build_narasimha, 1.15),
    "hanuman": (deities.build_hanuman, 1.15),
    "shiva": (deities.build_shiva, 1.3),
    "goddess": (lambda: story_people.build_woman("blue", halo=True), 1.1),
    "woman": (story_people.build_woman, 1.0),
    "meditating": (story_people.build_meditating, 1.15),
    "sage": (story_people.build_sage, 1.0),
    "crowd": (story_people.build_crowd, 0.8),
    "child": (people.build_child, 1.1),
    "farmer": (people.build_farmer, 1.0),
    "traveller": (people.build_traveller, 1.0),
    "scholar": (people.build_scholar, 1.0),
    "archer": (people.build_archer, 1.0),
    "flutist": (people.build_flutist, 1.1),
    "stargazer": (people.build_stargazer, 1.0),
    "fox": (animals.build_fox, 0.95),
    "lion": (animals.build_lion, 0.95),
    "elephant": (animals.build_elephant, 1.0),
    "crow": (animals.build_bird, 0.95),
    "dove": (animals.build_flying_bird, 0.9),
    "deer": (animals.build_deer, 0.9),
    "cow": (animals.build_cow, 0.8),
    "horse": (animals.build_horse, 0.9),
    "monkey": (animals.build_monkey, 0.9),
    "tortoise": (animals.build_tortoise, 0.8),
    "hare": (animals.build_hare, 0.8),
    "fish": (animals.build_fish, 0.8),
    "ant": (animals.build_ant, 0.8),
    "snake": (animals.build_snake, 0.9),
    "peacock": (animals.build_peacock, 0.9),
}
"""The function that builds each figure, and its size relative to a grown person; the keys are tags of prompt_words."""
_FLYING = ("hanuman", "dove", "fish")


def _compute_person_height(canvas: Canvas) -> float:
    """Return the height of a grown person in pixels."""
    return min(canvas.height * 0.46, canvas.width * 0.5)


def paint_objects(canvas: Canvas, tags: PromptTags) -> None:
    """Paint the trees, buildings and things among the features, and then mist, vapour and birds."""
    h, w, size = canvas.height, canvas.width, _compute_person_height(canvas)
    rng, ground = canvas.rng, canvas.height * GROUND
    is_indoors = tags.place == "hall"
    placed_objects: list[tuple[Shapes, float, float, float]] = []
    if "banyan" in tags.features and not is_indoors:
        placed_objects.append((plants.build_banyan(rng), w * 0.74, ground - 0.02 * h, size * 1.5))
    if "hut" in tags.features and tags.place not in ("hall", "village", "city"):
        placed_objects.append((buildings.build_hut(rng, has_lamplight(tags)), w * 0.17, ground - 0.03 * h, size * 0.7))
    if "temple" in tags.features and tags.place not in ("hall", "temple", "river"):
        placed_objects.append((buildings.build_shikhara(), w * 0.2, ground - 0.04 * h, size * 1.0))
    if "well" in tags.features:
        placed_objects.append((objects.build_well(), w * 0.7, ground, size * 0.7))
    if "pot" in tags.features:
        placed_objects.append((objects.build_pot(), w * 0.62, ground + 0.01 * h, size * 0.75))
    if "fire" in tags.features:
        canvas.add_glow(w * 0.5, ground - size * 0.3, size * 1.5, canvas.light.sun, 0.6)
        placed_objects.append((objects.build_fire(rng), w * 0.5, ground + 0.02 * h, size * 1.15))
        placed_objects.append((objects.build_sparks(rng), w * 0.5, ground - size * 0.5, size))
    for parts, x, y, scale in placed_objects:
        canvas.paint_shapes(parts, x, y, scale)
    if "vapour" in tags.features and tags.place not in ("sea", "clouds"):
        weather.paint_vapour(canvas, h * 0.72, h * 0.25)
    if "mist" in tags.features and not is_indoors:
        weather.paint_mist(canvas, h * 0.66, h * 0.1, 0.6)
    if "birds" in tags.features:
        for _ in range(5):
            at = (w * (0.15 + 0.7 * rng.random()), h * (0.12 + 0.25 * rng.random()))
            canvas.paint_shapes(animals.build_flying_bird("dark", "dark"), *at, size * 0.14, shadow=False)


def paint_figures(canvas: Canvas, tags: PromptTags) -> None:
    """Paint up to three figures side by side; holy figures have a glow behind them."""
    cast = tags.figures
    places = {0: (), 1: (0.42,), 2: (0.3, 0.68), 3: (0.22, 0.5, 0.78)}[len(cast)]
    size = _compute_person_height(canvas) * (1.0 if len(cast) < 3 else 0.85)
    for i, (name, x) in enumerate(zip(cast, places, strict=True)):
        make, scale = FIGURE_DRAWINGS[name]
        is_flying = name in _FLYING and (name != "hanuman" or tags.place in ("sea", "clouds", "mountains"))
        parts = deities.build_hanuman(flying=is_flying) if name == "hanuman" else make()
        y = canvas.height * (0.64 if is_flying else GROUND + 0.02)
        if name in ("praying_child", "shiva", "goddess", "narasimha", "hanuman", "flutist"):
            aura = canvas.width * x, y - size * scale * 0.5
            canvas.add_glow(*aura, size * scale * 0.9, canvas.light.sun, 0.4)
        # the figure on the right looks back at the others
        is_mirrored = len(cast) > 1 and i == len(cast) - 1
        canvas.paint_shapes(parts, canvas.width * x, y, size * scale, flip=is_mirrored, shadow=not is_flying)


def paint_foreground(canvas: Canvas, tags: PromptTags) -> None:
    """Paint dark leaves at the edges and a calm, darker strip at the bottom, the place of captions."""
    h, w, rng = canvas.height, canvas.width, canvas.rng
    if "rain" in tags.features or tags.light == "storm":
        weather.paint_rain(canvas)
    if "lamp" in tags.features:
        for x in (0.1, 0.18, 0.83, 0.91):
            canvas.add_glow(w * x, h * 0.86, h * 0.12, LIGHTS["golden"].sun, 0.7)
            canvas.paint_shapes(objects.build_lamp(), w * x, h * 0.9, h * 0.09)
    if "lotus" in tags.features:
        for x in (0.14, 0.86):
            canvas.paint_shapes(plants.build_lotus(), w * x, h * 0.93, h * 0.2)
    if tags.place not in ("hall", "sea", "clouds", "space", "city"):
        make = plants.build_flowers if "flowers" in tags.features or rng.random() > 0.6 else plants.build_grass
        tufts = max(round(5 * w / h), 4)
        for i in range(tufts):
            x = (i + rng.random()) / tufts * w
            canvas.paint_shapes(make(rng), x, h * (1.0 + 0.02 * rng.random()), h * 0.26, shadow=False, rim=0.2)
    rows = np.linspace(0, 1, h, dtype=np.float32)
    calm = np.clip((rows - 0.76) / 0.24, 0, 1) * 0.5
    canvas.image *= (1 - calm)[:, None, None]
