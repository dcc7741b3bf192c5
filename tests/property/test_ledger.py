"""Whatever the order of calls, ends, kills and repeats: what is spent and set aside never passes a cap, and adds up."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sutradhar.domain import ledger
from sutradhar.domain.errors import BudgetExceeded
from sutradhar.domain.ledger import Account, Charge

JOBS, DAYS = ("job-a", "job-b"), ("2026-11-23", "2026-11-24")
JOB_CAP, DAY_CAP = 100, 150


class LedgerMachine(RuleBasedStateMachine):
    """Two jobs, two days; ``open``: calls whose worker lives, ``gone``: calls that were begun and never ended."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts: dict[str, Account] = {}
        self.bought: dict[str, tuple[str, str, int]] = {}
        self.paid: dict[str, int] = {}

    def _of(self, job: str, day: str) -> dict[str, Account]:
        names = (ledger.job_account(job), ledger.day_account(day))
        return {name: self.accounts.get(name, Account()) for name in names}

    @rule(job=st.sampled_from(JOBS), day=st.sampled_from(DAYS), price=st.integers(0, 80), again=st.booleans())
    def reserve(self, job: str, day: str, price: int, again: bool) -> None:
        charge_id = f"c{len(self.bought)}"
        charge = Charge(slot="s", provider="v", model="m", day=day, reserved=price)
        caps = {ledger.job_account(job): JOB_CAP, ledger.day_account(day): DAY_CAP}
        try:
            for _ in range(1 + again):  # the answer to the first write was lost
                self.accounts |= ledger.reserve(self._of(job, day), ledger.job_account(job), charge_id, charge, caps)
        except BudgetExceeded:
            before = self._of(job, day)
            fits = all(account.committed + price <= caps[name] for name, account in before.items())
            assert not fits
        else:
            self.bought[charge_id] = (job, day, price)

    @rule(
        data=st.data(), outcome=st.sampled_from(["settled", "refunded", "lost"]), share=st.floats(0, 1),
        times=st.integers(1, 2),
    )  # fmt: skip
    def end(self, data: st.DataObject, outcome: ledger.Outcome, share: float, times: int) -> None:
        if not self.bought:
            return
        charge_id = data.draw(st.sampled_from(sorted(self.bought)))
        job, day, price = self.bought[charge_id]
        spent = {"settled": int(price * share), "refunded": 0, "lost": price}[outcome]
        known = self.accounts[ledger.job_account(job)].charges[charge_id].outcome
        for _ in range(times):
            self.accounts |= ledger.close(self._of(job, day), ledger.job_account(job), charge_id, outcome, spent)
        if known == "open" or (known == "lost" and outcome != "lost"):
            self.paid[charge_id] = spent

    @invariant()
    def nothing_passes_a_cap(self) -> None:
        for name, account in self.accounts.items():
            assert account.reserved >= 0
            assert account.committed <= (JOB_CAP if name.startswith("ledger/job") else DAY_CAP)

    @invariant()
    def it_adds_up(self) -> None:
        for kind, name_of, at in (("job", ledger.job_account, 0), ("day", ledger.day_account, 1)):
            for one in JOBS if kind == "job" else DAYS:
                mine = [c for c, facts in self.bought.items() if facts[at] == one]
                account = self.accounts.get(name_of(one), Account())
                assert account.spent == sum(self.paid.get(c, 0) for c in mine)
                assert account.reserved == sum(self.bought[c][2] for c in mine if c not in self.paid)


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
