"""Every job ends exactly once in every order of events, and nothing is made twice (see machine.py)."""

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.property.machine import PipelineMachine


@pytest.mark.parametrize("part", range(4))
def test_every_job_ends_once_and_nothing_is_made_twice(part: int) -> None:
    """4 × 160 schedules, so that several processes can share them."""
    run(PipelineMachine, part, 160)


def run(machine: type[PipelineMachine], number: int, schedules: int) -> None:
    seeded = seed(number)(run_state_machine_as_test)
    seeded(
        machine,
        settings=settings(
            max_examples=schedules,
            stateful_step_count=60,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
