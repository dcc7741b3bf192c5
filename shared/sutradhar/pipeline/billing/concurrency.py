"""Limit the concurrent calls of each provider, from all instances together."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sutradhar.domain.core.errors import LeaseHeld
from sutradhar.ports.stores import MAX_LEASE, Lease, LeaseStore


class ConcurrencyLimit:
    """``limits``: the most concurrent calls by provider; 0, or a provider that is not in it: any number."""

    def __init__(self, leases: LeaseStore, limits: Mapping[str, int]) -> None:
        self._leases, self._limits = leases, limits

    @contextmanager
    def hold_slot(self, provider: str) -> Iterator[None]:
        """Hold one of the provider's slots for the block. Raise LeaseHeld if all of them are taken."""
        limit = self._limits.get(provider, 0)
        if not limit:
            yield
            return
        lease = self._acquire_slot(provider, limit)
        try:
            yield
        finally:
            self._leases.release(lease)

    def _acquire_slot(self, provider: str, limit: int) -> Lease:
        for slot in random.sample(range(limit), limit):
            try:
                return self._leases.acquire(f"calls/{provider}/{slot}", MAX_LEASE)
            except LeaseHeld:
                continue
        raise LeaseHeld(f"{provider} has {limit} calls at once, which is its limit (MAX_CONCURRENT_CALLS)")
