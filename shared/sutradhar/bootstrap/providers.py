"""The providers that the settings choose. Each chain is made, and its adapters imported, when it is first read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from sutradhar.bootstrap.lazy import lazy
from sutradhar.domain.billing.price import PriceTable, micros
from sutradhar.domain.core.errors import FieldError, InvalidSettings

if TYPE_CHECKING:
    from sutradhar.config import Settings
    from sutradhar.pipeline.billing.call_gate import PaidCallGate
    from sutradhar.ports.backend import Backend
    from sutradhar.ports.call_gate import CallGate
    from sutradhar.providers.chain import (
        ClipChain,
        ComposerChain,
        FootageChain,
        ImageChain,
        NarratorChain,
        PlannerChain,
        SoundEffectChain,
    )
    from sutradhar.providers.media.upload_reader import MediaFiles
    from sutradhar.providers.models import Models
    from sutradhar.providers.registry import ConfiguredChains, Registry


class ConfiguredProviders:
    """A pipeline's Providers."""

    def __init__(self, settings: Settings, backend: Backend, prices: PriceTable) -> None:
        self._settings, self._backend, self._prices = settings, backend, prices

    @lazy
    def call_gate(self) -> PaidCallGate:
        from sutradhar.pipeline.billing.call_gate import PaidCallGate
        from sutradhar.providers.catalog import model_table

        chosen, budget, backend = self._settings.providers, self._settings.budget, self._backend
        return PaidCallGate.create(
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
        return Registry(chosen.connections, order, chosen.chains, chosen.whisper_model)

    @lazy
    def _chains(self) -> ConfiguredChains:
        from sutradhar.providers.registry import ConfiguredChains

        return ConfiguredChains(self.registry, self.call_gate)

    def with_gate(self, gate: CallGate) -> ConfiguredChains:
        return self._chains.with_gate(gate)

    @lazy
    def models(self) -> Models:
        from sutradhar.providers.catalog import model_table
        from sutradhar.providers.models import Models

        return Models(self.registry, model_table(), self.registry.today)

    @property
    def planner(self) -> PlannerChain:
        return self._chains.planner

    @property
    def narrator(self) -> NarratorChain:
        return self._chains.narrator

    @property
    def images(self) -> ImageChain:
        return self._chains.images

    @property
    def clips(self) -> ClipChain:
        return self._chains.clips

    @property
    def footage(self) -> FootageChain:
        return self._chains.footage

    @property
    def sounds(self) -> SoundEffectChain:
        return self._chains.sounds

    @property
    def composer(self) -> ComposerChain:
        return self._chains.composer

    @lazy
    def media(self) -> MediaFiles:
        from sutradhar.providers.media.upload_reader import MediaFiles

        return MediaFiles()


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
