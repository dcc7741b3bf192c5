"""Every test that touches the composition root gets one of its own, in a folder of its own."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from functions.api import request_tallies
from functions.dev.emulated_cloud.emulators import Emulators
from sutradhar import bootstrap, telemetry
from tests import emulated_cloud

os.environ.setdefault("RATE_LIMIT_PER_MIN", "0")
"""No limit for the servers and commands that tests start; ``tests/functions/test_limits.py`` has the defaults."""


def pytest_configure() -> None:
    """Switch off the deadlines of Hypothesis: benchmarks measure time, and a busy machine is slow."""
    with suppress(ModuleNotFoundError):  # a plain install, on which some of the tests run as well, has no Hypothesis
        from hypothesis import settings

        settings.register_profile("untimed", settings.get_profile(settings.get_current_profile_name()), deadline=None)
        settings.load_profile("untimed")


def forget() -> None:
    for cached in (bootstrap.services, bootstrap.backend, bootstrap.settings):
        cached.cache_clear()
    request_tallies.drop_counts()


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
    yield from emulated_cloud.start(tmp_path_factory.mktemp("emulators"))
