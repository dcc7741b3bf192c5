"""Draw images without a model: the words of the prompt choose light, place, figures and objects; a seed the rest."""

import hashlib
from collections.abc import Sequence

import cv2
import numpy as np

from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import ProviderError
from sutradhar.ports.providers import ImageCapabilities, ImageFile
from sutradhar.providers.offline.procedural.painting.canvas import Canvas
from sutradhar.providers.offline.procedural.painting.finish import apply_finish, get_finish
from sutradhar.providers.offline.procedural.painting.palette import LIGHTS
from sutradhar.providers.offline.procedural.scenes.composition import paint_figures, paint_foreground, paint_objects
from sutradhar.providers.offline.procedural.scenes.places import PLACES
from sutradhar.providers.offline.procedural.scenes.prompt_words import PromptTags, read_tags

_JPEG_QUALITY = 95
_MAX_SIDE = 8192

_GENERIC_PLACES = ("mountains", "meadow", "river", "temple", "village", "forest", "sea")
_GENERIC_LIGHTS = ("dawn", "golden", "day", "dusk")


class ProceduralImages:
    provider_id = ProviderId("procedural-images", "1")
    capabilities = ImageCapabilities()

    def usage(self, prompt: str, style: str, width: int, height: int, reference_count: int = 0) -> None:
        """Return None: drawing is free."""

    def draw(
        self,
        prompt: str,
        style: str,
        width: int,
        height: int,
        seed: int,
        reference_images: Sequence[bytes] = (),  # noqa: ARG002 - the same words give the same look anyway
    ) -> ImageFile:
        """Return an illustration as JPEG (4:4:4, quality 95); the same arguments give the same bytes.

        Raises:
            ProviderError: a side is shorter than 16 or longer than 8192 pixels.
        """
        if not (16 <= width <= _MAX_SIDE and 16 <= height <= _MAX_SIDE):
            message = f"an image of {width}x{height} pixels cannot be drawn; each side may have 16 to {_MAX_SIDE}"
            raise ProviderError(message, provider=str(self.provider_id), retryable=False)
        rng = _make_rng(prompt, style, seed)
        tags = _fill_defaults(read_tags(prompt, style), rng)
        canvas = Canvas(width, height, LIGHTS[tags.light], get_finish(style), rng)
        side = 1 if rng.random() > 0.5 else -1
        canvas.sun = (width * (0.5 + side * 0.24), height * (0.56 - 0.46 * canvas.light.sun_height))
        PLACES[tags.place](canvas, tags)
        paint_objects(canvas, tags)
        paint_figures(canvas, tags)
        paint_foreground(canvas, tags)
        pixels = apply_finish(canvas.image, canvas.finish, rng)
        options = [
            cv2.IMWRITE_JPEG_QUALITY,
            _JPEG_QUALITY,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
        ]
        _, encoded = cv2.imencode(".jpg", pixels[:, :, ::-1], options)
        return ImageFile(encoded.tobytes(), "image/jpeg", width, height, str(self.provider_id))


def _make_rng(prompt: str, style: str, seed: int) -> np.random.Generator:
    digest = hashlib.sha256(f"{seed}\0{style}\0{prompt}".encode("utf-8", "surrogatepass")).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def _fill_defaults(tags: PromptTags, rng: np.random.Generator) -> PromptTags:
    """Return ``tags`` with a place and a light chosen where the prompt names none."""
    place = tags.place
    if place == "river" and "mountains" in tags.features:
        place = "mountains"
    elif not place and "pillar" in tags.features:
        place = "hall"
    elif not place and "stargazer" in tags.figures:
        place = "meadow"
    place = place or _GENERIC_PLACES[int(rng.integers(len(_GENERIC_PLACES)))]
    light = tags.light or (
        "storm" if "rain" in tags.features else _GENERIC_LIGHTS[int(rng.integers(len(_GENERIC_LIGHTS)))]
    )
    if place == "space":
        light = "night"
    if "grapes" in tags.features and place in ("meadow", "village", "forest"):
        place = "vineyard"
    return PromptTags(light, place, tags.figures, tags.features)
