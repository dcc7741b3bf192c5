"""The money of clips whose job ends, whose worker dies, or whose provider cannot be asked: none stays reserved, and no
clip is paid for twice."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.core.errors import InvalidRequest, StillAtWork
from sutradhar.domain.jobs.cost import describe_cost
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import ProduceAsset
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline import clips
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.submit import cancel, retry, submit
from tests.providers.pipeline_harness import PipelineHarness, environment
from tests.providers.server import ProviderStub
from tests.providers.test_clips import PLAN, POLL, delay_clip, list_starts, pipeline, read_charges

__all__ = ["pipeline"]  # a fixture
SLOT = Slot.image(0)


class Killed(BaseException):
    """The process is gone."""


def start_clip(pipeline: PipelineHarness) -> Job:
    """Return a job whose clip the provider is working on; the test hands over its messages one by one."""
    job, _ = submit(pipeline.services, PLAN)
    handle(pipeline.services, job.pending_messages()[0])
    with pytest.raises(StillAtWork):
        make(pipeline, job)
    return pipeline.job(job.id)


def make(pipeline: PipelineHarness, job: Job, slot: Slot = SLOT) -> None:
    handle(pipeline.services, ProduceAsset(job_id=job.id, slot=slot))


def list_clip_outcomes(pipeline: PipelineHarness, job: Job) -> list[str]:
    return [c.outcome for c in read_charges(pipeline, job).charges.values() if c.provider == "gemini"]


def kill_in(monkeypatch: pytest.MonkeyPatch, where: object, name: str) -> None:
    def raise_killed(*_args: object, **_named: object) -> None:
        raise Killed

    monkeypatch.setattr(where, name, raise_killed)


def test_a_pending_clip_is_shown_with_the_money_reserved_for_it(pipeline: PipelineHarness) -> None:
    job = start_clip(pipeline)
    (line,) = [
        line
        for line in describe_cost(job, read_charges(pipeline, job)).model_dump(mode="json")["lines"]
        if line["provider"] == "gemini"
    ]
    assert (line["state"], line["usd"]) == (
        "pending",
        describe_cost(job, read_charges(pipeline, job)).model_dump(mode="json")["reserved_usd"],
    )


def test_a_cancelled_job_leaves_nothing_reserved(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    job = start_clip(pipeline)
    cancel(pipeline.services, job.id)
    make(pipeline, job)  # the message that waited for the clip
    assert (list_clip_outcomes(pipeline, job), read_charges(pipeline, job).reserved) == (["lost"], 0)
    # a job that needs the same clip gets the one that was started, and then its price is known
    assert pipeline.run_plan(PLAN).assets[SLOT].is_video
    assert len(list_starts(stub)) == 1
    assert list_clip_outcomes(pipeline, job) == ["settled"]


def test_an_old_operation_does_not_stay_reserved(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    clock = pipeline.set_clock()
    job = start_clip(pipeline)
    clock.at += timedelta(days=2)
    with pytest.raises(StillAtWork):
        make(pipeline, job)
    assert sorted(list_clip_outcomes(pipeline, job)) == ["lost", "pending"]
    assert len(list_starts(stub)) == 2


def test_a_worker_that_dies_before_it_stored_its_operation_starts_no_other(
    pipeline: PipelineHarness, stub: ProviderStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, _ = submit(pipeline.services, PLAN)
    handle(pipeline.services, job.pending_messages()[0])
    with monkeypatch.context() as patch:
        kill_in(patch, clips, "_write")
        with pytest.raises(Killed):
            make(pipeline, job)
    assert list_clip_outcomes(pipeline, job) == ["pending"]
    pipeline.work()
    done = pipeline.job(job.id)
    assert (done.assets[SLOT].is_video, done.assets[SLOT].fallbacks) == (True, ())
    assert len(list_starts(stub)) == 1
    assert list_clip_outcomes(pipeline, done) == ["settled"]


def test_a_worker_that_dies_with_a_failed_clip_starts_no_other(
    pipeline: PipelineHarness, stub: ProviderStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = pipeline.set_clock()
    delay_clip(stub, 1000)
    job = start_clip(pipeline)
    clock.at += clips.MAX_WAIT + timedelta(minutes=1)
    with monkeypatch.context() as patch:
        kill_in(patch, type(pipeline.services.assets), "save")
        with pytest.raises(Killed):
            make(pipeline, job)
    make(pipeline, job)
    assert len(list_starts(stub)) == 1
    assert list_clip_outcomes(pipeline, job) == ["lost"]


@pytest.mark.parametrize("fault", ["unauthorized", "503"])
def test_a_clip_that_is_paid_for_is_asked_for_until_the_key_works_again(
    pipeline: PipelineHarness, stub: ProviderStub, fault: str
) -> None:
    job = start_clip(pipeline)
    stub.before = lambda call: setattr(call, "fault", fault) if call.path.endswith(POLL) else None
    with pytest.raises(StillAtWork):
        make(pipeline, job)
    assert list_clip_outcomes(pipeline, job) == ["pending"]
    stub.before = lambda _call: None
    pipeline.work()
    assert pipeline.job(job.id).assets[SLOT].is_video
    assert len(list_starts(stub)) == 1


def test_a_provider_that_does_not_know_the_clip_may_have_charged_for_it(
    pipeline: PipelineHarness, stub: ProviderStub
) -> None:
    job = start_clip(pipeline)
    stub.before = lambda call: setattr(call, "fault", "bad request") if call.path.endswith(POLL) else None
    pipeline.work()
    done = pipeline.job(job.id)
    assert (done.state, done.assets[SLOT].is_video) == (JobState.SUCCEEDED, False)
    assert list_clip_outcomes(pipeline, done) == ["lost"]


def test_polls_that_fail_now_and_then_open_no_breaker(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    """A poll bypasses the circuit breaker, so its failures do not count there either."""
    job = start_clip(pipeline)
    for fault in ("503", "pending", "503", "pending", "503", "pending", "503"):
        stub.script("gemini", fault)
        with pytest.raises(StillAtWork):
            make(pipeline, job)
    assert pipeline.backend.records.read(["breaker/gemini"]) == {}


def test_another_model_in_the_settings_still_polls_the_started_clip(
    pipeline: PipelineHarness, stub: ProviderStub, tmp_path: Path
) -> None:
    job = start_clip(pipeline)
    pipeline.close()
    env = {**environment(stub, tmp_path), "GEMINI_PROJECT": "p", "GEMINI_LOCATION": "l"}
    later = PipelineHarness({**env, "GEMINI_CLIP_MODEL": "veo-3.1-generate-001"})
    later.work()
    shown = later.job(job.id).assets[SLOT]
    assert (shown.is_video, shown.provider) == (True, "gemini/veo-3.1-fast-generate-001")
    later.close()


def test_a_provider_that_is_no_longer_set_up_leaves_nothing_reserved(
    pipeline: PipelineHarness, stub: ProviderStub, tmp_path: Path
) -> None:
    job = start_clip(pipeline)
    pipeline.close()
    later = PipelineHarness({**environment(stub, tmp_path), "PROVIDERS": "openai"})
    later.work()
    done = later.job(job.id)
    assert not done.assets[SLOT].is_video
    assert (list_clip_outcomes(later, done), read_charges(later, done).reserved) == (["lost"], 0)
    later.close()


def test_a_failed_job_resumes_its_clip_when_it_is_retried(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    plan = PLAN.evolve(strict=True)
    delay_clip(stub, 1000)
    stub.always("openai", "bad request")
    job, _ = submit(pipeline.services, plan)
    handle(pipeline.services, job.pending_messages()[0])
    stub.always("openai", "ok")
    with pytest.raises(StillAtWork):
        make(pipeline, job)
    stub.always("openai", "bad request")
    make(pipeline, job, Slot.image(1))
    assert pipeline.job(job.id).state is JobState.FAILED
    make(pipeline, job)
    assert list_clip_outcomes(pipeline, job) == ["lost"]
    stub.always("openai", "ok")
    stub.before = lambda _call: None
    retry(pipeline.services, job.id)
    pipeline.work()
    assert pipeline.job(job.id).assets[SLOT].is_video
    assert (len(list_starts(stub)), list_clip_outcomes(pipeline, job)) == (1, ["settled"])


@pytest.fixture
def without_project(stub: ProviderStub, tmp_path: Path) -> Iterator[PipelineHarness]:
    """With a key of Gemini's and no project, so that there are no clips."""
    harness = PipelineHarness({**environment(stub, tmp_path), "IMAGE_GENERATORS": "openai"})
    yield harness
    harness.close()


