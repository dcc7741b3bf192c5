"""OIDC tokens, signed by a real issuer: who is let in, as whom, and who is not."""

import base64
import hashlib
import hmac
import json
from time import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.dev import local_runtime
from sutradhar import bootstrap
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.audit import AUDIT
from tests.functions.oidc_api import SetUp, api, bear, issuer, post, set_up
from tests.issuer import AUDIENCE, Issuer, describe_key, make_ec_key, make_rsa_key

__all__ = ["api", "issuer", "set_up"]


def test_a_token_lets_its_account_in_to_its_own_jobs(api: FlaskClient, issuer: Issuer) -> None:
    job = post(api, issuer.sign()).headers["Location"]
    later = issuer.sign(email="asha@example.com", email_verified=True, exp=int(time()) + 60)
    answers = [api.get(job, headers=bear(token)).status_code for token in (later, issuer.sign(sub="ravi"))]
    assert answers == [200, 404]
    assert len(issuer.asked) == 2  # the document and the keys, once for all calls


def test_an_account_has_uploads_limits_and_idempotency_keys_of_its_own(set_up: SetUp, issuer: Issuer) -> None:
    api = set_up(RATE_LIMIT_PER_MIN="2")
    asha, ravi = bear(issuer.sign()), bear(issuer.sign(sub="ravi"))
    announced = json.dumps({"filename": "a.png", "content_type": "image/png", "size": 5})
    upload = api.post("/uploads", data=announced, headers=asha).get_json()["upload_id"]
    assert [api.get(f"/uploads/{upload}", headers=who).status_code for who in (asha, ravi)] == [200, 404]
    body = json.dumps({"topic": "Tea"})
    sent = [api.post("/render", data=body, headers={**who, "Idempotency-Key": "k"}) for who in (asha, asha, ravi)]
    assert [answer.status_code for answer in sent] == [202, 200, 202]
    again = [api.post("/render", data=body, headers=who).status_code for who in (asha, ravi)]
    assert again == [429, 202]


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"exp": 1_700_000_000}, "has expired"),
        ({"exp": int(time()) - 40}, "has expired"),
        ({"nbf": int(time()) + 3600}, "not valid yet"),
        ({"iat": int(time()) + 3600}, "not valid yet"),
        ({"aud": "another-api"}, "for another audience"),
        ({"aud": []}, "lacks the claim aud"),
        ({"iss": "https://elsewhere.example"}, "from another issuer"),
        ({"iss": None}, "lacks the claim iss"),
        ({"sub": None}, "lacks the claim sub"),
        ({"sub": ""}, "no valid subject"),
        ({"sub": "x" * 256}, "no valid subject"),
        ({"exp": None}, "lacks the claim exp"),
        ({"iat": None}, "lacks the claim iat"),
        ({"aud": None}, "lacks the claim aud"),
        ({"exp": "soon"}, "not valid"),
    ],
)
def test_a_token_with_a_wrong_claim_is_401(api: FlaskClient, issuer: Issuer, claims: dict[str, Any], says: str) -> None:
    answer = post(api, issuer.sign(**claims))
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert says in answer.get_json()["detail"]
    assert answer.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token", error_description="')


@pytest.mark.parametrize(
    ("times", "audience"), [({"exp": -5}, AUDIENCE), ({"nbf": 20}, AUDIENCE), ({}, ["x", AUDIENCE])]
)
def test_clocks_may_differ_a_little_and_a_token_may_have_more_audiences(
    api: FlaskClient, issuer: Issuer, times: dict[str, int], audience: str | list[str]
) -> None:
    now = int(time())  # not when the tests are collected, which may be minutes earlier
    claims: dict[str, Any] = {name: now + seconds for name, seconds in {"exp": 60, **times}.items()}
    assert post(api, issuer.sign(**{**claims, "aud": audience})).status_code == 202


