"""Money of clips whose job ends, whose worker dies, or whose vendor cannot be asked: none stays set aside, none is
bought twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.core.errors import InvalidRequest, StillAtWork
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_status import describe_cost
from sutradhar.domain.jobs.messages import ProduceAsset
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline import clips
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.submit import cancel, retry, submit
from tests.fakes import FakeClock
from tests.providers.pipeline_harness import PipelineHarness, environment
from tests.providers.server import VendorStub
from tests.providers.test_clips import ASKED, PLAN, begun, film, paid, pipeline, waiting

__all__ = ["pipeline"]  # a fixture
SLOT = Slot.image(0)


class Killed(BaseException):
    """The process is gone."""


def clock_of(pipeline: PipelineHarness) -> FakeClock:
    clock = FakeClock()
    clock.at = pipeline.services.clock.now()
    pipeline.services = replace(pipeline.services, backend=replace(pipeline.services.backend, clock=clock))
    return clock


def started(pipeline: PipelineHarness) -> Job:
    """A film whose clip the vendor is at work on; its messages are handed over one by one."""
    job, _ = submit(pipeline.services, PLAN)
    handle(pipeline.services, job.pending_messages()[0])
    with pytest.raises(StillAtWork):
        make(pipeline, job)
    return pipeline.job(job.id)


def make(pipeline: PipelineHarness, job: Job, slot: Slot = SLOT) -> None:
    handle(pipeline.services, ProduceAsset(job_id=job.id, slot=slot))


def of_clips(pipeline: PipelineHarness, job: Job) -> list[str]:
    return [c.outcome for c in paid(pipeline, job).charges.values() if c.provider == "gemini"]


def killed_at(monkeypatch: pytest.MonkeyPatch, where: object, name: str) -> None:
    def kill(*_args: object, **_named: object) -> None:
        raise Killed

    monkeypatch.setattr(where, name, kill)


def test_what_is_being_made_is_shown_with_what_is_set_aside_for_it(pipeline: PipelineHarness) -> None:
    job = started(pipeline)
    (line,) = [line for line in describe_cost(job, paid(pipeline, job))["lines"] if line["provider"] == "gemini"]
    assert (line["state"], line["usd"]) == ("pending", describe_cost(job, paid(pipeline, job))["reserved_usd"])


def test_a_cancelled_film_leaves_nothing_set_aside(pipeline: PipelineHarness, stub: VendorStub) -> None:
    job = started(pipeline)
    cancel(pipeline.services, job.id)
    make(pipeline, job)  # the message that waited for the clip
    assert (of_clips(pipeline, job), paid(pipeline, job).reserved) == (["lost"], 0)
    # whoever wants the same clip gets the one that was begun, and then it is known what it cost
    assert film(pipeline).assets[SLOT].is_video
    assert len(begun(stub)) == 1
    assert of_clips(pipeline, job) == ["settled"]


def test_what_was_begun_long_ago_is_not_set_aside_for_ever(pipeline: PipelineHarness, stub: VendorStub) -> None:
    clock = clock_of(pipeline)
    job = started(pipeline)
    clock.at += timedelta(days=2)
    with pytest.raises(StillAtWork):
        make(pipeline, job)
    assert sorted(of_clips(pipeline, job)) == ["lost", "pending"]
    assert len(begun(stub)) == 2


def test_a_worker_that_dies_before_it_wrote_down_what_it_began_buys_no_other(
    pipeline: PipelineHarness, stub: VendorStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, _ = submit(pipeline.services, PLAN)
    handle(pipeline.services, job.pending_messages()[0])
    with monkeypatch.context() as patch:
        killed_at(patch, clips, "_write")
        with pytest.raises(Killed):
            make(pipeline, job)
    assert of_clips(pipeline, job) == ["pending"]
    pipeline.work()
    done = pipeline.job(job.id)
    assert (done.assets[SLOT].is_video, done.assets[SLOT].fallbacks) == (True, ())
    assert len(begun(stub)) == 1
    assert of_clips(pipeline, done) == ["settled"]


def test_a_worker_that_dies_with_a_clip_in_vain_begins_no_other(
    pipeline: PipelineHarness, stub: VendorStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = clock_of(pipeline)
    waiting(stub, 1000)
    job = started(pipeline)
    clock.at += clips.MAX_WAIT + timedelta(minutes=1)
    with monkeypatch.context() as patch:
        killed_at(patch, type(pipeline.services.assets), "save")
        with pytest.raises(Killed):
            make(pipeline, job)
    make(pipeline, job)
    assert len(begun(stub)) == 1
    assert of_clips(pipeline, job) == ["lost"]


@pytest.mark.parametrize("fault", ["unauthorized", "503"])
def test_a_clip_that_is_paid_for_is_asked_for_until_the_key_works_again(
    pipeline: PipelineHarness, stub: VendorStub, fault: str
) -> None:
    job = started(pipeline)
    stub.before = lambda seen: setattr(seen, "fault", fault) if seen.path.endswith(ASKED) else None
    with pytest.raises(StillAtWork):
        make(pipeline, job)
    assert of_clips(pipeline, job) == ["pending"]
    stub.before = lambda _seen: None
    pipeline.work()
    assert pipeline.job(job.id).assets[SLOT].is_video
    assert len(begun(stub)) == 1


def test_a_vendor_that_knows_nothing_of_the_clip_may_have_charged_for_it(
    pipeline: PipelineHarness, stub: VendorStub
) -> None:
    job = started(pipeline)
    stub.before = lambda seen: setattr(seen, "fault", "bad request") if seen.path.endswith(ASKED) else None
    pipeline.work()
    done = pipeline.job(job.id)
    assert (done.state, done.assets[SLOT].is_video) == (JobState.SUCCEEDED, False)
    assert of_clips(pipeline, done) == ["lost"]


def test_asking_in_vain_now_and_then_shuts_nobody_out(pipeline: PipelineHarness, stub: VendorStub) -> None:
    """Whoever is asked for a clip is asked whatever the circuit breaker says, so it says nothing to that either."""
    job = started(pipeline)
    for fault in ("503", "pending", "503", "pending", "503", "pending", "503"):
        stub.script("gemini", fault)
        with pytest.raises(StillAtWork):
            make(pipeline, job)
    assert pipeline.backend.records.read(["breaker/gemini"]) == {}


def test_another_model_in_the_settings_still_asks_for_what_was_begun(
    pipeline: PipelineHarness, stub: VendorStub, tmp_path: Path
) -> None:
    job = started(pipeline)
    pipeline.close()
    env = {**environment(stub, tmp_path), "GEMINI_PROJECT": "p", "GEMINI_LOCATION": "l"}
    later = PipelineHarness({**env, "GEMINI_CLIP_MODEL": "veo-3.1-generate-001"})
    later.work()
    shown = later.job(job.id).assets[SLOT]
    assert (shown.is_video, shown.provider) == (True, "gemini/veo-3.1-fast-generate-001")
    later.close()


def test_nobody_to_ask_any_more_leaves_nothing_set_aside(
    pipeline: PipelineHarness, stub: VendorStub, tmp_path: Path
) -> None:
    job = started(pipeline)
    pipeline.close()
    later = PipelineHarness({**environment(stub, tmp_path), "PROVIDERS": "openai"})
    later.work()
    done = later.job(job.id)
    assert not done.assets[SLOT].is_video
    assert (of_clips(later, done), paid(later, done).reserved) == (["lost"], 0)
    later.close()


def test_a_failed_film_takes_up_its_clip_when_it_is_retried(pipeline: PipelineHarness, stub: VendorStub) -> None:
    plan = PLAN.evolve(strict=True)
    waiting(stub, 1000)
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
    assert of_clips(pipeline, job) == ["lost"]
    stub.always("openai", "ok")
    stub.before = lambda _seen: None
    retry(pipeline.services, job.id)
    pipeline.work()
    assert pipeline.job(job.id).assets[SLOT].is_video
    assert (len(begun(stub)), of_clips(pipeline, job)) == (1, ["settled"])


@pytest.fixture
def keyed(stub: VendorStub, tmp_path: Path) -> Iterator[PipelineHarness]:
    """With a key of Gemini's and no project, so that there are no clips."""
    made = PipelineHarness({**environment(stub, tmp_path), "IMAGE_GENERATORS": "openai"})
    yield made
    made.close()


def test_a_film_whose_clips_nobody_makes_is_estimated_with_its_pictures(keyed: PipelineHarness) -> None:
    with pytest.raises(InvalidRequest, match=r"may cost 0\.01"):
        submit(keyed.services, PLAN.evolve(budget_usd=0.01))
    done = film(keyed)
    found = describe_cost(done, paid(keyed, done))
    assert found["estimated_usd"] == pytest.approx(found["actual_usd"], rel=0.2)
    assert done.assets[SLOT].fallbacks[0].reason == "no clip generator is set up"


def test_what_two_scenes_share_is_estimated_once(keyed: PipelineHarness) -> None:
    bell = {"text": "a temple bell"}
    scenes = [{"image_prompt": f"a river {i}", "duration_sec": 2, "sounds": [bell]} for i in range(5)]
    body = {"title": "WakeSender", "language": "en", "subtitle_languages": ["en"], "music": {"enabled": False}}
    done = film(keyed, RenderPlan.parse({**body, "scenes": scenes}))
    found = describe_cost(done, paid(keyed, done))
    assert found["estimated_usd"] == pytest.approx(found["actual_usd"], rel=0.05)
