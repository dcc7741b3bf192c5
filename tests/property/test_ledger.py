"""Spent and reserved money adds up and never exceeds a cap, in every order of calls, ends, kills and repeats."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sutradhar.domain.billing import ledger
from sutradhar.domain.billing.ledger import Account, AccountId, Charge
from sutradhar.domain.core.errors import BudgetExceeded

JOBS, DAYS = ("job-a", "job-b", "job-c"), ("2026-11-23", "2026-11-24")
KEYS = {"job-a": "key-1", "job-b": "key-2", "job-c": "key-1"}
JOB_CAP, DAY_CAP, KEY_CAP = 100, 150, 120
BATCH, ROWS = ledger.batch_account("batch-1"), ("job-b", "job-c")
"""A batch whose cap its caller changes, and the jobs that are rows of it."""


class LedgerMachine(RuleBasedStateMachine):
    """Three jobs of two API keys, two of them of one batch, two days; calls that end, that never end, and that the
    provider continues."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts: dict[AccountId, Account] = {}
        self.calls: dict[str, tuple[str, str, int]] = {}
        self.paid: dict[str, int] = {}
        self.batch_caps: list[int | None] = [None]
        """The caps of the batch by their versions; the last one is in force once it is written."""

    def _accounts_of(self, job: str, day: str) -> dict[AccountId, Account]:
        names = [ledger.job_account(job), ledger.day_account(day), ledger.key_account(KEYS[job], day)]
        names += [BATCH] if job in ROWS else []
        return {name: self.accounts.get(name, Account()) for name in names}

    @rule(job=st.sampled_from(JOBS), day=st.sampled_from(DAYS), price=st.integers(0, 80), again=st.booleans())
    def reserve(self, job: str, day: str, price: int, again: bool) -> None:
        charge_id = f"c{len(self.calls)}"
        charge = Charge(slot="s", provider="v", model="m", day=day, reserved=price)
        caps = {
            ledger.job_account(job): JOB_CAP,
            ledger.day_account(day): DAY_CAP,
            ledger.key_account(KEYS[job], day): KEY_CAP,
        }
        try:
            for _ in range(1 + again):  # the answer to the first write was lost
                self.accounts |= ledger.reserve(
                    self._accounts_of(job, day), ledger.job_account(job), charge_id, charge, caps
                )
        except BudgetExceeded:
            before = self._accounts_of(job, day)
            caps |= {BATCH: cap} if (cap := self.accounts.get(BATCH, Account()).cap) is not None else {}
            fits = all(account.commitment + price <= caps.get(name, 10**9) for name, account in before.items())
            assert not fits
        else:
            batch = self.accounts.get(BATCH, Account())
            assert job not in ROWS or batch.cap is None or batch.commitment <= batch.cap
            self.calls[charge_id] = (job, day, price)

    @rule(
        data=st.data(),
        outcome=st.sampled_from(["settled", "refunded", "lost"]),
        share=st.floats(0, 1),
        times=st.integers(1, 2),
    )
    def end(self, data: st.DataObject, outcome: ledger.Outcome, share: float, times: int) -> None:
        if not self.calls:
            return
        charge_id = data.draw(st.sampled_from(sorted(self.calls)))
        job, day, price = self.calls[charge_id]
        spent = {"settled": int(price * share), "refunded": 0, "lost": price}[outcome]
        known = self.accounts[ledger.job_account(job)].charges[charge_id].outcome
        for _ in range(times):
            self.accounts |= ledger.settle(
                self._accounts_of(job, day), ledger.job_account(job), charge_id, outcome, spent
            )
        if known in ("open", "pending") or (known == "lost" and outcome != "lost"):
            self.paid[charge_id] = spent

    @rule(cap=st.none() | st.integers(0, 150))
    def choose_batch_cap(self, cap: int | None) -> None:
        self.batch_caps.append(cap)

    @rule(data=st.data())
    def write_batch_cap(self, data: st.DataObject) -> None:
        """Write one of the caps, perhaps by a process that is slow: an older one changes nothing."""
        version = data.draw(st.integers(0, len(self.batch_caps) - 1))
        before = self.accounts.get(BATCH, Account())
        after = ledger.set_cap(before, self.batch_caps[version], version)
        assert after.cap_version == max(version, before.cap_version)
        assert after.cap == self.batch_caps[after.cap_version]
        assert after.commitment == before.commitment
        self.accounts[BATCH] = after

    @rule(data=st.data(), times=st.integers(1, 2))
    def mark_pending(self, data: st.DataObject, times: int) -> None:
        if self.calls:
            charge_id = data.draw(st.sampled_from(sorted(self.calls)))
            job, day, _ = self.calls[charge_id]
            before = self.accounts[ledger.job_account(job)]
            for _ in range(times):
                self.accounts |= ledger.mark_pending(
                    self._accounts_of(job, day), ledger.job_account(job), charge_id, "operation"
                )
            after = self.accounts[ledger.job_account(job)]
            assert (after.reserved, after.spent) == (before.reserved, before.spent)

    @invariant()
    def no_account_exceeds_its_cap(self) -> None:
        for name, account in self.accounts.items():
            assert account.reserved >= 0
            cap = {"job": JOB_CAP, "day": DAY_CAP, "key": KEY_CAP}.get(name.kind)
            # a batch's cap may be lowered below what is paid; then nothing more is reserved (``reserve``)
            assert cap is None or account.commitment <= cap

    @invariant()
    def it_adds_up(self) -> None:
        charges_of: dict[AccountId, list[str]] = {}
        for charge_id, (job, day, _) in self.calls.items():
            for name in self._accounts_of(job, day):
                charges_of.setdefault(name, []).append(charge_id)
        for name, account in self.accounts.items():
            mine = charges_of.get(name, [])
            assert account.spent == sum(self.paid.get(c, 0) for c in mine)
            assert account.reserved == sum(self.calls[c][2] for c in mine if c not in self.paid)


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
