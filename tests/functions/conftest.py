import functions_framework
import pytest
from flask.testing import FlaskClient

from functions import main


@pytest.fixture
def api(home: object) -> FlaskClient:
    """The function ``api`` as functions-framework serves it."""
    return functions_framework.create_app("api", main.__file__).test_client()
