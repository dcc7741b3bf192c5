"""The gate between an adapter and its provider: money, other instances' failures, and limits of calls."""

from contextlib import AbstractContextManager
from typing import Protocol

from sutradhar.domain.assets.operation import Operation
from sutradhar.domain.billing.price import Units
from sutradhar.domain.billing.usage import Usage


class Call(Protocol):
    """One call that the gate let through."""

    def settle(self, units: Units, request_id: str = "") -> None:
        """Note the use that the provider reports; without a report a call that succeeds costs its reservation."""
        ...

    def mark_pending(self, name: str) -> Operation:
        """Return the operation that the provider continues under ``name``; its money stays reserved until
        ``CallGate.resume`` ends it."""
        ...


class CallGate(Protocol):
    """A gate for the calls of one slot of one job."""

    def call(self, usage: Usage) -> AbstractContextManager[Call]:
        """Let the adapter call the provider inside the block; the price of ``usage.max`` is reserved.

        The end of the block decides about the money: a ProviderError that is not ``billed`` refunds it, any other error
        counts it in full.

        Raises:
            BudgetExceeded: the price does not fit under a cap.
            ProviderError: the provider failed lately, here or elsewhere, and is not called for a while.
            LeaseHeld: the limit of concurrent calls, or of calls in a minute, is reached.
        """
        ...

    def resume(self, operation: Operation) -> AbstractContextManager[Call]:
        """Let the adapter ask for the result of ``operation`` inside the block; no more money is reserved.

        A ProviderError whose fault is ``busy``, ``down`` or ``key`` says nothing about the result, and StillAtWork says
        that the provider needs more time. ``refused`` and ``request`` refund the money, any other fault counts it in
        full, and an error of another class leaves it reserved.
        """
        ...

    @property
    def no_fallbacks(self) -> bool:
        """Return whether only the first provider of each chain may be called."""
        ...
