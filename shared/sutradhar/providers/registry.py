"""Makers by the names that the configuration uses. A maker's module is imported when it is first asked for."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from sutradhar.domain.errors import FieldError, InvalidRequest
from sutradhar.ports.providers import Composer, ImageGenerator, Narrator, Planner

NARRATORS = {
    "hibari": "sutradhar.providers.hibari:HibariNarrator",
    "piper": "sutradhar.providers.piper:PiperNarrator",
    "espeak_ng": "sutradhar.providers.espeak_ng:EspeakNarrator",
}
IMAGE_GENERATORS = {"procedural": "sutradhar.providers.procedural.images:ProceduralImages"}
COMPOSERS = {"procedural": "sutradhar.providers.procedural.music:ProceduralComposer"}
PLANNERS = {"storybook": "sutradhar.providers.storybook.planner:Storybook"}


def narrators(names: Sequence[str]) -> list[Narrator]:
    """The narrators in that order. Raises InvalidRequest for an unknown name."""
    return [_made("narrator", NARRATORS, name) for name in names]


def image_generator(name: str) -> ImageGenerator:
    """Raises InvalidRequest for an unknown name."""
    found: ImageGenerator = _made("image generator", IMAGE_GENERATORS, name)
    return found


def composer(name: str) -> Composer:
    """Raises InvalidRequest for an unknown name."""
    found: Composer = _made("composer", COMPOSERS, name)
    return found


def planner(name: str) -> Planner:
    """Raises InvalidRequest for an unknown name."""
    found: Planner = _made("planner", PLANNERS, name)
    return found


def _made(kind: str, known: Mapping[str, str], name: str) -> Any:
    if name not in known:
        raise InvalidRequest([FieldError("", f"there is no {kind} {name!r}; known are {', '.join(known)}")])
    module, _, attribute = known[name].partition(":")
    return getattr(import_module(module), attribute)()
