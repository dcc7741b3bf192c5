"""A provider that fails again and again is logged with the time since its first pause. The alert
ProviderPaused on Google Cloud reads that line."""

import json
from typing import Any

import pytest

from sutradhar import bootstrap
from sutradhar.domain.billing.model_table import ModelTable
from sutradhar.domain.core.errors import ProviderError
from sutradhar.pipeline.billing.provider_health import ProviderHealth, read_health
from tests.fakes import FakeClock


def read_pauses(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [line for line in lines if line["event"] == "provider_paused"]


def test_the_time_since_the_first_pause_grows_until_a_call_succeeds(
    home: object, capsys: pytest.CaptureFixture[str]
) -> None:
    clock, records = FakeClock(), bootstrap.backend().records
    health = ProviderHealth(records, clock, ModelTable())
    error = ProviderError("no", provider="openai", retryable=True, status=503, fault="down")
    for _ in range(3):
        health.record_failure("openai", "tts", error, is_trial=False)
    health.record_failure("openai", "tts", error, is_trial=False)  # a call that ran when the breaker opened
    for _ in range(5):
        (state,) = read_health(records, ["openai"], clock.now())
        assert state.paused_until is not None
        clock.at = state.paused_until
        assert health.enter("openai", "tts")
        health.record_failure("openai", "tts", error, is_trial=True)
    lines = read_pauses(capsys)
    assert {line["provider"] for line in lines} == {"openai"}
    assert [line["paused_seconds"] for line in lines] == [0, 30, 90, 210, 450, 930]
    assert [line["next_seconds"] for line in lines] == [30, 60, 120, 240, 480, 600]
    health.record_success("openai")
    for _ in range(3):
        clock.advance(1000)
        health.record_failure("openai", "tts", error, is_trial=False)
    assert [line["paused_seconds"] for line in read_pauses(capsys)] == [0]
