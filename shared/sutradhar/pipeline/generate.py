"""Ask the providers for one asset, and replace what they cannot make where the plan allows a fallback."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sutradhar.domain.assets.asset import Fallback
from sutradhar.domain.assets.specs import (
    GeneratedSpec,
    ImageSpec,
    MusicSpec,
    NarrationSpec,
    SoundEffectSpec,
    StockSpec,
)
from sutradhar.domain.core.errors import ProviderError
from sutradhar.pipeline.services import Services
from sutradhar.ports.providers import MusicBed, Picture, Shot, SoundEffect, Speech

Generated = Speech | Picture | Shot | MusicBed | SoundEffect
ReferenceLoader = Callable[[], tuple[Sequence[bytes], Sequence[Fallback]]]
"""Returns images of the characters in a scene, and the fallbacks among them with their reasons."""


def generate(services: Services, spec: GeneratedSpec, load_references: ReferenceLoader) -> Generated:
    """Ask the providers of the spec's kind. Call ``load_references`` only if an image is drawn.

    Raises:
        ProviderError: no provider of the chain made it, and nothing replaces it.
    """
    match spec:
        case NarrationSpec():
            return services.narrator.narrate(spec.text, spec.language, spec.voice, spec.options)
        case ImageSpec():
            return _draw_image(services, spec, load_references)
        case StockSpec():
            return _stock_footage(services, spec, load_references)
        case SoundEffectSpec():
            return _sound_effect(services, spec)
        case MusicSpec():
            return services.composer.compose(spec.mood, spec.seed)


def _draw_image(services: Services, spec: ImageSpec, load_references: ReferenceLoader) -> Picture:
    references, fallbacks = load_references()
    image = services.images.draw(spec.prompt, spec.style, spec.width, spec.height, spec.seed, references)
    return replace(image, fallbacks=(*fallbacks, *image.fallbacks))


def _stock_footage(services: Services, spec: StockSpec, load_references: ReferenceLoader) -> Shot | Picture:
    """Return footage, or an image of the same characters if no footage fits."""
    image = spec.image
    try:
        return services.footage.find(spec.query, image.width, image.height, spec.seconds, image.seed)
    except ProviderError as exc:
        if services.purchases.strict:
            raise
        fallback = Fallback(provider=exc.provider, reason=str(exc))
    drawn = _draw_image(services, image, load_references)
    return replace(drawn, fallbacks=(fallback, *drawn.fallbacks))


def _sound_effect(services: Services, spec: SoundEffectSpec) -> SoundEffect:
    """Return the sound effect, or silence if no library has it: a job must not fail for want of a creaking door."""
    try:
        return services.sounds.sound(spec.text)
    except ProviderError as exc:
        if services.purchases.strict:
            raise
        return SoundEffect(b"", 0, "silence/1", fallbacks=(Fallback(provider=exc.provider, reason=str(exc)),))
