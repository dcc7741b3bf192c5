"""Every test that touches the composition root gets one of its own, in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.emulated.emulators import Emulators
from sutradhar import bootstrap, telemetry
from tests import emulated


def forget() -> None:
    for cached in (bootstrap.services, bootstrap.backend, bootstrap.settings):
        cached.cache_clear()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """SUTRADHAR_HOME of this test."""
    monkeypatch.setenv("SUTRADHAR_HOME", str(tmp_path / "home"))
    forget()
    yield tmp_path / "home"
    if bootstrap.backend.cache_info().currsize:
        bootstrap.backend().end_executions()
        bootstrap.backend().close()
    forget()
    telemetry.write_to(None)


@pytest.fixture(scope="session")
def emulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulators]:
    """Firestore, Pub/Sub and Cloud Storage, emulated; the environment points at them."""
    yield from emulated.start(tmp_path_factory.mktemp("emulators"))
