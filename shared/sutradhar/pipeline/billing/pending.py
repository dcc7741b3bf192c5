"""Find and end the charges of operations that a provider continues after the call."""

from sutradhar.domain.assets.operation import Operation
from sutradhar.domain.billing.ledger import AccountId, job_account
from sutradhar.pipeline.billing.accounts import BillingAccounts, Reservation
from sutradhar.pipeline.billing.context import BillingContext


class PendingOperations:
    def __init__(self, accounts: BillingAccounts) -> None:
        self._accounts = accounts

    def find(self, context: BillingContext) -> Operation | None:
        """Return the operation that a provider is working on for this slot.

        The worker that started it may have been killed before it stored the operation elsewhere.
        """
        job = job_account(context.job_id)
        for charge_id, charge in self._accounts.read(job).charges.items():
            if charge.outcome == "pending" and charge.slot == context.slot:
                return Operation(
                    provider=charge.provider,
                    model=charge.model,
                    name=charge.request_id,
                    job=str(job),
                    charge=charge_id,
                )
        return None

    def find_reservation(self, operation: Operation) -> Reservation | None:
        """Return the money that is reserved for ``operation``; None if it was free or its account is unknown."""
        if not operation.job:
            return None
        job = AccountId.parse(operation.job)
        charge = self._accounts.read(job).charges.get(operation.charge)
        return Reservation(job, operation.charge, charge) if charge else None

    def write_off(self, operation: Operation) -> None:
        """Count the operation in full: no worker asks for it any more, and the provider may charge for it."""
        if reservation := self.find_reservation(operation):
            self._accounts.write_off(reservation)
