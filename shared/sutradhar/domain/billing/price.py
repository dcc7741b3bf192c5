"""The prices of providers, in millionths of a US dollar: whole numbers, so that sums are exact."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal

from sutradhar.domain.core.base import Frozen

MICROS = 1_000_000
"""Millionths in a US dollar."""

Units = Mapping[str, float]
"""The use of a call in the provider's own units: ``characters``, ``input_tokens``, ``images``, ``seconds``."""


class Price(Frozen):
    """The price of one unit of one model, as ``source`` said on the day ``as_of``."""

    provider: str
    model: str
    unit: str
    usd: Decimal
    per: int = 1
    source: str
    as_of: date
    second_hand: bool = False
    """True if ``source`` quotes the provider because the provider's own page could not be read."""


class PriceTable(Frozen):
    prices: tuple[Price, ...]

    def cost(self, provider: str, model: str, units: Units) -> int:
        """Return the price of ``units`` in millionths of a US dollar, rounded up.

        Raises:
            LookupError: one of the units has no price; no call is better than a call of unknown price.
        """
        total = Decimal(0)
        for unit, amount in units.items():
            price = self._price(provider, model, unit)
            total += price.usd * Decimal(str(amount)) / price.per
        return int((total * MICROS).to_integral_value(ROUND_CEILING))

    def find_unpriced_units(self, provider: str, model: str, units: Sequence[str]) -> list[str]:
        """Return the ``units`` that have no price."""
        known = {price.unit for price in self.prices if (price.provider, price.model) == (provider, model)}
        return [unit for unit in units if unit not in known]

    def find_priced_models(self, provider: str, units: Sequence[str]) -> list[str]:
        """Return the models of ``provider`` that have a price for exactly these ``units``."""
        units_by_model: dict[str, set[str]] = {}
        for price in self.prices:
            if price.provider == provider:
                units_by_model.setdefault(price.model, set()).add(price.unit)
        return [model for model, priced_units in units_by_model.items() if priced_units == set(units)]

    def _price(self, provider: str, model: str, unit: str) -> Price:
        for price in self.prices:
            if (price.provider, price.model, price.unit) == (provider, model, unit):
                return price
        raise LookupError(f"no price is known for {unit} of {provider}'s {model}; set MODEL_PRICES (docs/providers.md)")


_ENTRY = re.compile(r"([^/:;\s]+)/([^:;\s]+):(\S+)")
_AMOUNT = re.compile(r"(\w+)=(\d+(?:\.\d+)?)(?:/(\d+)([KM]?))?")
_TIMES = {"": 1, "K": 1000, "M": 1_000_000}


def parse_prices(text: str, today: date) -> tuple[Price, ...]:
    """Read prices that a user sets: ``PROVIDER/MODEL:UNIT=USD/AMOUNT,UNIT=USD/AMOUNT; ...``; an AMOUNT may be 1K or 1M.

    Raises:
        ValueError: ``text`` is written differently; the message shows the form.
    """
    prices: list[Price] = []
    for part in filter(None, (one.strip() for one in text.split(";"))):
        entry = _ENTRY.fullmatch(part)
        amounts = [_AMOUNT.fullmatch(amount) for amount in entry[3].split(",")] if entry else [None]
        for amount in amounts:
            if entry is None or amount is None or amount[3] == "0":
                raise ValueError(
                    "must be like openai/MODEL:input_tokens=1/1M,output_tokens=5/1M;elevenlabs/MODEL:characters=0.1/1K"
                    f" (got {part!r})"
                )
            per = int(amount[3] or 1) * _TIMES[amount[4] or ""]
            prices.append(
                Price(
                    provider=entry[1],
                    model=entry[2],
                    unit=amount[1],
                    usd=Decimal(amount[2]),
                    per=per,
                    source="MODEL_PRICES",
                    as_of=today,
                )
            )
    return tuple(prices)


def usd(micros: int) -> float:
    return micros / MICROS


def micros(dollars: float) -> int:
    return round(dollars * MICROS)
