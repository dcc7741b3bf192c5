"""The keys of an OIDC issuer: rotated, withdrawn, and kept while the issuer does not answer."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from tests.functions.oidc_api import ELSEWHERE, api, bear, issuer, set_up
from tests.issuer import Issuer, describe_key, make_rsa_key

__all__ = ["api", "issuer", "set_up"]
DOCUMENT = "/.well-known/openid-configuration"
DOWN = (503, b"down")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The seconds that the cache of keys sees."""
    clock = Clock()
    monkeypatch.setattr("functions.api.issuer_keys.monotonic", clock)
    return clock


def ask(api: FlaskClient, token: str) -> Any:
    return api.get("/library", headers=bear(token), environ_overrides=ELSEWHERE)


def count_fetches(issuer: Issuer) -> int:
    return issuer.asked.count(DOCUMENT)


def break_down(issuer: Issuer) -> None:
    issuer.answers[DOCUMENT] = issuer.answers["/keys"] = DOWN


def test_a_new_key_is_found_and_a_withdrawn_one_is_forgotten(api: FlaskClient, issuer: Issuer, clock: Clock) -> None:
    old, new = issuer.sign(), issuer.sign(make_rsa_key(1), header={"kid": "key-2"})
    assert ask(api, old).status_code == 200
    issuer.keys[:] = [describe_key(make_rsa_key(1), "key-2")]
    clock.now += 31
    assert [ask(api, token).status_code for token in (new, old)] == [200, 401]
    assert count_fetches(issuer) == 2


def test_a_withdrawn_key_is_accepted_for_five_minutes_at_most(api: FlaskClient, issuer: Issuer, clock: Clock) -> None:
    token = issuer.sign()
    assert ask(api, token).status_code == 200
    issuer.keys[:] = [describe_key(make_rsa_key(1), "key-1")]
    clock.now += 299
    assert ask(api, token).status_code == 200
    clock.now += 2
    assert ask(api, token).status_code == 401
    assert ask(api, issuer.sign(make_rsa_key(1))).status_code == 200


def test_invented_key_ids_cause_two_fetches_a_minute(api: FlaskClient, issuer: Issuer, clock: Clock) -> None:
    for number in range(60):
        assert ask(api, issuer.sign(header={"kid": f"guess-{number}"})).status_code == 401
        clock.now += 1
    assert count_fetches(issuer) == 2
    assert ask(api, issuer.sign()).status_code == 200


def test_an_issuer_that_is_down_is_503_and_is_asked_again_after_a_pause(
    api: FlaskClient, issuer: Issuer, clock: Clock
) -> None:
    break_down(issuer)
    token = issuer.sign()
    answers = [ask(api, token) for _ in range(5)]
    assert {(one.status_code, one.mimetype, one.headers["Retry-After"]) for one in answers} == {
        (503, "application/problem+json", "5")
    }
    assert "WWW-Authenticate" not in answers[0].headers
    assert count_fetches(issuer) == 1
    issuer.answers.clear()
    assert ask(api, token).status_code == 503
    clock.now += 6
    assert ask(api, token).status_code == 200


def test_an_issuer_that_cannot_be_reached_is_503(api: FlaskClient, issuer: Issuer) -> None:
    issuer.document["jwks_uri"] = "http://127.0.0.1:1/keys"
    assert ask(api, issuer.sign()).status_code == 503


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (DOCUMENT, (200, b"<html>")),
        (DOCUMENT, (200, b"[]")),
        (DOCUMENT, (200, b"{}")),
        (DOCUMENT, (200, b'{"issuer": "https://elsewhere.example", "jwks_uri": "https://elsewhere.example/keys"}')),
        (DOCUMENT, (302, b"")),
        ("/keys", (200, b"<html>")),
        ("/keys", (200, b'{"keys": []}')),
        ("/keys", (200, b'{"keys": [{"kty": "oct", "kid": "key-1", "k": "c2VjcmV0"}, 7, {"kty": "RSA"}]}')),
        ("/keys", (404, b"")),
    ],
)
def test_a_broken_issuer_is_503_and_no_error_of_ours(
    api: FlaskClient, issuer: Issuer, path: str, answer: tuple[int, bytes]
) -> None:
    issuer.answers[path] = answer
    assert ask(api, issuer.sign()).status_code == 503


def test_known_keys_work_for_an_hour_while_the_issuer_is_down(api: FlaskClient, issuer: Issuer, clock: Clock) -> None:
    token, unknown = issuer.sign(), issuer.sign(header={"kid": "key-2"})
    assert ask(api, token).status_code == 200
    break_down(issuer)
    for _ in range(11):
        clock.now += 300
        assert [ask(api, one).status_code for one in (token, unknown)] == [200, 503]
    clock.now += 301
    assert ask(api, token).status_code == 503


def test_many_first_callers_share_one_fetch_and_known_keys_wait_for_none(
    api: FlaskClient, issuer: Issuer, clock: Clock
) -> None:
    token, unknown = issuer.sign(), issuer.sign(header={"kid": "key-2"})
    client = api.application.test_client
    bootstrap.backend()
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: ask(client(), token).status_code, range(8)))
        assert (statuses, count_fetches(issuer)) == ([200] * 8, 1)
        clock.now += 301
        issuer.arrived.clear()
        issuer.gate = threading.Event()
        slow = [pool.submit(ask, client(), unknown) for _ in range(3)]
        assert issuer.arrived.wait(30)
        assert ask(client(), token).status_code == 200  # while the others wait for the issuer
        issuer.gate.set()
        assert [one.result().status_code for one in slow] == [401] * 3
    assert count_fetches(issuer) == 2
