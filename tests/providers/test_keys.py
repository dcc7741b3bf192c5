"""The doctor asks each provider whether its key works, for nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from functions.cli import app
from sutradhar import doctor
from tests.function_client import open_client
from tests.providers.billing_harness import STUB_ANSWERS
from tests.providers.pipeline_harness import environment
from tests.providers.server import ProviderStub


@pytest.fixture
def stub(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderStub]:
    with ProviderStub(STUB_ANSWERS) as up:
        for name, value in environment(up, home).items():
            monkeypatch.setenv(name, value)
        yield up


def test_the_doctor_asks_each_provider(stub: ProviderStub) -> None:
    stub.always("gemini", "unauthorized")
    checks = {check.name: check for check in doctor.run_provider_checks()}
    assert {name: check.ok for name, check in checks.items() if name.startswith("key")} == {
        "key of openai": True,
        "key of elevenlabs": True,
        "key of gemini": False,
        "key of pexels": True,
        "key of pixabay": True,
        "key of freesound": True,
    }
    assert "GEMINI_API_KEY" in checks["key of gemini"].advice
    assert not [request for name in STUB_ANSWERS for request in stub.list_billed(name)]


def test_the_doctor_asks_vertex_as_this_machines_account(stub: ProviderStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GEMINI_API_KEY")
    monkeypatch.setenv("GEMINI_PROJECT", "p")
    monkeypatch.setenv("GEMINI_LOCATION", "l")
    assert next(check for check in doctor.run_provider_checks() if check.name == "key of gemini").ok
    assert stub.calls("gemini")[0].path == "/v1beta1/publishers/google/models"


def test_a_provider_that_does_not_answer_does_not_hold_up_the_check(stub: ProviderStub) -> None:
    stub.always("openai", "timeout")
    check_of_openai = next(check for check in doctor.run_provider_checks() if check.name == "key of openai")
    assert (check_of_openai.ok, check_of_openai.needed) == (False, False)
    assert len(stub.calls("openai")) == 1


def test_readyz_shows_the_keys_when_asked(stub: ProviderStub) -> None:
    stub.always("elevenlabs", "unauthorized")
    client = open_client("api")
    plain, asked = client.get("/readyz"), client.get("/readyz?providers=1")
    assert plain.status_code == asked.status_code
    assert "key of openai" not in plain.get_json()["checks"]
    checks = asked.get_json()["checks"]
    assert (checks["key of openai"]["ok"], checks["key of elevenlabs"]["ok"]) == (True, False)


def test_doctor_providers_lists_them(stub: ProviderStub) -> None:
    done = CliRunner().invoke(app, ["doctor", "--providers"])
    assert "key of openai" in done.output
    assert "provider_left_out" not in done.output  # the log is a file, where a person reads
    assert "key of openai" not in CliRunner().invoke(app, ["doctor"]).output
