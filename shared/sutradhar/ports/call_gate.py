"""What stands between an adapter and its vendor: money, other instances' bad news, and how many may call at once."""

from contextlib import AbstractContextManager
from typing import Protocol

from sutradhar.domain.assets.operation import Operation
from sutradhar.domain.billing.price import Units


class Call(Protocol):
    """One call that was let through."""

    def settle(self, units: Units, request_id: str = "") -> None:
        """It cost this, says the vendor. Without it a call that ends well costs what was set aside for it."""
        ...

    def goes_on(self, name: str) -> Operation:
        """The vendor works on under ``name``: what was set aside stays so until ``CallGate.resumed`` ends it."""
        ...


class CallGate(Protocol):
    def call(self, provider: str, model: str, most: Units, likely: Units) -> AbstractContextManager[Call]:
        """The vendor is called inside the block. ``most``: what it may use at most, by the price table's names; that is
        set aside. ``likely``: what it will probably use; that is what an estimate tells.

        Whatever ends the block decides about the money: a ProviderError that is not ``billed`` gives it back, anything
        else counts in full.

        Raises:
            BudgetExceeded: it does not fit under a cap.
            ProviderError: the provider failed lately, here or elsewhere, and is left in peace for a while.
            LeaseHeld: as many calls as may be are being made.
        """
        ...

    def resumed(self, operation: Operation) -> AbstractContextManager[Call]:
        """The vendor is asked inside the block what became of ``operation``; nothing more is set aside.

        A ProviderError whose fault is ``busy``, ``down`` or ``key`` says nothing about it, and StillAtWork that it goes
        on. ``refused`` and ``request`` give the money back, any other fault counts in full, and what is no
        ProviderError leaves it set aside.
        """
        ...

    @property
    def strict(self) -> bool:
        """Whether whoever asks wants the first provider or nothing."""
        ...
