"""`make --publish`: the options of the plan, and that a command that runs twice publishes once."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import typer

from functions.cli.make import _begin
from functions.cli.options import PlanOptions
from functions.cli.plan_input import load_plan
from sutradhar import bootstrap
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.messages import PublishVideo
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.render_request import request_blob
from sutradhar.pipeline.dispatch import render_prefix
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.publishing.schedule import cancel_publication
from sutradhar.pipeline.publishing.store import list_newest_of
from sutradhar.pipeline.submit import submit
from tests.conftest import forget
from tests.finished_job import store_finished_job
from tests.functions.test_publish_commands import run, says

PLAN = RenderPlan(topic="tea", publish=({"destination": "folder"},))


@pytest.fixture
def finished_job(home: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A finished job for PLAN, whose publication is due."""
    monkeypatch.setenv("PUBLISH_FOLDER", str(home / "published"))
    forget()
    services = bootstrap.services()
    other, (ordered, _) = store_finished_job(services), submit(services, PLAN)
    services.blobs.put(request_blob(render_prefix(ordered)), services.blobs.get(request_blob(render_prefix(other))))
    return services.move(
        ordered.id, lambda job: (job.evolve(state=other.state, entered_at=other.entered_at, result=other.result), [])
    )


def test_each_destination_and_the_time_are_options(home: Path) -> None:
    plan = load_plan(PlanOptions(topic=["tea"], publish=["folder", "bucket"], publish_at="2100-12-24 18:30"))
    orders = [(one.destination, one.iso_datetime) for one in plan.publications]
    assert orders == [("folder", "2100-12-24 18:30"), ("bucket", "2100-12-24 18:30")]
    assert load_plan(PlanOptions(topic=["tea"])).publications == ()


def test_wrong_options_are_named_as_they_are_written(home: Path) -> None:
    with pytest.raises(typer.BadParameter, match="--publish folder"):
        load_plan(PlanOptions(topic=["tea"], publish_at="2100-12-24 18:30"))
    options: list[dict[str, Any]] = [{"publish_at": "x" * 61}, {"publish": ["x" * 41]}, {"publish": ["a", "a"]}]
    for words, name in zip(options, ("--publish-at", "--publish", "--publish"), strict=True):
        with pytest.raises(InvalidRequest) as refused:
            load_plan(PlanOptions(**{"topic": ["tea"], "publish": ["folder"], **words}))
        assert [error.path for error in refused.value.errors] == [name]


def test_a_command_that_was_stopped_before_the_publication_goes_on(finished_job: Job) -> None:
    assert _begin(PLAN).id == finished_job.id


def test_after_the_publication_the_same_command_publishes_nothing_again(finished_job: Job, home: Path) -> None:
    publish()
    (published,) = (home / "published").iterdir()
    assert _begin(PLAN).id == finished_job.id
    shutil.rmtree(published)
    assert _begin(PLAN).id != finished_job.id, "the user has deleted what was published"


def test_a_canceled_publication_is_no_reason_to_make_nothing(finished_job: Job) -> None:
    (publication,) = list_newest_of(bootstrap.services(), finished_job.id)
    cancel_publication(bootstrap.services(), publication.id, None)
    assert _begin(PLAN).id != finished_job.id


def publish() -> None:
    services, backend = bootstrap.services(), bootstrap.backend()
    publish_due(services)
    queue = backend.machine.queue  # type: ignore[attr-defined] # the local one
    while delivery := queue.take():
        queue.finish(delivery)
        if isinstance(delivery.message, PublishVideo):
            handle(services, delivery.message)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--publish", "moon"), "--publish must be one of bucket, folder"),
        (("--publish", "youtube"), "--publish youtube is not set up: run `sutradhar youtube login`"),
        (("--publish", "folder", "--publish-at", "soon"), "--publish-at must be a date and a time"),
        (
            ("--publish", "folder", "--publish-at", "2020-01-01 10:00"),
            "--publish-at 2020-01-01T10:00",
        ),
    ],
)
def test_what_cannot_be_published_names_the_option(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], message: str
) -> None:
    monkeypatch.setenv("PUBLISH_FOLDER", str(home / "published"))
    refused = run("make", "tea", *options, "--out", str(tmp_path / "out"))
    assert (refused.exit_code, message in says(refused)) == (2, True), says(refused)
