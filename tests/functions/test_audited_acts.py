"""Uploads and the acts of the terminal are in the audit log."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner, Result

from functions.api.routes import ROUTES
from functions.cli import app
from sutradhar import bootstrap
from sutradhar.domain.core.audit import AuditEntry
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.messages import CheckUpload
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.audit import AUDIT
from sutradhar.pipeline.submit import submit
from sutradhar.pipeline.upload_check import check_upload


def list_acts() -> list[AuditEntry]:
    """Return all entries, the oldest first."""
    return list(reversed(bootstrap.backend().documents.list(AUDIT, limit=100).records))


def run(*words: str, exit_code: int = 0) -> Result:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == exit_code, result.output
    return result


def send_file(api: FlaskClient, headers: dict[str, str], name: str, data: bytes) -> str:
    announced = json.dumps({"filename": name, "content_type": "image/png", "size": len(data)})
    upload: str = api.post("/uploads", data=announced, headers=headers).get_json()["upload_id"]
    assert api.put(f"/uploads/{upload}/bytes", data=data, headers=headers).status_code == 204
    return upload


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "tea.png"
    Image.effect_noise((320, 200), 90).convert("RGB").save(path)
    return path


def test_an_upload_is_noted_when_it_begins_and_once_when_its_check_ends(api: FlaskClient, image: Path) -> None:
    services = bootstrap.services()
    key, secret = api_keys.create(services.records, services.clock, "asha")
    asha = {"X-API-Key": secret}
    files = {"tea.png": image.read_bytes(), "drawing.png": b"<svg/>"}
    uploads = {name: send_file(api, asha, name, data) for name, data in files.items()}
    for upload in uploads.values():
        for _ in range(2):  # a message may come twice
            check_upload(services, CheckUpload(upload_id=upload))
    acts = list_acts()
    assert [(one.action, one.facts["filename"], one.facts["state"]) for one in acts] == [
        ("create_upload", "tea.png", "pending"),
        ("create_upload", "drawing.png", "pending"),
        ("check_upload", "tea.png", "ready"),
        ("check_upload", "drawing.png", "refused"),
    ]
    assert {one.actor for one in acts} == {key.id}
    assert {one.facts["upload_id"] for one in acts} == set(uploads.values())
    assert acts[-1].facts["reason"]
    assert api.delete(f"/uploads/{uploads['tea.png']}", headers=asha).status_code == 204
    assert list_acts()[-1].action == "delete_upload"


def test_a_check_that_was_killed_before_its_entry_is_noted_by_the_next(
    api: FlaskClient, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send_file(api, {}, "tea.png", image.read_bytes())
    services = bootstrap.services()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("sutradhar.pipeline.upload_check.note_check", raise_interrupt)
        check_upload(services, CheckUpload(upload_id=upload))
    check_upload(services, CheckUpload(upload_id=upload))
    assert [one.action for one in list_acts()] == ["create_upload", "check_upload"]


def raise_interrupt(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_commands_note_what_they_do(home: Path, image: Path) -> None:
    services = bootstrap.services()
    first, second = (submit(services, RenderPlan(topic=topic, length_sec=10))[0].id for topic in ("Tea", "Rain"))
    run("cancel", first)
    run("cancel", "job-none", exit_code=1)
    services.move(second, lambda job: job.fail(JobFailure(stage="plan", cause="x"), services.clock.now()))
    run("retry", second)
    run("pin", second)
    run("unpin", second)
    run("delete", first, "--yes")
    run("upload", str(image))
    image.with_name("drawing.png").write_text("<svg/>")
    run("upload", str(image.with_name("drawing.png")), exit_code=2)
    of_terminal = [one for one in list_acts() if one.actor == "terminal"]
    assert [(one.action, one.job_id) for one in of_terminal] == [
        ("cancel_render", first),
        ("retry_render", second),
        ("pin_render", second),
        ("unpin_render", second),
        ("delete_render", first),
        ("check_upload", ""),
        ("check_upload", ""),
    ]
    stored, refused = (one.facts for one in of_terminal[-2:])
    assert (stored["filename"], stored["state"]) == ("tea.png", "ready")
    assert (refused["filename"], refused["state"], bool(refused["reason"])) == ("drawing.png", "refused", True)


def test_the_secret_of_webhooks_is_noted_once_a_day(api: FlaskClient) -> None:
    secrets = {api.get("/webhooks/secret").get_json()["secret"] for _ in range(3)}
    (act,) = list_acts()
    assert act.action == "show_secret"
    assert not [secret for secret in secrets if secret in json.dumps(dict(act.to_line()))]


UNNOTED_ROUTES = {
    "batch_orders:check_batch",  # it only computes an answer
    "library:duplicate_job",  # it only computes a plan, as the next two do
    "plan_preview:preview_plan",
    "frames:preview_frame",  # these two draw a changed plan, and store nothing of it
    "frames:preview_plan_frame",
    "speech_seconds:estimate_seconds",
    "mcp:answer_mcp",  # its tools note their own acts
    "templates:make_plan",
    "upload_bytes:receive_bytes",  # the beginning of the upload and the outcome of its check are noted
    "uploads:complete_upload",
    "view_tokens:create_view_token",  # it opens nothing new, and each download by it is noted
}
UNNOTED_COMMANDS = {
    # they only read
    *("plan", "templates", "languages", "duplicate", "status", "library", "logs", "doctor", "keys list"),
    *("approvals list", "batches list", "batches show"),
    "batches results",  # it copies files of this machine
    "calibrate",  # it changes the estimates of this machine only
    *("calendar", "quota", "publication show", "youtube status", "brands list", "brands show", "brands export"),
    *("marks show", "marks verify"),
    *("serve", "stop", "mcp"),  # the tools of mcp note their own acts
    *("backup", "restore", "clean"),  # they copy or replace the audit log itself
    "retention",  # each removal is noted where it is made, for the daily run too
}
NOTED_COMMANDS = {
    *("make", "upload", "approve", "cancel", "retry", "pin", "unpin", "delete"),
    *("brands save", "brands delete", "brands import"),
    *("publish", "publication change", "publication cancel", "publication retry"),
    *("youtube login", "youtube logout", "marks setup"),
    *("approvals grant", "approvals refuse"),
    *("batch", "batches pause", "batches resume", "batches retry", "batches cancel", "batches budget"),
    *("keys add", "keys rotate", "keys revoke", "keys delete-data"),
}


def test_every_call_that_changes_something_has_an_entry() -> None:
    assert {one.view for one in ROUTES if one.method != "GET" and not one.is_audited} == UNNOTED_ROUTES


def test_every_command_that_changes_something_has_an_entry() -> None:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    names = set[str]()
    for name, command in group.commands.items():
        names |= {f"{name} {other}" for other in command.commands} if isinstance(command, TyperGroup) else {name}
    assert names == NOTED_COMMANDS | UNNOTED_COMMANDS