def test_a_video_without_a_provider_of_clips_is_estimated_with_its_images(without_project: PipelineHarness) -> None:
    with pytest.raises(InvalidRequest, match=r"may cost 0\.01"):
        submit(without_project.services, PLAN.evolve(budget_usd=0.01))
    done = without_project.run_plan(PLAN)
    job_cost = describe_cost(done, read_charges(without_project, done)).model_dump(mode="json")
    assert job_cost["estimated_usd"] == pytest.approx(job_cost["actual_usd"], rel=0.2)
    assert done.assets[SLOT].fallbacks[0].reason == "no clip generator is set up"


def test_an_asset_of_several_scenes_is_estimated_once(without_project: PipelineHarness) -> None:
    bell = {"text": "a temple bell"}
    scenes = [{"image_prompt": f"a river {i}", "duration_sec": 2, "sounds": [bell]} for i in range(5)]
    body = {"title": "WakeSender", "language": "en", "subtitle_languages": ["en"], "music": {"enabled": False}}
    done = without_project.run_plan(RenderPlan.parse({**body, "scenes": scenes}))
    job_cost = describe_cost(done, read_charges(without_project, done)).model_dump(mode="json")
    assert job_cost["estimated_usd"] == pytest.approx(job_cost["actual_usd"], rel=0.05)
