import pytest
from flask.testing import FlaskClient

from functions.api.result_cache import ResultCache
from tests.function_client import open_client


@pytest.fixture
def api(home: object) -> FlaskClient:
    """The function ``api`` as functions-framework serves it."""
    return open_client("api")


@pytest.fixture
def fresh_operations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the store for each call of /status and the metrics, which keep their values for some seconds."""
    monkeypatch.setattr("functions.api.operations._operations", ResultCache(0))
