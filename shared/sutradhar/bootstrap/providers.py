"""The providers that the settings choose. Each chain is made, and its adapters imported, when it is first read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from sutradhar.bootstrap.lazy import lazy
from sutradhar.domain.billing.price import PriceTable, micros
from sutradhar.domain.core.errors import FieldError, InvalidSettings

if TYPE_CHECKING:
    from sutradhar.config import Settings
    from sutradhar.domain.plan.plan import RenderPlan
    from sutradhar.pipeline.billing.call_gate import Purchases
    from sutradhar.ports.backend import Backend
    from sutradhar.providers.chain import (
        FallbackClips,
        FallbackComposer,
        FallbackFootage,
        FallbackImages,
        FallbackNarrator,
        FallbackPlanner,
        FallbackSounds,
    )
    from sutradhar.providers.media.upload_reader import MediaFiles
    from sutradhar.providers.models import Models
    from sutradhar.providers.registry import Registry


class ConfiguredProviders:
    """A pipeline's Providers."""

    def __init__(self, settings: Settings, backend: Backend, prices: PriceTable) -> None:
        self._settings, self._backend, self._prices = settings, backend, prices

    @lazy
    def purchases(self) -> Purchases:
        from sutradhar.pipeline.billing.call_gate import Purchases
        from sutradhar.providers.catalog import model_table

        chosen, budget, backend = self._settings.providers, self._settings.budget, self._backend
        return Purchases(
            backend.records,
            backend.leases,
            backend.clock,
            self._prices,
            None if budget.day_cap_usd is None else micros(budget.day_cap_usd),
            dict.fromkeys(chosen.connections, chosen.max_concurrent_calls),
            {name: one.max_calls_per_minute for name, one in chosen.connections.items()},
            model_table() if chosen.connections else None,
        )

    @lazy
    def registry(self) -> Registry:
        from sutradhar.providers.registry import Registry

        chosen = self._settings.providers
        order = chosen.order or None
        return Registry(chosen.connections, order, chosen.chains, self.purchases, chosen.whisper_model)

    @lazy
    def models(self) -> Models:
        from sutradhar.providers.catalog import model_table
        from sutradhar.providers.models import Models

        return Models(self.registry, model_table(), self.registry.today)

    @lazy
    def planner(self) -> FallbackPlanner:
        return self.registry.planner()

    @lazy
    def narrator(self) -> FallbackNarrator:
        return self.registry.narrator()

    @lazy
    def images(self) -> FallbackImages:
        return self.registry.images()

    @lazy
    def clips(self) -> FallbackClips:
        return self.registry.clips()

    @lazy
    def footage(self) -> FallbackFootage:
        return self.registry.footage()

    @lazy
    def sounds(self) -> FallbackSounds:
        return self.registry.sounds()

    @lazy
    def composer(self) -> FallbackComposer:
        return self.registry.composer()

    @lazy
    def media(self) -> MediaFiles:
        from sutradhar.providers.media.upload_reader import MediaFiles

        return MediaFiles()

    def sketch(self, plan: RenderPlan) -> RenderPlan:
        return self.registry.sketch(plan)


def read_prices(settings: Settings) -> PriceTable:
    """Return the user's own prices, followed by the price table; without a provider that has a key, no price.

    Raises:
        InvalidSettings: PRICE_TABLE names a file that is no price table.
    """
    from importlib.resources import files

    if not settings.providers.connections:
        return PriceTable(prices=())
    path = settings.budget.price_table
    try:
        text = path.read_text() if path else files("sutradhar").joinpath("prices.json").read_text()
        table = PriceTable.model_validate_json(text)
        return table.evolve(prices=(*settings.budget.model_prices, *table.prices))
    except (OSError, ValidationError) as exc:
        raise InvalidSettings([FieldError("PRICE_TABLE", f"{path} is not a price table: {exc}")]) from exc
