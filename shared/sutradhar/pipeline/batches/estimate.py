"""Estimate a whole batch: an asset that several rows share is made, and paid for, once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sutradhar.domain.assets.requests import AssetRequest, list_asset_requests
from sutradhar.domain.assets.slot import PLAN
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.version import write_version
from sutradhar.pipeline.audio_plans import draft_plan, needs_planner
from sutradhar.pipeline.estimate import (
    Estimate,
    EstimateLine,
    estimate_translations,
    find_usage,
    list_parts,
    list_version_narrations,
    quote_usage,
)
from sutradhar.pipeline.first_providers import find_first_providers
from sutradhar.pipeline.services import Services

_KEYS_A_READ = 300
"""The most finished assets that are read at a time: each may hold the words of a long narration."""


@dataclass
class _Draft:
    """The paid things that one row needs."""

    planning: Sequence[EstimateLine] = ()
    """The price of writing its scenes."""
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The keys of the parts of each asset, by the key of the asset."""
    is_filler: bool = False
    """True: a model writes the scenes later, so the texts of the draft stand for others, and no row shares them."""


class BatchEstimate:
    """The work on the estimate of a batch, row by row."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._is_free = not services.providers.call_gate.has_paid_providers
        self._drafts: list[_Draft] = []
        self._prices: dict[str, EstimateLine] = {}

    def add(self, plan: RenderPlan) -> None:
        """Add the row with this plan. Raise ProviderError: no provider can write its scenes or make an asset."""
        draft = _Draft()
        if not self._is_free:
            gate, planner = self._services.providers.call_gate, self._services.providers.planner
            has_paid_planner = needs_planner(plan) and gate.is_paid(planner.provider_id)
            if has_paid_planner:
                draft.planning = tuple(quote_usage(self._services, PLAN, planner.usage(plan)))
            draft.is_filler = has_paid_planner and not plan.scenes
            drafted = draft_plan(self._services, planner, plan)
            draft.planning = (*draft.planning, *estimate_translations(self._services, drafted))
            self._add_requests(draft, list_asset_requests(drafted, find_first_providers(self._services, drafted)))
            for language in drafted.video_languages:
                version = write_version(drafted, language)
                self._add_requests(draft, list_version_narrations(self._services, version))
        self._drafts.append(draft)

    def _add_requests(self, draft: _Draft, requests: Iterable[AssetRequest]) -> None:
        for request in requests:
            if not self._services.providers.call_gate.is_paid(request.provider):
                continue
            key = request.key
            if key in draft.keys:
                continue
            parts = {one.key: one for one in list_parts(request)}
            draft.keys[key] = tuple(parts)
            for part_key, part in parts.items():
                if part_key not in self._prices:
                    usage = find_usage(self._services.providers, part.spec)
                    for line in quote_usage(self._services, part.slot, usage):
                        self._prices[part_key] = line

    def finish(self) -> tuple[list[Estimate], Estimate]:
        """Return the estimate of each row by itself, and that of all rows together."""
        finished = self._find_finished()
        rows: list[Estimate] = []
        shared: dict[str, EstimateLine] = {}
        separate: list[EstimateLine] = []
        for draft in self._drafts:
            lines = self._list_missing(draft, finished)
            rows.append(Estimate((*draft.planning, *lines.values())))
            separate += draft.planning
            if draft.is_filler:
                separate += lines.values()
            else:
                shared |= lines
        return rows, Estimate((*separate, *shared.values()))

    def _list_missing(self, draft: _Draft, finished: set[str]) -> Mapping[str, EstimateLine]:
        """Return the prices of the parts of a row that are not stored, by their keys."""
        keys = (part for key, parts in draft.keys.items() if key not in finished for part in parts)
        return {key: self._prices[key] for key in keys if key in self._prices and key not in finished}

    def _find_finished(self) -> set[str]:
        """Return the keys of the assets that are stored."""
        keys = {key for draft in self._drafts for item in draft.keys.items() for key in (item[0], *item[1])}
        every = sorted(keys)
        finished: set[str] = set()
        for first in range(0, len(every), _KEYS_A_READ):
            finished |= self._services.assets.get_many(every[first : first + _KEYS_A_READ]).keys()
        return finished
