"""A video in several languages comes to its end in every order of events, and nothing is made twice."""

import pytest

from tests.property.test_pipeline import run
from tests.property.version_machine import VersionMachine


@pytest.mark.parametrize("part", range(2,4))
def test_every_language_ends_once_and_nothing_is_made_twice(part: int) -> None:
    """2 × 40 schedules, so that two processes can share them."""
    run(VersionMachine, part, 150)
