"""The providers that the settings choose. Each chain is made, and its adapters imported, when it is first read."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import ValidationError

from sutradhar.bootstrap.lazy import lazy
from sutradhar.domain.billing.price import PriceTable, micros
from sutradhar.domain.core.errors import FieldError, InvalidSettings
from sutradhar.pipeline.billing.call_gate import PaidCallGate
from sutradhar.providers.catalog import model_table
from sutradhar.providers.registry import ConfiguredChains, Registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sutradhar.config import Settings
    from sutradhar.outbound.webhooks import HttpWebhookSender
    from sutradhar.ports.backend import Backend
    from sutradhar.ports.publishing import Destination
    from sutradhar.providers.listening.listener import LocalListener
    from sutradhar.providers.media.upload_reader import MediaFiles
    from sutradhar.providers.models import Models
    from sutradhar.providers.offline.storybook.templates import StorybookTemplates


class ConfiguredProviders(ConfiguredChains):
    """A pipeline's Providers."""

    def __init__(self, settings: Settings, backend: Backend, prices: PriceTable) -> None:
        chosen, budget = settings.providers, settings.budget
        self._settings = settings
        self.registry = Registry(chosen.connections, chosen.order or None, chosen.chains, chosen.whisper_model)
        self.call_gate = PaidCallGate.create(
            backend.records,
            backend.leases,
            backend.clock,
            prices,
            None if budget.day_cap_usd is None else micros(budget.day_cap_usd),
            dict.fromkeys(chosen.connections, chosen.max_concurrent_calls),
            {name: one.max_calls_per_minute for name, one in chosen.connections.items()},
            model_table() if chosen.connections else None,
        )
        super().__init__(self.registry, self.call_gate)

    @lazy
    def models(self) -> Models:
        from sutradhar.providers.models import Models

        return Models(self.registry, model_table(), self.registry.today)

    @lazy
    def templates(self) -> StorybookTemplates:
        from sutradhar.providers.offline.storybook.templates import StorybookTemplates

        return StorybookTemplates()

    @lazy
    def media(self) -> MediaFiles:
        from sutradhar.providers.media.upload_reader import MediaFiles

        return MediaFiles()

    @lazy
    def listener(self) -> LocalListener:
        from sutradhar.providers.listening.listener import LocalListener

        return LocalListener(self._settings.providers.whisper_model)

    @lazy
    def webhooks(self) -> HttpWebhookSender:
        from sutradhar.outbound.webhooks import HttpWebhookSender

        return HttpWebhookSender(self._settings.webhooks.allow_loopback)

    @lazy
    def destinations(self) -> Mapping[str, Destination]:
        from sutradhar.bootstrap.destinations import Destinations, make_setup

        return Destinations(make_setup(self._settings, lambda: self.webhooks))


def read_prices(settings: Settings) -> PriceTable:
    """Return the user's own prices, followed by the price table; without a provider that has a key, no price.

    Raises:
        InvalidSettings: PRICE_TABLE names a file that is no price table.
    """
    if not settings.providers.connections:
        return PriceTable(prices=())
    path = settings.budget.price_table
    try:
        text = path.read_text() if path else files("sutradhar").joinpath("prices.json").read_text()
        table = PriceTable.model_validate_json(text)
        return table.evolve(prices=(*settings.budget.model_prices, *table.prices))
    except (OSError, ValidationError) as exc:
        raise InvalidSettings([FieldError("PRICE_TABLE", f"{path} is not a price table: {exc}")]) from exc
