"""The stores of the simulations keep the contracts of the backends' stores."""

from dataclasses import dataclass, field

import pytest

from tests.contract.test_documents import *  # noqa: F403 - the contract itself
from tests.fakes import FakeClock
from tests.memory_stores import MemoryDocuments


@dataclass
class MemoryKit:
    documents: MemoryDocuments = field(default_factory=MemoryDocuments)
    clock: FakeClock = field(default_factory=FakeClock)


@pytest.fixture
def kit() -> MemoryKit:
    return MemoryKit()
