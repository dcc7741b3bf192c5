"""Build the facts that the marks of a finished video state, from the assets that it shows and plays."""

from collections.abc import Collection, Mapping, Sequence

from sutradhar.domain.assets.asset import Asset, Provenance
from sutradhar.domain.assets.marks import MarkedPart, MarkFacts, SourceType
from sutradhar.domain.assets.requests import COLOR_PROVIDER, UPLOAD_PROVIDER, AssetRequest
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.billing.provider_id import ProviderId

ALGORITHMS = frozenset({"espeak_ng", "procedural-images", "procedural-music", "storybook", COLOR_PROVIDER.provider})
"""The providers that make media by rules alone. Every other provider is taken for a trained model unless its work has a
licence, as that of stock libraries has: a new provider is better marked once too often than not at all."""


def build_marks(
    title: str, requests: Sequence[AssetRequest], assets: Mapping[Slot, Asset], shown: Collection[str]
) -> MarkFacts:
    """Return the facts for the marks of a video.

    Args:
        shown: the hashes of the files that the video shows or plays. Assets that it leaves out are no parts of it;
            reference images of characters are, because its images are made from them.
    """
    used = [
        (request.slot, assets[request.slot])
        for request in requests
        if request.slot in assets and (request.slot.role == "character" or assets[request.slot].sha256 in shown)
    ]
    parts = tuple(_describe_part(slot, asset) for slot, asset in used)
    return MarkFacts(
        title=title,
        source_type=classify_whole(parts),
        has_synthetic_media=any(is_generated_image(asset) for _, asset in used),
        parts=parts,
    )


def select_part(facts: MarkFacts, sha256: str) -> MarkFacts:
    """Return the facts for an image that shows nothing but the file ``sha256``; without parts if that is none of
    ``facts``."""
    part = next((part for part in facts.parts if part.sha256 == sha256 and part.slot.role != "character"), None)
    if part is None:
        return facts.evolve(parts=())
    return facts.evolve(parts=(part,), source_type=classify_whole((part,)))


def select_parts(facts: MarkFacts, hashes: Collection[str]) -> MarkFacts:
    """Return the facts for a file that consists of those parts of a video whose hashes are ``hashes``: its sound."""
    parts = tuple(part for part in facts.parts if part.sha256 in hashes and part.slot.role != "character")
    return facts.evolve(parts=parts, source_type=classify_whole(parts))


def classify_whole(parts: Collection[MarkedPart]) -> SourceType:
    """Return the digital source type of what consists of ``parts``. The reference images of characters do not count:
    the video does not show them."""
    types = {part.source_type for part in parts if part.slot.role != "character"}
    if types == {"trainedAlgorithmicMedia"}:
        return "trainedAlgorithmicMedia"
    if "trainedAlgorithmicMedia" in types:
        return "compositeSynthetic"
    return "algorithmicMedia" if types == {"algorithmicMedia"} else "composite"


def _describe_part(slot: Slot, asset: Asset) -> MarkedPart:
    provider_id = ProviderId.parse(asset.provider)
    origin = asset.provenance or Provenance()
    is_own = provider_id.provider == UPLOAD_PROVIDER.provider
    return MarkedPart(
        slot=slot,
        kind=asset.kind,
        source_type=_classify(provider_id, origin, is_own=is_own),
        provider=provider_id.provider,
        model="" if is_own else origin.model or provider_id.model,
        voice=origin.voice or provider_id.voice,
        is_own=is_own,
        licence="" if is_own else origin.licence,
        author=origin.author,
        source="" if is_own else origin.source,  # the name of a user's file stays private
        sha256=asset.sha256,
    )


def _classify(provider_id: ProviderId, origin: Provenance, *, is_own: bool) -> SourceType | None:
    if is_own or origin.licence:
        return None
    return "algorithmicMedia" if provider_id.provider in ALGORITHMS else "trainedAlgorithmicMedia"


def is_generated_image(asset: Asset) -> bool:
    """Return whether a generative model made this image or clip. What rules draw has no provenance."""
    return asset.kind == "image" and asset.provenance is not None and not asset.provenance.licence
