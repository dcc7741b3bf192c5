"""Estimate the cost of a video before anything is paid for. Providers tell the usage of calls that are not made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sutradhar.domain.assets.requests import AssetRequest, first_frame_request, list_asset_requests
from sutradhar.domain.assets.slot import PLAN, Slot
from sutradhar.domain.assets.specs import (
    AssetSpec,
    ClipSpec,
    ColorSpec,
    ImageSpec,
    MusicSpec,
    NarrationSpec,
    RecordingSpec,
    SongSpec,
    SoundEffectSpec,
    StockSpec,
    UploadSpec,
)
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.language.table import name_language
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.version import write_version
from sutradhar.pipeline.audio_plans import draft_plan, needs_planner
from sutradhar.pipeline.first_providers import find_first_providers
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.translations import find_usages
from sutradhar.ports.providers import Chains


@dataclass(frozen=True)
class EstimateLine:
    """The cost of one asset. Amounts in millionths of a US dollar."""

    slot: Slot
    provider: str
    model: str
    expected: int
    max: int
    language: Language | None = None
    """The language of a further video that needs the asset; None: the first video needs it."""

    @property
    def label(self) -> str:
        """The asset in words for users."""
        return f"{self.slot.label} ({name_language(self.language)})" if self.language else self.slot.label


@dataclass(frozen=True)
class Estimate:
    """A range: the probable cost, as far as it can be known before the script is written, and the sum that would be
    reserved for all calls."""

    lines: Sequence[EstimateLine]

    @property
    def expected_cost(self) -> int:
        return sum(line.expected for line in self.lines)

    @property
    def max_cost(self) -> int:
        return sum(line.max for line in self.lines)


def estimate(services: Services, requested_plan: RenderPlan) -> Estimate:
    """Estimate the charge of the first provider of each kind; finished assets cost nothing. If the scenes are not
    written yet, count as many as the first planner would write.

    Raises:
        ProviderError: no provider can write the plan or make an asset.
    """
    lines: list[EstimateLine] = []
    if not services.providers.call_gate.has_paid_providers:
        return Estimate(lines)  # no provider has to be loaded for that
    planner = services.providers.planner
    if needs_planner(requested_plan) and services.providers.call_gate.is_paid(planner.provider_id):
        lines += quote_usage(services, PLAN, planner.usage(requested_plan))
    plan = draft_plan(services, planner, requested_plan)
    lines += estimate_translations(services, plan)
    requests = list_asset_requests(plan, find_first_providers(services, plan))
    return Estimate([*lines, *estimate_assets(services, requests).lines, *estimate_versions(services, plan).lines])


def estimate_versions(services: Services, plan: RenderPlan) -> Estimate:
    """Estimate the cost of the videos in other languages that ``plan``, which has its scenes, asks for: what they share
    with the first one counts there. Raise ProviderError if no provider can make a part of one."""
    lines: list[EstimateLine] = []
    for language in plan.video_languages:
        narrations = list_version_narrations(services, write_version(plan, language))
        lines += [replace(line, language=language) for line in estimate_assets(services, narrations).lines]
    return Estimate(lines)


def list_version_narrations(services: Services, version_plan: RenderPlan) -> list[AssetRequest]:
    """Return the requests that a version of a video does not share with the first one. Raise ProviderError if no
    provider speaks its language."""
    requests = list_asset_requests(version_plan, find_first_providers(services, version_plan))
    return [request for request in requests if request.slot.role == "narration"]


def estimate_translations(services: Services, plan: RenderPlan) -> Iterator[EstimateLine]:
    """Yield the price of each call that translates ``plan``, which has its scenes."""
    translator = services.providers.translator
    if translator.available:
        for language, usage in find_usages(translator, plan):
            yield from (replace(line, language=language) for line in quote_usage(services, PLAN, usage))


def estimate_assets(services: Services, requests: Sequence[AssetRequest]) -> Estimate:
    """Estimate the cost of the assets that are not stored. Raise ProviderError if no provider can make one."""
    lines: list[EstimateLine] = []
    if not services.providers.call_gate.has_paid_providers:
        return Estimate(lines)
    for request in _find_missing_assets(services, requests):
        if services.providers.call_gate.is_paid(request.provider):
            lines += quote_usage(services, request.slot, find_usage(services.providers, request.spec))
    return Estimate(lines)


def find_kept_slots(services: Services, plan: RenderPlan) -> list[Slot]:
    """Return the slots of ``plan``, which has its scenes, whose assets are stored: a job neither makes them again nor
    pays for them. Raise ProviderError if no provider can make an asset."""
    requests = list_asset_requests(plan, find_first_providers(services, plan))
    finished = services.assets.get_many([request.key for request in requests])
    return [request.slot for request in requests if request.key in finished]


def _find_missing_assets(services: Services, requests: Sequence[AssetRequest]) -> list[AssetRequest]:
    """Return the requests whose assets are not stored; those that scenes share count once."""
    finished = services.assets.get_many([request.key for request in requests])
    missing: dict[str, AssetRequest] = {}
    for request in requests:
        for part in list_parts(request) if request.key not in finished else ():
            missing.setdefault(part.key, part)
    finished = services.assets.get_many(list(missing))
    return [request for key, request in missing.items() if key not in finished]


def list_parts(request: AssetRequest) -> list[AssetRequest]:
    """Return the request, and that for its first frame if it is a clip."""
    spec = request.spec
    return [request, first_frame_request(request.slot, spec)] if isinstance(spec, ClipSpec) else [request]


def find_usage(chains: Chains, spec: AssetSpec) -> Usage | None:  # noqa: PLR0911 - one for each kind of asset
    """Return the usage of the first provider that can make the asset; None if it is free.

    Raises:
        ProviderError: no provider can make it, and the video needs it.
    """
    match spec:
        case NarrationSpec():
            return chains.narrator.usage(spec.text, spec.language, spec.voice, spec.options)
        case ImageSpec():
            return _find_image_usage(chains, spec)
        case StockSpec():
            try:
                return chains.footage.usage(spec.query)
            except ProviderError:
                return _find_image_usage(chains, spec.image)  # it replaces the footage
        case ClipSpec():
            try:
                return chains.clips.usage(spec.image.width, spec.image.height, spec.seconds)
            except ProviderError:
                return None  # the scene shows its first frame, which has its own line
        case SoundEffectSpec():
            try:
                return chains.sounds.usage(spec.text)
            except ProviderError:
                return None  # the effect is left out
        case MusicSpec():
            return chains.composer.usage()
        case UploadSpec() | ColorSpec() | SongSpec() | RecordingSpec():
            return None


def _find_image_usage(chains: Chains, spec: ImageSpec) -> Usage | None:
    return chains.images.usage(spec.prompt, spec.style, spec.width, spec.height, len(spec.reference_images))


def quote_usage(services: Services, slot: Slot, usage: Usage | None) -> Iterator[EstimateLine]:
    """Yield the price of a call with this ``usage``; nothing if it is free."""
    if usage is not None:
        quote = services.providers.call_gate.quote(usage)
        yield EstimateLine(slot, quote.provider, quote.model, quote.expected, quote.max)
