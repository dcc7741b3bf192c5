"""Count the calls of each provider in a minute, from all instances together."""

from collections.abc import Mapping

from sutradhar.domain.core.errors import LeaseHeld
from sutradhar.ports.clock import Clock
from sutradhar.ports.records import KeyValueStore, Values


class RateLimit:
    """``limits``: the most calls in a minute by provider; 0, or a provider that is not in it: any number."""

    def __init__(self, records: KeyValueStore, clock: Clock, limits: Mapping[str, int]) -> None:
        self._records, self._clock, self._limits = records, clock, limits

    def count_call(self, provider: str) -> None:
        """Count one call. Raise LeaseHeld if the limit of this minute is reached."""
        limit = self._limits.get(provider, 0)
        if not limit:
            return
        name, minute = f"rate/{provider}", self._clock.now().strftime("%Y-%m-%dT%H:%M")

        def add_one(texts: Values) -> Values:
            counted_minute, _, count = texts.get(name, "").partition(" ")
            calls = int(count) if counted_minute == minute else 0
            if calls >= limit:
                setting = f"{provider.upper()}_MAX_CALLS_PER_MINUTE"
                raise LeaseHeld(f"{provider} had {limit} calls in this minute, which is its limit ({setting})")
            return {name: f"{minute} {calls + 1}"}

        self._records.update([name], add_one)
