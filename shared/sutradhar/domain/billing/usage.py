"""The resources that a call of a provider uses, and their price."""

from dataclasses import dataclass

from sutradhar.domain.billing.price import Units


@dataclass(frozen=True)
class Usage:
    """The units that one request would use, by the names of the price table.

    The estimate and the call itself get the same figures, so the estimate cannot differ from what is reserved.
    """

    provider: str
    model: str
    max: Units
    """The most that the request can use; the price of this is reserved."""
    expected: Units
    """The probable use; the estimate tells the price of this."""

    @classmethod
    def exact(cls, provider: str, model: str, units: Units) -> "Usage":
        """Return the usage of a request whose size is known beforehand."""
        return cls(provider, model, units, units)


@dataclass(frozen=True)
class CostQuote:
    """The price of one request that was not made. Amounts in millionths of a US dollar."""

    provider: str
    model: str
    expected: int
    max: int
