"""Fixtures of the tests of media files."""

from collections.abc import Iterator

import pytest

from sutradhar import bootstrap
from sutradhar.config import Settings
from sutradhar.pipeline.services import Services


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Yield the services of a new home on this machine."""
    settings = Settings.from_env({"SUTRADHAR_HOME": str(tmp_path_factory.mktemp("home"))})
    backend = bootstrap.local_backend(settings)
    yield bootstrap.services_on(backend, settings)
    backend.close()
