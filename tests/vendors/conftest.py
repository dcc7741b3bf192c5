from collections.abc import Iterator
from pathlib import Path

import pytest
from google.oauth2.credentials import Credentials

from tests.vendors.desk import VENDORS, Desk
from tests.vendors.server import KEY, VendorStub


@pytest.fixture(autouse=True)
def an_account_of_google(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("google.auth.default", lambda *_args, **_kwargs: (Credentials(KEY), "p"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with VendorStub(VENDORS) as stub:
        made = Desk(stub, tmp_path)
        yield made
        made.close()
