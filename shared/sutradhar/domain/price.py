"""What vendors charge, in millionths of a US dollar: whole numbers, so that sums are exact."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_CEILING, Decimal

from sutradhar.domain.base import Frozen

MICROS = 1_000_000
"""In a US dollar."""

Units = Mapping[str, float]
"""What a call uses, by the vendor's own units: ``characters``, ``input_tokens``, ``images``, ``seconds``."""


class Price(Frozen):
    """Of one unit of one model, as ``source`` said on the day ``as_of``."""

    provider: str
    model: str
    unit: str
    usd: Decimal
    per: int = 1
    source: str
    as_of: date
    second_hand: bool = False
    """True: ``source`` quotes the vendor, whose own page could not be read."""


class PriceTable(Frozen):
    prices: tuple[Price, ...]

    def cost(self, provider: str, model: str, units: Units) -> int:
        """Millionths of a US dollar, rounded up.

        Raises:
            LookupError: a unit that is used has no price; better no call than one of unknown price.
        """
        total = Decimal(0)
        for unit, amount in units.items():
            price = self._price(provider, model, unit)
            total += price.usd * Decimal(str(amount)) / price.per
        return int((total * MICROS).to_integral_value(ROUND_CEILING))

    def _price(self, provider: str, model: str, unit: str) -> Price:
        for price in self.prices:
            if (price.provider, price.model, price.unit) == (provider, model, unit):
                return price
        raise LookupError(f"no price is known for {unit} of {provider}'s {model}; add it to the file that PRICES names")


def usd(micros: int) -> float:
    return micros / MICROS


def micros(dollars: float) -> int:
    return round(dollars * MICROS)
