"""Two commands at once on one home both end (the long run is `python -m tests.e2e.pairs 200`)."""

import random
from pathlib import Path

import pytest

from tests.e2e.pairs import KINDS, run_pair


@pytest.mark.parametrize("kind", KINDS)
def test_both_commands_of_a_pair_end_well(tmp_path: Path, kind: str) -> None:
    assert run_pair(tmp_path, kind, random.Random(kind)).problem == ""
