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
from sutradhar.ports.providers import Chains, ImageFile, MusicTrackFile, SoundEffect, Speech, VideoFile

ProviderResult = Speech | ImageFile | VideoFile | MusicTrackFile | SoundEffect
ReferenceLoader = Callable[[], tuple[Sequence[bytes], Sequence[Fallback]]]
"""Returns images of the characters in a scene, and the fallbacks among them with their reasons."""


def generate(
    chains: Chains, spec: GeneratedSpec, load_references: ReferenceLoader, *, no_fallbacks: bool
) -> ProviderResult:
    """Ask the providers of the spec's kind. Call ``load_references`` only if an image is drawn.

    ``no_fallbacks``: neither an image nor silence replaces an asset that no provider made.

    Raises:
        ProviderError: no provider of the chain made it, and nothing replaces it.
    """
    match spec:
        case NarrationSpec():
            return chains.narrator.narrate(spec.text, spec.language, spec.voice, spec.options)
        case ImageSpec():
            return _draw_image(chains, spec, load_references)
        case StockSpec():
            return _find_stock_footage(chains, spec, load_references, no_fallbacks=no_fallbacks)
        case SoundEffectSpec():
            return _find_sound_effect(chains, spec, no_fallbacks=no_fallbacks)
        case MusicSpec():
            return chains.composer.compose(spec.mood, spec.seed)


def _draw_image(chains: Chains, spec: ImageSpec, load_references: ReferenceLoader) -> ImageFile:
    references, fallbacks = load_references()
    image = chains.images.draw(spec.prompt, spec.style, spec.width, spec.height, spec.seed, references)
    return replace(image, fallbacks=(*fallbacks, *image.fallbacks))


def _find_stock_footage(
    chains: Chains, spec: StockSpec, load_references: ReferenceLoader, *, no_fallbacks: bool
) -> VideoFile | ImageFile:
    """Return footage, or an image of the same characters if no footage fits."""
    image = spec.image
    try:
        return chains.footage.find(spec.query, image.width, image.height, spec.seconds, image.seed)
    except ProviderError as exc:
        if no_fallbacks or not exc.may_fall_back:
            raise
        fallback = Fallback(provider=exc.provider, reason=str(exc))
    replacement = _draw_image(chains, image, load_references)
    return replace(replacement, fallbacks=(fallback, *replacement.fallbacks))


def _find_sound_effect(chains: Chains, spec: SoundEffectSpec, *, no_fallbacks: bool) -> SoundEffect:
    """Return the sound effect, or silence if no library has it: a job must not fail for want of a creaking door."""
    try:
        return chains.sounds.find_effect(spec.text)
    except ProviderError as exc:
        if no_fallbacks or not exc.may_fall_back:
            raise
        return SoundEffect(b"", 0, "silence/1", fallbacks=(Fallback(provider=exc.provider, reason=str(exc)),))
