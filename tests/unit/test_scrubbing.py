"""No secret reaches the log, by whatever way, and no text of a caller makes a line of its own."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar import telemetry
from sutradhar.scrubbing import HIDDEN, SECRET_PATTERNS, SECRET_SIGN, Scrubber, list_secrets

VALUE = "Zx9-configured/value+of=a.key"


@pytest.fixture(autouse=True)
def on_stderr() -> None:
    telemetry.write_to(None)
    telemetry.configure("debug", {"ACME_API_KEY": VALUE})


def read_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = capsys.readouterr().err.splitlines()
    return dict(json.loads(line))


def test_a_configured_secret_is_hidden_wherever_it_occurs(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError(f"401 for {VALUE}")
    except ValueError as exc:
        telemetry.log("provider_failed", exc=exc, deep={"list": [f"x{VALUE}x", (VALUE,)]}, why=KeyError(VALUE))
    text = capsys.readouterr().err
    assert VALUE not in text
    assert text.count(HIDDEN) >= 5
    assert json.loads(text)["deep"] == {"list": [f"x{HIDDEN}x", [HIDDEN]]}


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer SECRETVALUE123",
        "authorization=Basic U0VDUkVUVkFMVUUxMjM=",
        '{"x-api-key": "SECRETVALUE123"}',
        "https://x.test/a?X-Goog-Signature=SECRETVALUE123&b=1",
        "https://x.test/a?api_key=SECRETVALUE123",
        "client_secret = 'SECRETVALUE123'",
        "postgres://me:SECRETVALUE123@db/x",
        "Incorrect API key provided: sk-SECRETVALUE123",
        "whsec_SECRETVALUE123",
        "GET /render/job-1/file?kind=video&view=svt_WyJr.aSECRETVALUE123.x_SECRETVALUE123-y",
        "invalid client GOCSPX-SECRETVALUE123-and-more",
        "got ya29.a0SECRETVALUE123-and_more",
        "no such token: 1//0gSECRETVALUE123-and_more",
        "code 4/0ASECRETVALUE123-and_more was used",
    ],
)
def test_a_secret_is_hidden_by_the_name_before_it(text: str) -> None:
    scrubbed = Scrubber().scrub_text(text)
    assert HIDDEN in scrubbed
    assert "SECRETVALUE123" not in scrubbed
    assert "U0VDUkVUVkFMVUUxMjM" not in scrubbed


@pytest.mark.parametrize("name", ["api_key", "password", "Set-Cookie", "X-Api-Key", "access_token", "signature"])
def test_a_field_with_a_secret_name_is_hidden(name: str) -> None:
    assert Scrubber().scrub({"headers": {name: "abc"}}) == {"headers": {name: HIDDEN}}


@pytest.mark.parametrize(
    "text",
    [
        "the keys of 3 voices",
        "tokens: 120",
        "no API key yet; make one",
        "a secret garden",
        "key=assets/1.wav",
        "jobs/4/0123456789abcdef0123456789.mp4",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert Scrubber(["short"]).scrub_text(text) == text


def test_secrets_are_found_by_their_variables() -> None:
    env = {"OPENAI_API_KEY": "a", "SENTRY_DSN": "b", "HOME": "c", "WEBHOOK_SECRET": "d", "KEYBOARD": "e"}
    assert list_secrets(env) == ["a", "b", "d"]


@given(st.text())
def test_no_text_makes_a_second_line_or_colours_a_terminal(text: str) -> None:
    line = telemetry.format_line({"event": "request", "path": text})
    assert len(line.splitlines()) == 1
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in line)
    assert json.loads(line)["event"] == "request"


_PARTS = (
    "Bearer ",
    "basic ",
    "api_key",
    "TOKEN",
    "paſſword",
    "=",
    ": ",
    '"',
    "http",
    "://",
    "me:",
    "@",
    "sk-",
    "AIza",
    "whsec_",
    "GOCSPX-",
    "ya29.",
    "1//0",
    "x9",
    "abcdefgh",
    " ",
)


@given(st.lists(st.sampled_from(_PARTS) | st.text(max_size=3), max_size=12).map("".join))
def test_a_text_without_the_sign_of_a_secret_matches_no_pattern(text: str) -> None:
    assert SECRET_SIGN.search(text) or not any(pattern.search(text) for pattern in SECRET_PATTERNS)