def test_another_key_with_the_same_id_is_not_the_issuer(api: FlaskClient, issuer: Issuer) -> None:
    answer = post(api, issuer.sign(make_rsa_key(1)))
    assert (answer.status_code, answer.get_json()["detail"]) == (401, "the signature of the token is wrong")


def test_both_algorithms_are_read_and_a_key_has_one_of_them(api: FlaskClient, issuer: Issuer) -> None:
    issuer.keys.append(describe_key(make_ec_key(), "key-2"))
    issuer.keys.append(describe_key(make_rsa_key(2), "key-3", alg=None))
    assert post(api, issuer.sign(make_ec_key(), "ES256", {"kid": "key-2"})).status_code == 202
    assert post(api, issuer.sign(make_rsa_key(2), header={"kid": "key-3"})).status_code == 202
    assert post(api, issuer.sign(make_ec_key(), "ES256", {"kid": "key-1"})).status_code == 401


def encode_parts(header: dict[str, Any], claims: dict[str, Any]) -> str:
    texts = (json.dumps(part).encode() for part in (header, claims))
    return ".".join(base64.urlsafe_b64encode(text).rstrip(b"=").decode() for text in texts)


def test_no_algorithm_without_a_private_key_is_accepted(api: FlaskClient, issuer: Issuer) -> None:
    """The attacks on JWT: no signature, and the public key as the secret of an HMAC."""
    now = int(time())
    claims = {"iss": issuer.url, "aud": AUDIENCE, "sub": "asha", "iat": now, "exp": now + 600}
    for name in ("none", "None", "NONE"):
        assert post(api, encode_parts({"alg": name, "kid": "key-1"}, claims) + ".").status_code == 401
    public = make_rsa_key().public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for secret in (pem, json.dumps(issuer.keys[0]).encode()):
        signed = encode_parts({"alg": "HS256", "kid": "key-1", "typ": "JWT"}, claims)
        mac = base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), hashlib.sha256)).rstrip(b"=").decode()
        answer = post(api, f"{signed}.{mac}")
        assert (answer.status_code, "RS256 or ES256" in answer.get_json()["detail"]) == (401, True)
    # also not if the issuer itself publishes a secret, or the token brings its own key
    issuer.keys.append({"kty": "oct", "kid": "key-9", "k": base64.urlsafe_b64encode(b"s" * 32).decode()})
    own = describe_key(make_rsa_key(1), "key-1")
    for header in ({"jwk": own}, {"jku": "https://elsewhere.example/keys"}, {"x5u": "https://elsewhere.example"}):
        assert post(api, issuer.sign(make_rsa_key(1), header=header)).status_code == 401


def test_a_short_key_or_another_kind_of_token_is_refused(api: FlaskClient, issuer: Issuer) -> None:
    issuer.keys.append(describe_key(make_rsa_key(bits=1024), "short"))
    assert post(api, issuer.sign(header={"typ": "logout+jwt"})).status_code == 401
    assert post(api, issuer.sign(header={"typ": "at+jwt"})).status_code == 202
    assert post(api, issuer.sign(header={"kid": None})).status_code == 401
    with pytest.warns(match="below the minimum"):
        token = issuer.sign(make_rsa_key(bits=1024), header={"kid": "short"})
    assert post(api, token).status_code == 401


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_token_that_was_changed_anywhere_is_401(api: FlaskClient, issuer: Issuer, data: st.DataObject) -> None:
    token = issuer.sign()
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("AZaz09-_.= ~"))
    changed = token[:at] + other + token[at + 1 :]
    if changed.strip() != token:
        answer = post(api, changed)
        assert answer.status_code == 401, answer.get_json()


