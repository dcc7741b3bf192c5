"""Every small file of the corpus is accepted and shown correctly, or refused by the name of its format."""

from pathlib import Path

import pytest

from sutradhar.pipeline.services import Services
from tests.media.corpus.registry import Entry, check, load_entries

SMALL = [one for one in load_entries() if not one.is_large]


@pytest.mark.parametrize("one", SMALL, ids=[one.name for one in SMALL])
def test_a_file_of_real_life(one: Entry, tmp_path: Path, services: Services) -> None:
    outcome = check(one, tmp_path, services)
    assert not outcome.problems, f"{one.source}: {outcome.taken}: {outcome.reason}"
