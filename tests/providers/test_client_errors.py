"""Each client raises exactly the error that this table lists for each fault; our adapters are written from the table.

The test fails when a new version of a client names a failure in another way, before our users meet it.
"""

from collections.abc import Iterator, Mapping

import pytest

from tests.providers.billing_harness import STUB_ANSWERS
from tests.providers.clients import CALLS, outcome
from tests.providers.server import ProviderStub

ANSWERED = "answered"
"""The client raised no error; our adapter has to check whether the answer can be used."""
FAULTS = (
    "429",
    "429 for long",
    "500",
    "503",
    "timeout",
    "cut",
    "wrong type",
    "error body",
    "refusal",
    "truncated",
    "unauthorized",
    "no credit",
    "bad request",
)


def list_openai_errors() -> dict[str, str]:
    def status(kind: str, number: int, code: str, type_: str = "invalid_request_error") -> str:
        return f"openai.{kind} status_code={number} code={code} type={type_}"

    limited = status("RateLimitError", 429, "rate_limit_exceeded", "requests")
    return {
        "429": f"{limited} retry-after=0",
        "429 for long": f"{limited} retry-after=40",
        "500": status("InternalServerError", 500, "server_error", "server_error") + " retry-after=0",
        "503": status("InternalServerError", 503, "unavailable", "server_error") + " retry-after=0",
        "timeout": "openai.APITimeoutError",
        "cut": "openai.APIConnectionError",
        "refusal": status("BadRequestError", 400, "moderation_blocked"),
        "unauthorized": status("AuthenticationError", 401, "invalid_api_key"),
        "no credit": status("RateLimitError", 429, "insufficient_quota"),
        "bad request": status("BadRequestError", 400, "invalid_value"),
    }


def list_elevenlabs_errors() -> dict[str, str]:
    def status(number: int, word: str, wait: str = "") -> str:
        return f"elevenlabs.ApiError status_code={number}{wait} body.detail.status={word}"

    return {
        "429": status(429, "too_many_concurrent_requests", " retry-after=0"),
        "429 for long": status(429, "too_many_concurrent_requests", " retry-after=40"),
        "500": status(500, "internal_server_error", " retry-after=0"),
        "503": status(503, "system_busy", " retry-after=0"),
        "timeout": "httpx.ReadTimeout",
        "cut": "httpx.RemoteProtocolError",
        "refusal": status(400, "content_against_policy"),
        "unauthorized": status(401, "invalid_api_key"),
        "no credit": status(401, "quota_exceeded"),
        "bad request": status(400, "invalid_parameters"),
    }


def list_genai_errors() -> dict[str, str]:
    def status(number: int, word: str) -> str:
        kind = "ServerError" if number >= 500 else "ClientError"
        return f"google.{kind} code={number} status={word} response.status_code={number}"

    return {
        "429": status(429, "RESOURCE_EXHAUSTED"),
        "429 for long": status(429, "RESOURCE_EXHAUSTED"),
        "500": status(500, "INTERNAL"),
        "503": status(503, "UNAVAILABLE"),
        "timeout": "httpx2.ReadTimeout",
        "cut": "httpx2.RemoteProtocolError",
        "wrong type": "json.JSONDecodeError",
        "unauthorized": status(400, "INVALID_ARGUMENT"),
        "no credit": status(429, "RESOURCE_EXHAUSTED"),
        "bad request": status(400, "INVALID_ARGUMENT"),
    }


def list_interactions_errors() -> dict[str, str]:
    """List the errors of the client's interactions; none of them is a google.genai.errors.APIError."""
    return {
        "429": "google.RateLimitError status_code=429",
        "429 for long": "google.RateLimitError status_code=429",
        "500": "google.InternalServerError status_code=500",
        "503": "google.InternalServerError status_code=503",
        "timeout": "google.APITimeoutError",
        "cut": "google.APIConnectionError",
        "wrong type": "google.APIError status_code=200",
        "unauthorized": "google.BadRequestError status_code=400",
        "no credit": "google.RateLimitError status_code=429",
        "bad request": "google.BadRequestError status_code=400",
    }


def list_google_cloud_errors() -> dict[str, str]:
    def status(kind: str, number: int) -> str:
        return f"google.{kind} code={number} response.status_code={number}"

    return {
        "429": status("TooManyRequests", 429),
        "429 for long": status("TooManyRequests", 429),
        "500": status("InternalServerError", 500),
        "503": status("ServiceUnavailable", 503),
        "timeout": "requests.ReadTimeout",
        "cut": "requests.ChunkedEncodingError",
        "wrong type": "google.ParseError",
        "unauthorized": status("Forbidden", 403),
        "no credit": status("Forbidden", 403),
        "bad request": status("BadRequest", 400),
    }


def list_plain_http_errors(wrong_key: int) -> dict[str, str]:
    def status(number: int, wait: str = "") -> str:
        return f"httpx.HTTPStatusError response.status_code={number}{wait}"

    return {
        "429": status(429, " retry-after=0"),
        "429 for long": status(429, " retry-after=40"),
        "500": status(500, " retry-after=0"),
        "503": status(503, " retry-after=0"),
        "timeout": "httpx.ReadTimeout",
        "cut": "httpx.RemoteProtocolError",
        "wrong type": "json.JSONDecodeError",
        "unauthorized": status(wrong_key),
    }


_PAGE = "elevenlabs.ApiError status_code=200"
_VERTEX = {"unauthorized": "google.ClientError code=401 status=UNAUTHENTICATED response.status_code=401"}
EXPECTED: Mapping[str, Mapping[str, str]] = {
    # a refusal to write is an answer, of which a part is the refusal
    "openai responses": {**list_openai_errors(), "refusal": ANSWERED},
    "openai image": list_openai_errors(),
    "openai image edit": list_openai_errors(),
    "openai speech": {
        **list_openai_errors(),
        "refusal": "openai.BadRequestError status_code=400 code=content_policy_violation type=invalid_request_error",
    },
    "elevenlabs speech": {**list_elevenlabs_errors(), "wrong type": _PAGE},
    # bytes are passed on, whatever they are
    "elevenlabs sound": list_elevenlabs_errors(),
    "elevenlabs music": list_elevenlabs_errors(),
    "elevenlabs subscription": {**list_elevenlabs_errors(), "wrong type": _PAGE},
    "gemini text": list_genai_errors(),
    "gemini text on vertex": {**list_genai_errors(), **_VERTEX},
    "imagen": {**list_genai_errors(), **_VERTEX},
    "veo": {**list_genai_errors(), **_VERTEX},
    "veo, asked again": {**list_genai_errors(), **_VERTEX},
    "omni": list_interactions_errors(),
    "omni, asked again": list_interactions_errors(),
    "omni, download": {**list_genai_errors(), "wrong type": ANSWERED},
    "google speech": list_google_cloud_errors(),
    "pexels": list_plain_http_errors(401),
    "pixabay": list_plain_http_errors(400),
    "freesound": list_plain_http_errors(401),
}


@pytest.fixture(scope="module")
def stub() -> Iterator[ProviderStub]:
    with ProviderStub(STUB_ANSWERS) as up:
        yield up


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", CALLS)
def test_a_client_names_a_fault_as_it_always_did(stub: ProviderStub, name: str, fault: str) -> None:
    before = len(stub.recorded)
    assert outcome(stub, name, fault) == EXPECTED[name].get(fault, ANSWERED)
    assert [call.fault for call in stub.recorded[before:]] == [fault], "sent once, not again by itself"