def test_the_account_and_not_the_token_is_in_the_audit_log(api: FlaskClient, issuer: Issuer) -> None:
    token = issuer.sign(email="asha@example.com", email_verified=True)
    post(api, token)
    post(api, issuer.sign(make_rsa_key(1)))
    order, refusal = sorted(bootstrap.backend().documents.list(AUDIT, limit=10).records, key=lambda one: one.action)
    assert (order.action, order.facts["subject"], order.facts["email"]) == ("create_render", "asha", "asha@example.com")
    assert order.actor.startswith("oidc-")
    assert (refusal.action, refusal.facts["reason"]) == ("refuse_key", "the signature of the token is wrong")
    assert token not in f"{order.to_line()}{refusal.to_line()}"


def test_keys_and_tokens_work_side_by_side(api: FlaskClient, issuer: Issuer) -> None:
    backend = bootstrap.backend()
    secret = api_keys.create(backend.records, backend.clock, "ravi")[1]
    assert post(api, secret).status_code == 202
    # a key decides, as the token may be for a proxy in front of the API
    for token in ("eyJhbGciOi", issuer.sign(exp=1)):
        headers = {**bear(token), "X-API-Key": secret}
        assert api.post("/render", data='{"topic": "Tea"}', headers=headers).status_code == 202
    assert post(api, issuer.sign()).status_code == 202


def test_with_an_issuer_every_call_needs_a_key_or_a_token(api: FlaskClient, issuer: Issuer) -> None:
    answer = api.post("/render", data='{"topic": "Tea"}')
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert issuer.url in answer.get_json()["detail"]
    assert [api.get(path).status_code for path in ("/healthz", "/status")] == [200, 200]
    assert issuer.asked == []


def test_a_token_that_cloud_run_has_taken_is_refused_with_the_way_out(api: FlaskClient, issuer: Issuer) -> None:
    signed = issuer.sign().rpartition(".")[0]
    answer = post(api, f"{signed}.SIGNATURE_REMOVED_BY_GOOGLE")
    assert answer.status_code == 401
    assert "X-Serverless-Authorization" in answer.get_json()["detail"]


def test_without_an_issuer_a_token_is_not_read(set_up: SetUp, issuer: Issuer) -> None:
    api = set_up(OIDC_ISSUER="", OIDC_AUDIENCE="")
    assert api.post("/render", data='{"topic": "Tea"}', headers=bear(issuer.sign())).status_code == 202
    assert issuer.asked == []


def test_an_account_and_an_admin_of_the_issuer_remove_its_data(set_up: SetUp, issuer: Issuer) -> None:
    api = set_up(OIDC_ADMINS="boss")
    for owner, remover, path in (("asha", "asha", "/me/data"), ("ravi", "boss", "/keys/{id}/data")):
        job = post(api, issuer.sign(sub=owner)).get_json()["job_id"]
        others = post(api, issuer.sign(sub="other")).get_json()["job_id"]
        caller_id = bootstrap.backend().jobs.get(job).owner
        with local_runtime.run_worker():
            answer = api.delete(path.format(id=caller_id), headers=bear(issuer.sign(sub=remover)))
        assert (answer.status_code, answer.get_json()["removed"]["jobs"]["count"]) == (200, 1)
        statuses = [api.get(f"/render/{one}/status", headers=bear(issuer.sign(sub="boss"))) for one in (job, others)]
        assert [one.status_code for one in statuses] == [404, 200]


def test_an_admin_of_the_issuer_makes_keys_and_a_creator_does_not(set_up: SetUp, issuer: Issuer) -> None:
    api = set_up(OIDC_CALLERS="asha", OIDC_ROLE_CLAIM="realm_access.roles")
    tokens = {
        "asha": issuer.sign(),
        "boss": issuer.sign(sub="boss", realm_access={"roles": ["admin"]}),
        "stranger": issuer.sign(sub="stranger", realm_access={"roles": ["viewer"]}),
    }
    answers = {who: api.post("/keys", data='{"name": "desk"}', headers=bear(token)) for who, token in tokens.items()}
    assert {who: answer.status_code for who, answer in answers.items()} == {"asha": 404, "boss": 201, "stranger": 401}
    assert "this account may not call" in answers["stranger"].get_json()["detail"]
