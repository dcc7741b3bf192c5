import pytest
from flask.testing import FlaskClient

from tests.function_client import open_client


@pytest.fixture
def api(home: object) -> FlaskClient:
    """The function ``api`` as functions-framework serves it."""
    return open_client("api")
