"""/readyz is cheap: concurrent callers share one check, and providers are asked for known callers only."""

import shutil
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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


@pytest.mark.parametrize(("path", "is_writable"), [("/readyz", False), ("/api/ready", True)])
def test_temporary_files_can_be_written(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str, is_writable: bool
) -> None:
    folder = tmp_path / "outer" / "tmp"
    if not is_writable:
        folder.parent.write_text("a file is no folder")
    monkeypatch.setenv("TMP_WORKDIR", str(folder))
    answer = api.get(path)
    check = answer.get_json()["checks"]["temporary folder"]
    assert (answer.status_code, check["ok"]) == ((200, True) if is_writable else (503, False))
    assert ("TMP_WORKDIR" in check["advice"]) is not is_writable
    assert "TMP_WORKDIR" in check["detail"]
    assert str(tmp_path) not in answer.text
    assert "SUTRADHAR_HOME" in answer.get_json()["checks"]["disk"]["detail"]
    assert {"store", "disk", "encoder", "ffmpeg"} <= set(answer.get_json()["checks"])
    assert not is_writable or list(folder.iterdir()) == []


@pytest.mark.parametrize("full", ["home", "tmp"])
def test_it_is_not_ready_while_a_disk_is_full(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, full: str
) -> None:
    monkeypatch.setenv("TMP_WORKDIR", str(tmp_path / "elsewhere"))
    folder = {"home": bootstrap.settings().home, "tmp": tmp_path / "elsewhere"}[full]
    real = shutil.disk_usage
    usage = type(real("/"))(10**12, 10**12 - 10**9, 10**9)  # 1 GB is free
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage if Path(path) == folder else real(path))
    answer = api.get("/readyz")
    checks = answer.get_json()["checks"]
    failed = [name for name, check in checks.items() if not check["ok"] and name != "marks"]  # it has no certificate
    assert (answer.status_code, failed) == (503, [{"home": "disk", "tmp": "temporary folder"}[full]])


@pytest.mark.parametrize(
    "text", ["{home}/state.db is locked", "cannot open /srv/app/a b.db", "C:\\app\\x: no", "~/x/y"]
)
def test_no_caller_learns_the_folders_of_the_server(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    failed = Check(
        "store", ok=False, detail=text.format(home=bootstrap.settings().home), advice="see /var/log/x, /render"
    )
    monkeypatch.setattr(doctor, "run_checks", lambda: [failed])
    check = api.get("/readyz").get_json()["checks"]["store"]
    assert check["advice"] == "see [path], /render"
    assert not any(part in check["detail"] for part in (str(bootstrap.settings().home), "srv", "app", "/y"))


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
