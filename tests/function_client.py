"""Flask's test client of one of our functions, as functions-framework serves it."""

from typing import TYPE_CHECKING

import functions_framework
from flask.testing import FlaskClient

from functions import main

if TYPE_CHECKING:
    from flask import Flask


def open_client(function: str) -> FlaskClient:
    app: Flask = functions_framework.create_app(function, main.__file__)  # type: ignore[no-untyped-call] # it has no types
    return app.test_client()
