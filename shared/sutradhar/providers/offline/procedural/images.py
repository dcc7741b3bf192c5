"""Illustrations without a model: the words of the prompt choose light, place, figures and things; a seed composes them."""

import hashlib
from collections.abc import Sequence

import cv2
import numpy as np

from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import ProviderError
from sutradhar.ports.providers import ImageCapabilities, ImageFile
from sutradhar.providers.offline.procedural import animals, buildings, figures, people, plants, scenery
from sutradhar.providers.offline.procedural.canvas import Canvas
from sutradhar.providers.offline.procedural.noise import Field, Mask, clouds
from sutradhar.providers.offline.procedural.palette import LIGHTS, Finish, finish_for
from sutradhar.providers.offline.procedural.places import GROUND, PLACES, lit
from sutradhar.providers.offline.procedural.prompt_words import Wish, read
from sutradhar.providers.offline.procedural.shapes import Shapes

_JPEG_QUALITY = 95
_MAX_SIDE = 8192

# what stands on the stage: how to draw it, and its size against a grown person
_CAST = {
    "praying_child": (figures.praying_child, 1.15),
    "king": (figures.king, 1.05),
    "king_on_throne": (figures.king_on_throne, 1.0),
    "narasimha": (figures.narasimha, 1.15),
    "hanuman": (figures.hanuman, 1.15),
    "shiva": (figures.shiva, 1.3),
    "goddess": (lambda: figures.woman("blue", halo=True), 1.1),
    "woman": (figures.woman, 1.0),
    "meditating": (figures.meditating, 1.15),
    "sage": (figures.sage, 1.0),
    "crowd": (figures.crowd, 0.8),
    "child": (people.child, 1.1),
    "farmer": (people.farmer, 1.0),
    "traveller": (people.traveller, 1.0),
    "scholar": (people.scholar, 1.0),
    "archer": (people.archer, 1.0),
    "flutist": (people.flutist, 1.1),
    "stargazer": (people.stargazer, 1.0),
    "fox": (animals.fox, 0.95),
    "lion": (animals.lion, 0.95),
    "elephant": (animals.elephant, 1.0),
    "crow": (animals.bird, 0.95),
    "dove": (animals.flying_bird, 0.9),
    "deer": (animals.deer, 0.9),
    "cow": (animals.cow, 0.8),
    "horse": (animals.horse, 0.9),
    "monkey": (animals.monkey, 0.9),
    "tortoise": (animals.tortoise, 0.8),
    "hare": (animals.hare, 0.8),
    "fish": (animals.fish, 0.8),
    "ant": (animals.ant, 0.8),
    "snake": (animals.snake, 0.9),
    "peacock": (animals.peacock, 0.9),
}
_FLYING = ("hanuman", "dove", "fish")
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
        reference_images: Sequence[bytes] = (),  # noqa: ARG002 - whoever has the same words looks the same anyway
    ) -> ImageFile:
        """An illustration as JPEG (4:4:4, quality 95). Same arguments, same bytes."""
        if not (16 <= width <= _MAX_SIDE and 16 <= height <= _MAX_SIDE):
            message = f"a picture of {width}x{height} cannot be drawn; sides of 16 to {_MAX_SIDE} pixels can"
            raise ProviderError(message, provider=str(self.provider_id), retryable=False)
        rng = _rng(prompt, style, seed)
        wish = _settled(read(prompt, style), rng)
        canvas = Canvas(width, height, LIGHTS[wish.light], finish_for(style), rng)
        side = 1 if rng.random() > 0.5 else -1
        canvas.sun = (width * (0.5 + side * 0.24), height * (0.56 - 0.46 * canvas.light.sun_height))
        PLACES[wish.place](canvas, wish)
        _things(canvas, wish)
        _figures(canvas, wish)
        _foreground(canvas, wish)
        pixels = _finished(canvas.image, canvas.finish, rng)
        options = [
            cv2.IMWRITE_JPEG_QUALITY,
            _JPEG_QUALITY,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
        ]
        _, encoded = cv2.imencode(".jpg", pixels[:, :, ::-1], options)
        return ImageFile(encoded.tobytes(), "image/jpeg", width, height, str(self.provider_id))


def _rng(prompt: str, style: str, seed: int) -> np.random.Generator:
    digest = hashlib.sha256(f"{seed}\0{style}\0{prompt}".encode("utf-8", "surrogatepass")).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def _settled(wish: Wish, rng: np.random.Generator) -> Wish:
    """Whatever the prompt leaves open is chosen."""
    place = wish.place
    if place == "river" and "mountains" in wish.features:
        place = "mountains"
    elif not place and "pillar" in wish.features:
        place = "hall"
    elif not place and "stargazer" in wish.figures:
        place = "meadow"
    place = place or _GENERIC_PLACES[int(rng.integers(len(_GENERIC_PLACES)))]
    light = wish.light or (
        "storm" if "rain" in wish.features else _GENERIC_LIGHTS[int(rng.integers(len(_GENERIC_LIGHTS)))]
    )
    if place == "space":
        light = "night"
    if "grapes" in wish.features and place in ("meadow", "village", "forest"):
        place = "vineyard"
    return Wish(light, place, wish.figures, wish.features)


def _size(canvas: Canvas) -> float:
    """Pixels of a grown person's height."""
    return min(canvas.height * 0.46, canvas.width * 0.5)


