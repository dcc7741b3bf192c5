"""Share the state of providers among all instances: pauses of the circuit breaker, and models that are gone."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from sutradhar.domain.billing.breaker import Breaker
from sutradhar.domain.billing.model_table import ModelState, ModelTable
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.ports.clock import Clock
from sutradhar.ports.records import KeyValueStore, Values
from sutradhar.telemetry import log

FRESH_FOR, RETRY_AFTER = timedelta(hours=1), timedelta(minutes=5)
"""Time for which a provider's answer about a model is stored, and time for which a missing answer is stored."""


BreakerWord = Literal["ok", "paused", "trial"]
"""``paused``: not called for a while, because it failed. ``trial``: the next call shows whether it works again."""


class ProviderState(NamedTuple):
    """The state of a provider's circuit breaker, and its failed calls since ever by HTTP status or kind of fault."""

    provider: str
    state: BreakerWord
    paused_until: datetime | None
    failures_in_a_row: int
    errors: Mapping[str, int]


class Sighting(Record):
    """A provider's answer about one of its models."""

    history = History("state of a model", keep_fields)

    at: datetime
    state: ModelState

    def is_fresh(self, now: datetime) -> bool:
        return now - self.at < (RETRY_AFTER if self.state.exists is None else FRESH_FOR)


class ProviderHealth:
    """The circuit breaker of each provider, and its models that are gone."""

    def __init__(self, records: KeyValueStore, clock: Clock, table: ModelTable) -> None:
        self._records, self._clock, self._table = records, clock, table

    @property
    def today(self) -> date:
        return self._clock.now().date()

    def enter(self, provider: str, model: str) -> bool:
        """Allow a call; return True if it is the one trial after a pause.

        Raises:
            ProviderError: the model is gone, or the provider failed lately and is not called for a while.
        """
        texts = self._records.read([_breaker(provider), _model(provider, model)])
        self._refuse_gone(provider, model, texts)
        text = texts.get(_breaker(provider))
        if text is None or not Breaker.from_record(text).until:
            return False
        self._begin_trial(provider)
        return True

    def record_failure(self, provider: str, model: str, exc: ProviderError, *, is_trial: bool) -> None:
        log("provider_failed", level="warning", provider=provider, fault=exc.fault, status=exc.status, error=str(exc))
        if exc.fault == "gone":
            self.store_state(ModelState(provider=provider, model=model, exists=False))
        name, errors, now = _breaker(provider), _error_record(provider), self._clock.now()
        pauses: list[Breaker] = []

        def count_failure(texts: Values) -> Values:
            breaker = Breaker.from_record(texts[name]) if name in texts else Breaker()
            after = breaker.record_failure(exc, now, is_trial=is_trial)
            counted = {errors: add_error(texts.get(errors), str(exc.status or exc.fault))}
            pauses[:] = [] if after.opened == breaker.opened else [after]
            return counted if after == breaker else {name: after.to_record(), **counted}

        self._records.update([name, errors], count_failure)
        for after in pauses:
            _log_pause(provider, after, now)

    def record_success(self, provider: str) -> None:
        name, closed = _breaker(provider), Breaker().to_record()
        if self._records.read([name]).get(name, closed) != closed:
            self._records.update([name], lambda _texts: {name: closed})

    def store_state(self, state: ModelState) -> None:
        """Store a provider's answer about one of its models."""
        name = _model(state.provider, state.model)
        text = Sighting(at=self._clock.now(), state=state).to_record()
        self._records.update([name], lambda _texts: {name: text})

    def find_state(self, provider: str, model: str) -> ModelState | None:
        """Return the provider's latest answer about the model."""
        name = _model(provider, model)
        return self._read_if_fresh(self._records.read([name]).get(name))

    def _read_if_fresh(self, text: str | None) -> ModelState | None:
        sighting = Sighting.from_record(text) if text else None
        return sighting.state if sighting and sighting.is_fresh(self._clock.now()) else None

    def _refuse_gone(self, provider: str, model: str, texts: Values) -> None:
        entry = self._table.find(provider, model)
        by_table = entry and ModelState(provider=provider, model=model, shuts_down=entry.shuts_down)
        for state in (by_table, self._read_if_fresh(texts.get(_model(provider, model)))):
            if state and state.is_gone(self.today):
                raise ProviderError(
                    state.describe(self.today),
                    provider=provider,
                    retryable=False,
                    fault="gone",
                    advice=f"name another model of {provider} (docs/providers.md)",
                )

    def _begin_trial(self, provider: str) -> None:
        name, now = _breaker(provider), self._clock.now()

        def half_open(texts: Values) -> Values:
            breaker = Breaker.from_record(texts[name])
            if wait := breaker.seconds_until_retry(now):
                raise ProviderError(
                    f"{provider} failed lately and is not called for another {wait:.0f} s: {breaker.reason}",
                    provider=provider,
                    retryable=True,
                    fault="busy",
                    retry_after=wait,
                )
            return {name: breaker.half_open(now).to_record()}

        self._records.update([name], half_open)


def _log_pause(provider: str, breaker: Breaker, now: datetime) -> None:
    """Log that the provider is not called for a while, and the seconds since the first of the pauses in a row began."""
    paused_sec = (now - breaker.since).total_seconds() if breaker.since else 0.0
    next_sec = breaker.seconds_until_retry(now)
    log("provider_paused", level="warning", provider=provider, paused_seconds=paused_sec, next_seconds=next_sec)


def read_health(records: KeyValueStore, providers: Sequence[str], now: datetime) -> list[ProviderState]:
    """Return the state of each of ``providers``."""
    texts = records.read([name for provider in providers for name in (_breaker(provider), _error_record(provider))])
    states = []
    for provider in providers:
        text = texts.get(_breaker(provider))
        breaker = Breaker.from_record(text) if text else Breaker()
        is_open = breaker.seconds_until_retry(now) > 0
        state: BreakerWord = "paused" if is_open else "trial" if breaker.until else "ok"
        errors = json.loads(texts.get(_error_record(provider), "{}"))
        states.append(ProviderState(provider, state, breaker.until if is_open else None, breaker.failures, errors))
    return states


def add_error(text: str | None, code: str) -> str:
    """Return the counts of a provider's errors by code, as JSON, with one more of ``code``."""
    counts: dict[str, int] = json.loads(text) if text else {}
    return json.dumps({**counts, code: counts.get(code, 0) + 1})


def _error_record(provider: str) -> str:
    return f"errors/{provider}"


def _breaker(provider: str) -> str:
    return f"breaker/{provider}"


def _model(provider: str, model: str) -> str:
    return f"model/{provider}/{model}"
