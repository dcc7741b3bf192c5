"""The API with a real issuer of OIDC tokens: the fixtures of its tests, and the calls that they make."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from functions.api import bearer_tokens
from tests.conftest import forget
from tests.function_client import open_client
from tests.issuer import AUDIENCE, Issuer, run_issuer

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}
SetUp = Callable[..., FlaskClient]


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    bearer_tokens._make_keys.cache_clear()  # an earlier issuer may have had the same port
    with run_issuer() as running:
        yield running


@pytest.fixture
def set_up(home: object, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> SetUp:
    """Return a function that opens the API with more settings."""

    def open_api(**variables: str) -> FlaskClient:
        for name, text in {"OIDC_ISSUER": issuer.url, "OIDC_AUDIENCE": AUDIENCE, **variables}.items():
            monkeypatch.setenv(name, text)
        forget()
        return open_client("api")

    return open_api


@pytest.fixture
def api(set_up: SetUp) -> FlaskClient:
    return set_up()


def bear(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def post(api: FlaskClient, token: str) -> Any:
    return api.post("/render", data=json.dumps({"topic": "Tea"}), headers=bear(token), environ_overrides=ELSEWHERE)
