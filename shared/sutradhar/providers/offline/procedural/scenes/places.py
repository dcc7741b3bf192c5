"""List the painter of each place; it paints sky, land, water and buildings from the farthest to the nearest."""

from collections.abc import Callable, Mapping

from sutradhar.providers.offline.procedural.painting.canvas import Canvas
from sutradhar.providers.offline.procedural.scenes.landscapes import (
    paint_clouds,
    paint_desert,
    paint_forest,
    paint_meadow,
    paint_mountains,
    paint_river,
    paint_sea,
    paint_space,
    paint_vineyard,
)
from sutradhar.providers.offline.procedural.scenes.prompt_words import PromptTags
from sutradhar.providers.offline.procedural.scenes.settlements import (
    paint_city,
    paint_hall,
    paint_temple,
    paint_village,
)

Place = Callable[[Canvas, PromptTags], None]

PLACES: Mapping[str, Place] = {
    "mountains": paint_mountains,
    "sea": paint_sea,
    "river": paint_river,
    "forest": paint_forest,
    "meadow": paint_meadow,
    "village": paint_village,
    "temple": paint_temple,
    "city": paint_city,
    "desert": paint_desert,
    "vineyard": paint_vineyard,
    "hall": paint_hall,
    "clouds": paint_clouds,
    "space": paint_space,
}