def _things(canvas: Canvas, wish: Wish) -> None:
    h, w, size = canvas.height, canvas.width, _size(canvas)
    rng, ground = canvas.rng, canvas.height * GROUND
    indoors = wish.place == "hall"
    found: list[tuple[Shapes, float, float, float]] = []
    if "banyan" in wish.features and not indoors:
        found.append((plants.banyan(rng), w * 0.74, ground - 0.02 * h, size * 1.5))
    if "hut" in wish.features and wish.place not in ("hall", "village", "city"):
        found.append((buildings.hut(rng, lit(wish)), w * 0.17, ground - 0.03 * h, size * 0.7))
    if "temple" in wish.features and wish.place not in ("hall", "temple", "river"):
        found.append((buildings.shikhara(), w * 0.2, ground - 0.04 * h, size * 1.0))
    if "well" in wish.features:
        found.append((buildings.well(), w * 0.7, ground, size * 0.7))
    if "pot" in wish.features:
        found.append((buildings.pot(), w * 0.62, ground + 0.01 * h, size * 0.75))
    if "fire" in wish.features:
        canvas.glow(w * 0.5, ground - size * 0.3, size * 1.5, canvas.light.sun, 0.6)
        found.append((buildings.fire(rng), w * 0.5, ground + 0.02 * h, size * 1.15))
        found.append((buildings.sparks(rng), w * 0.5, ground - size * 0.5, size))
    for parts, x, y, scale in found:
        canvas.shapes(parts, x, y, scale)
    if "vapour" in wish.features and wish.place not in ("sea", "clouds"):
        scenery.vapour(canvas, h * 0.72, h * 0.25)
    if "mist" in wish.features and not indoors:
        scenery.mist(canvas, h * 0.66, h * 0.1, 0.6)
    if "birds" in wish.features:
        for _ in range(5):
            at = (w * (0.15 + 0.7 * rng.random()), h * (0.12 + 0.25 * rng.random()))
            canvas.shapes(animals.flying_bird("dark", "dark"), *at, size * 0.14, shadow=False)


def _figures(canvas: Canvas, wish: Wish) -> None:
    cast = wish.figures
    places = {0: (), 1: (0.42,), 2: (0.3, 0.68), 3: (0.22, 0.5, 0.78)}[len(cast)]
    size = _size(canvas) * (1.0 if len(cast) < 3 else 0.85)
    for i, (name, x) in enumerate(zip(cast, places, strict=True)):
        make, scale = _CAST[name]
        flying = name in _FLYING and (name != "hanuman" or wish.place in ("sea", "clouds", "mountains"))
        parts = figures.hanuman(flying=flying) if name == "hanuman" else make()
        y = canvas.height * (0.64 if flying else GROUND + 0.02)
        if name in ("praying_child", "shiva", "goddess", "narasimha", "hanuman", "flutist"):
            aura = canvas.width * x, y - size * scale * 0.5
            canvas.glow(*aura, size * scale * 0.9, canvas.light.sun, 0.4)
        # those on the right look back at the others
        turned = len(cast) > 1 and i == len(cast) - 1
        canvas.shapes(parts, canvas.width * x, y, size * scale, flip=turned, shadow=not flying)


def _foreground(canvas: Canvas, wish: Wish) -> None:
    """Dark leaves at the edges and a calm, darker strip at the bottom, where captions go."""
    h, w, rng = canvas.height, canvas.width, canvas.rng
    if "rain" in wish.features or wish.light == "storm":
        scenery.rain(canvas)
    if "lamp" in wish.features:
        for x in (0.1, 0.18, 0.83, 0.91):
            canvas.glow(w * x, h * 0.86, h * 0.12, LIGHTS["golden"].sun, 0.7)
            canvas.shapes(buildings.lamp(), w * x, h * 0.9, h * 0.09)
    if "lotus" in wish.features:
        for x in (0.14, 0.86):
            canvas.shapes(plants.lotus(), w * x, h * 0.93, h * 0.2)
    if wish.place not in ("hall", "sea", "clouds", "space", "city"):
        make = plants.flowers if "flowers" in wish.features or rng.random() > 0.6 else plants.grass
        tufts = max(round(5 * w / h), 4)
        for i in range(tufts):
            x = (i + rng.random()) / tufts * w
            canvas.shapes(make(rng), x, h * (1.0 + 0.02 * rng.random()), h * 0.26, shadow=False, rim=0.2)
    rows = np.linspace(0, 1, h, dtype=np.float32)
    calm = np.clip((rows - 0.76) / 0.24, 0, 1) * 0.5
    canvas.image *= (1 - calm)[:, None, None]


def _finished(image: Field, finish: Finish, rng: np.random.Generator) -> Mask:
    """Bloom, colour, grain and vignette; uint8 RGB."""
    height, width = image.shape[:2]
    small = cv2.resize(image, (width // 8 or 1, height // 8 or 1), interpolation=cv2.INTER_AREA)
    bright = np.clip(small - 0.62, 0, 1)
    bloom = cv2.resize(cv2.GaussianBlur(bright, (0, 0), max(height / 130, 0.5)), (width, height))
    image += bloom * (finish.bloom * 1.5)
    np.clip(image, 0, 1, out=image)
    grey = image @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    image -= grey[..., None]
    image *= finish.saturation
    image += ((grey - 0.5) * finish.contrast + 0.5)[..., None]
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :] ** 2
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None] ** 2
    paper = clouds(rng, width, height, max(min(width, height) / 260, 1.5), 2)
    grain = 1 + finish.grain * (paper + 0.7 * rng.standard_normal((height, width), np.float32))
    image *= ((1 - finish.vignette * 0.42 * (across + down) ** 1.3 / 2) * grain)[..., None]
    image *= np.array(finish.tint, np.float32) * 255
    return np.asarray(np.clip(image + 0.5, 0, 255), np.uint8)
