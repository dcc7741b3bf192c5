"""The first job shows callers and agents the videos in other languages, and its answer changes with them."""

from flask.testing import FlaskClient
from typer.testing import CliRunner

from functions.agents.jobs import has_ended
from functions.agents.views import describe_standing
from functions.cli import app
from sutradhar import bootstrap
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.version_note import VersionNote
from tests.finished_job import store_finished_job
from tests.functions.mcp_calls import use


def store_versions() -> tuple[Job, Job]:
    """Return a finished job, and its Hindi version, which is rendered."""
    services = bootstrap.services()
    first, hindi = store_finished_job(services), store_finished_job(services, "job-2")
    notes = {"hi": VersionNote(job_id=hindi.id), "ta": VersionNote(job_id="job-3", problem="no narrator speaks Tamil")}
    first = services.move(first.id, lambda job: (job.evolve(versions=notes), []))
    rendered = {"state": JobState.RENDERING, "result": None, "version_of": first.id}
    return first, services.move(hindi.id, lambda job: (job.evolve(**rendered), []))


def test_the_status_lists_the_versions(api: FlaskClient) -> None:
    first, hindi = store_versions()
    answer = api.get(f"/render/{first.id}/status")
    shown = answer.get_json()["versions"]
    assert [(one["language"], one["job_id"], one["state"]) for one in shown] == [
        ("hi", "job-2", "running"),
        ("ta", "job-3", "error"),
    ]
    assert shown[0]["status_url"].endswith("/render/job-2/status")
    assert shown[1]["problem"] == "no narrator speaks Tamil"
    assert api.get("/render/job-2/status").get_json()["version_of"] == first.id
    same = {"If-None-Match": answer.headers["ETag"]}
    assert api.get(f"/render/{first.id}/status", headers=same).status_code == 304
    bootstrap.services().move(hindi.id, lambda job: (job.evolve(state=JobState.SUCCEEDED), []))
    assert api.get(f"/render/{first.id}/status", headers=same).status_code == 200


def test_the_terminal_names_the_versions(api: FlaskClient) -> None:
    first, hindi = store_versions()
    shown = CliRunner().invoke(app, ["status", first.id]).output
    assert f"In Hindi: {hindi.id}, running" in shown
    assert f"The video of {first.id} in" in CliRunner().invoke(app, ["status", hindi.id]).output


def test_a_client_of_mcp_waits_for_all_languages(api: FlaskClient) -> None:
    first, hindi = store_versions()
    view = use(api, "status", {"id": first.id})
    assert [one["job_id"] for one in view["job"]["versions"]] == ["job-2", "job-3"]
    with api.application.test_request_context("/mcp"):
        assert not has_ended(describe_standing(first))
        bootstrap.services().move(hindi.id, lambda job: (job.evolve(state=JobState.SUCCEEDED), []))
        assert has_ended(describe_standing(first))
