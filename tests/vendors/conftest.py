from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vendors.desk import VENDORS, Desk
from tests.vendors.server import VendorStub


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with VendorStub(VENDORS) as stub:
        made = Desk(stub, tmp_path)
        yield made
        made.close()
