"""/readyz is cheap: concurrent callers share one check, and providers are asked for known callers only."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap, doctor
from sutradhar.doctor import Check
from sutradhar.pipeline import api_keys
from tests.conftest import forget

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def check_counts(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often each kind of check was made."""
    counts: Counter[str] = Counter()

    def check(name: str) -> list[Check]:
        counts[name] += 1
        return [Check(name, ok=True, detail=f"number {counts[name]}")]

    monkeypatch.setattr(doctor, "run_checks", lambda: check("machine"))
    monkeypatch.setattr(doctor, "run_provider_checks", lambda: check("providers"))
    return counts


def test_concurrent_callers_share_one_check(api: FlaskClient, check_counts: Counter[str]) -> None:
    bootstrap.settings()
    may_end, real = threading.Event(), doctor.run_checks
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(8) as pool:
        patch.setattr(doctor, "run_checks", lambda: may_end.wait(30) and real())
        asked = [pool.submit(api.application.test_client().get, "/readyz") for _ in range(8)]
        may_end.set()
        answers = [one.result(30) for one in asked]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.get_json()["checks"]["machine"]["detail"] for answer in answers} == {"number 1"}
    assert check_counts == {"machine": 1}


def test_other_settings_get_a_new_check(api: FlaskClient, check_counts: Counter[str]) -> None:
    for _ in range(2):
        api.get("/ready")
    forget()
    api.get("/readyz")
    assert check_counts == {"machine": 2}


def test_a_check_that_fails_by_accident_is_made_again(api: FlaskClient, check_counts: Counter[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doctor, "run_checks", lambda: 1 / 0)
        assert api.get("/readyz").status_code == 500
    assert api.get("/readyz").status_code == 200


@pytest.mark.parametrize("path", ["/readyz?providers=1", "/ready?providers=true", "/api/readyz?providers=1"])
def test_providers_are_asked_for_known_callers_only(api: FlaskClient, check_counts: Counter[str], path: str) -> None:
    assert api.get(path, environ_overrides=ELSEWHERE).status_code == 401
    assert api.get(path.partition("?")[0], environ_overrides=ELSEWHERE).status_code == 200
    assert "providers" not in check_counts
    assert api.get(path).status_code == 200  # this machine may call while no key exists
    backend = bootstrap.backend()
    _, secret = api_keys.create(backend.records, backend.clock, "asha")
    assert api.get(path, headers={"X-API-Key": "sk-wrong"}, environ_overrides=ELSEWHERE).status_code == 401
    answer = api.get(path, headers={"X-API-Key": secret}, environ_overrides=ELSEWHERE)
    assert (answer.status_code, answer.get_json()["checks"]["providers"]["detail"]) == (200, "number 1")
    assert check_counts["providers"] == 1
