"""Play state machines against the stores of a backend."""

from collections.abc import Callable, Iterator

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.contract.conftest import StoreFixture


def play(
    machine: type[RuleBasedStateMachine], kits: Callable[[], Iterator[StoreFixture]], examples: int, steps: int
) -> None:
    """Play ``machine`` for ``examples`` sequences of up to ``steps`` steps, the same ones in each run.

    Each sequence has stores of its own from ``kits``.
    """
    run_state_machine_as_test(
        type("Machine", (machine,), {"kits": staticmethod(kits)}),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
