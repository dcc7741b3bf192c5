import signal
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from functions.api.result_cache import ResultCache
from tests import emulated_cloud
from tests.function_client import open_client


@pytest.fixture
def api(home: object) -> FlaskClient:
    """The function ``api`` as functions-framework serves it."""
    return open_client("api")


@pytest.fixture
def signals(home: object) -> Iterator[None]:
    """Restore the handlers that a command sets for its whole process."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    handlers = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, handlers, strict=True):
        signal.signal(number, handler)


@pytest.fixture(params=["local", "gcp"])
def each_backend(request: pytest.FixtureRequest, home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Choose the local backend, and then Google's emulators with a bucket."""
    if request.param == "gcp":
        request.getfixturevalue("emulators")
        from google.cloud import storage

        name = emulated_cloud.choose_deployment(monkeypatch)
        storage.Client(project=name).create_bucket(name)


@pytest.fixture
def fresh_operations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the store for each call of /status and the metrics, which keep their values for some seconds."""
    monkeypatch.setattr("functions.api.operations._operations", ResultCache(0))
