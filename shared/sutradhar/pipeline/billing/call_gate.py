"""The gate that every call of a hosted provider passes: circuit breaker, concurrency limit, rate limit and money."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Self

from sutradhar.domain.assets.operation import Operation
from sutradhar.domain.billing.model_table import ModelTable
from sutradhar.domain.billing.price import PriceTable, Units
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import CostQuote, Usage
from sutradhar.domain.core.errors import ProviderError, StillAtWork
from sutradhar.pipeline.billing.accounts import BillingAccounts, Reservation
from sutradhar.pipeline.billing.concurrency import ConcurrencyLimit
from sutradhar.pipeline.billing.context import BillingContext
from sutradhar.pipeline.billing.pending import PendingOperations
from sutradhar.pipeline.billing.provider_health import ProviderHealth
from sutradhar.pipeline.billing.rate_limit import RateLimit
from sutradhar.ports.clock import Clock
from sutradhar.ports.records import KeyValueStore
from sutradhar.ports.stores import LeaseStore
from sutradhar.telemetry import span


@dataclass(frozen=True, eq=False, repr=False)  # each feature of a class takes time when it is created
class PaidCallGate:
    """A CallGate. Its calls are charged to the account of ``context``; None: to no account."""

    prices: PriceTable
    paid_providers: frozenset[str]
    """The providers that have a key."""
    concurrency: ConcurrencyLimit
    rate: RateLimit
    accounts: BillingAccounts
    pending: PendingOperations
    health: ProviderHealth
    context: BillingContext | None = None

    @classmethod
    def create(
        cls,
        records: KeyValueStore,
        leases: LeaseStore,
        clock: Clock,
        prices: PriceTable,
        day_cap: int | None,
        concurrency: Mapping[str, int],
        rates: Mapping[str, int] | None = None,
        models: ModelTable | None = None,
    ) -> Self:
        """Return a gate that charges its calls to no account.

        Args:
            day_cap: the cap of all jobs of a day (UTC), in millionths of a US dollar; None: there is no cap.
            concurrency: the providers that have a key, each with its most concurrent calls from all instances together;
                0: any number.
            rates: the most calls of a provider in a minute; 0: any number.
            models: the table of models that end.
        """
        accounts = BillingAccounts(records, clock, day_cap)
        return cls(
            prices=prices,
            paid_providers=frozenset(concurrency),
            concurrency=ConcurrencyLimit(leases, concurrency),
            rate=RateLimit(records, clock, rates or {}),
            accounts=accounts,
            pending=PendingOperations(accounts),
            health=ProviderHealth(records, clock, models or ModelTable()),
        )

    def bill_to(self, context: BillingContext) -> Self:
        """Return this gate with its calls charged to another account."""
        return replace(self, context=context)

    @property
    def no_fallbacks(self) -> bool:
        return bool(self.context and self.context.no_fallbacks)

    @property
    def has_paid_providers(self) -> bool:
        """Return whether any provider has a key."""
        return bool(self.paid_providers)

    def is_paid(self, provider_id: ProviderId) -> bool:
        """Return whether the assets of this provider are paid for."""
        return provider_id.provider in self.paid_providers

    def quote(self, usage: Usage) -> CostQuote:
        """Return the price of a request that is not made. Raise ProviderError if its model has no price."""
        expected, most = (self._price(usage, units) for units in (usage.expected, usage.max))
        return CostQuote(usage.provider, usage.model, expected, most)

    @contextmanager
    def call(self, usage: Usage) -> Iterator["PaidCall"]:
        provider, model = usage.provider, usage.model
        is_trial = self.health.enter(provider, model)
        with self.concurrency.hold_slot(provider), span("provider call", provider=provider, model=model):
            self.rate.count_call(provider)
            call = self._reserve(usage)
            try:
                yield call
            except ProviderError as exc:
                if exc.billed:
                    call.write_off()
                else:
                    call.refund()
                self.health.record_failure(provider, model, exc, is_trial=is_trial)
                raise
            except BaseException:
                call.write_off()
                raise
            call.close()
        self.health.record_success(provider)

    @contextmanager
    def resume(self, operation: Operation) -> Iterator["PaidCall"]:
        """Ask for the result of an operation; asking is free and does not count as a concurrent call.

        Polling bypasses the circuit breaker: parallel polls would count as consecutive failures.
        """
        usage = Usage.exact(operation.provider, operation.model, {})
        call = PaidCall(self, usage, self.pending.find_reservation(operation))
        try:
            yield call
        except StillAtWork:
            raise
        except ProviderError as exc:
            if exc.fault in ("refused", "request"):
                call.refund()
            elif exc.fault not in ("busy", "down", "key"):
                call.write_off()
            raise
        call.close()

    def price_units(self, usage: Usage, units: Units) -> int:
        """Return the price of the units that the provider reported. Raise LookupError if one has no price."""
        return self.prices.cost(usage.provider, usage.model, units)

    def _reserve(self, usage: Usage) -> "PaidCall":
        price = self._price(usage, usage.max)
        if self.context is None or not price:
            return PaidCall(self, usage, None)
        return PaidCall(self, usage, self.accounts.reserve(self.context, usage, price))

    def _price(self, usage: Usage, units: Units) -> int:
        try:
            return self.price_units(usage, units)
        except LookupError as exc:
            raise ProviderError(
                str(exc), provider=usage.provider, retryable=False, advice="see docs/providers.md"
            ) from exc


class PaidCall:
    """One call that the gate let through. ``reservation`` None: the call is billed to no account, or is free."""

    def __init__(self, gate: PaidCallGate, usage: Usage, reservation: Reservation | None) -> None:
        self._gate, self._usage, self._reservation = gate, usage, reservation
        self._reported: tuple[int, Units, str] | None = None
        self._is_pending = False

    def settle(self, units: Units, request_id: str = "") -> None:
        """Note the use that the provider reports; it decides the price, whatever the end of the call."""
        self._reported = self._gate.price_units(self._usage, units), units, request_id

    def mark_pending(self, name: str) -> Operation:
        """Keep the money reserved for the provider's operation ``name``, and return that."""
        if self._reservation:
            self._gate.accounts.mark_pending(self._reservation, name)
        self._is_pending = True
        return Operation(
            provider=self._usage.provider,
            model=self._usage.model,
            name=name,
            job=str(self._reservation.job) if self._reservation else "",
            charge=self._reservation.charge_id if self._reservation else "",
        )

    def close(self) -> None:
        """End a call that succeeded. Without a report of its use it costs the money that was reserved."""
        if (reservation := self._take_unsettled()) is not None:
            self._gate.accounts.settle(reservation, reservation.charge.reserved, reservation.charge.units)

    def refund(self) -> None:
        """End a call that the provider did not charge for."""
        if (reservation := self._take_unsettled()) is not None:
            self._gate.accounts.refund(reservation)

    def write_off(self) -> None:
        """End a call whose real price is unknown."""
        if (reservation := self._take_unsettled()) is not None:
            self._gate.accounts.write_off(reservation)

    def _take_unsettled(self) -> Reservation | None:
        """Return the reservation whose end is open; settle it if the provider reported the use of the call."""
        if self._reservation is None or self._is_pending:
            return None
        if self._reported is None:
            return self._reservation
        self._gate.accounts.settle(self._reservation, *self._reported)
        return None
