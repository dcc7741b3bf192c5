"""Test each stage of the pipeline on the real local stores, with fake providers and a fake renderer."""

import errno
import json
from dataclasses import replace
from typing import Any

import pytest

from sutradhar.domain.assets.asset import Fallback
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.core.errors import Conflict, IdempotencyMismatch, LeaseHeld, ProviderError
from sutradhar.domain.core.failure import FailureDetail
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.messages import DispatchRender, PlanRender, ProduceAsset, RenderFinished
from sutradhar.domain.jobs.tallies import Tally
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene, SoundCue
from sutradhar.domain.video.quality_gate import check
from sutradhar.domain.video.render_request import RenderRequest, RenderSummary
from sutradhar.pipeline.handle import fail_job, handle
from sutradhar.pipeline.submit import cancel, retry, submit
from sutradhar.pipeline.sweep import sweep
from sutradhar.ports.providers import ImageFile, SoundEffect
from sutradhar.ports.runner import ExecutionState
from sutradhar.ports.stores import MAX_LEASE
from tests.fakes import write_summary
from tests.integration.local_pipeline import PLAN, LocalPipeline


def test_a_topic_becomes_a_video(pipeline: LocalPipeline) -> None:
    job = pipeline.start_rendering()
    assert (job.state, len(job.assets)) == (JobState.RENDERING, 5)
    pipeline.finish()
    pipeline.work()
    done = pipeline.job(job.id)
    assert done.state is JobState.SUCCEEDED
    assert done.result
    assert pipeline.blobs.get(done.result.captions["en"].srt).startswith(b"1\n00:00:00,200 --> ")
    assert "hi" not in done.result.captions
    assert any("Hindi captions are left out" in note for note in done.notices)


def test_each_transition_of_a_job_is_one_line_of_the_log(
    pipeline: LocalPipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    job = pipeline.start_rendering()
    pipeline.clock.advance(90)
    pipeline.finish()
    pipeline.work()
    pipeline.services.send([RenderFinished(job_id=job.id, render_id=job.render_id)])  # late, and once more
    pipeline.work()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    moves = [line for line in lines if line["event"] == "job_moved"]
    assert [(m["was"], m["state"]) for m in moves] == [
        ("PLANNING", "PRODUCING"),
        ("PRODUCING", "RENDERING"),
        ("RENDERING", "SUCCEEDED"),
    ]
    assert (moves[-1]["job_id"], moves[-1]["stage_seconds"], moves[-1]["total_seconds"]) == (job.id, 90, 90)
    assert moves[-1]["video_seconds"] > 1
    counts = pipeline.services.tallies.read()
    assert counts[Tally("renders_total", ("libx264",))] == 1  # as the renderer's summary names it
    assert counts[Tally("step_duration_seconds_sum", ("render.sound",))] == 3
    assert moves[-1]["wanted_seconds"] == round(moves[-1]["video_seconds"])


def test_a_second_job_reuses_every_asset(pipeline: LocalPipeline) -> None:
    pipeline.start_rendering()
    calls = dict(pipeline.providers.calls)
    submit(pipeline.services, PLAN)
    pipeline.work()
    assert {k: v for k, v in pipeline.providers.calls.items() if k != "plan"} == {
        k: v for k, v in calls.items() if k != "plan"
    }


def test_the_same_key_is_the_same_job_and_another_plan_is_refused(pipeline: LocalPipeline) -> None:
    first, created = submit(pipeline.services, PLAN, "k")
    again, created_again = submit(pipeline.services, RenderPlan.parse({"topic": "tea", "voice": "F"}), "k")
    assert (created, created_again, first.id) == (True, False, again.id)
    with pytest.raises(IdempotencyMismatch):
        submit(pipeline.services, RenderPlan(topic="rain"), "k")


def test_a_permanent_error_fails_the_job_with_all_that_is_known(pipeline: LocalPipeline) -> None:
    job, _ = submit(pipeline.services, PLAN)
    pipeline.providers.errors.append(
        ProviderError("no such voice", provider="x", retryable=False, advice="choose another")
    )
    pipeline.work()
    failed = pipeline.job(job.id)
    assert failed.state is JobState.FAILED
    assert failed.error
    assert (failed.error.stage, failed.error.scene, failed.error.cause) == ("narration", 0, "no such voice")
    assert failed.error.advice == "choose another, then retry the job"
    retry(pipeline.services, job.id)
    pipeline.work()
    assert pipeline.job(job.id).state is JobState.RENDERING


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_fails_the_job_and_a_retry_goes_on(
    pipeline: LocalPipeline, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    job, _ = submit(pipeline.services, PLAN)
    put = pipeline.blobs.put

    def full(name: str, data: bytes) -> None:
        if "wav" in name:
            raise OSError(number, "No space left on device")
        put(name, data)

    monkeypatch.setattr(pipeline.blobs, "put", full)
    pipeline.work()
    failed = pipeline.job(job.id)
    assert failed.error
    assert "free some disk space" in failed.error.advice
    monkeypatch.undo()
    retry(pipeline.services, job.id)
    pipeline.work()
    assert pipeline.job(job.id).state is JobState.RENDERING


def test_a_passing_error_is_raised_so_that_the_message_comes_again(pipeline: LocalPipeline) -> None:
    job, _ = submit(pipeline.services, PLAN)
    handle(pipeline.services, PlanRender(job_id=job.id))
    pipeline.providers.errors.append(ProviderError("busy", provider="x", retryable=True))
    order = ProduceAsset(job_id=job.id, slot=Slot.parse("music"))
    with pytest.raises(ProviderError):
        handle(pipeline.services, order)
    handle(pipeline.services, order)  # the claim was given back
    fail_job(pipeline.services, order, ProviderError("busy", provider="x", retryable=True))
    assert pipeline.job(job.id).state is JobState.FAILED


def test_a_message_waits_for_an_asset_that_another_worker_is_making(pipeline: LocalPipeline) -> None:
    job, _ = submit(pipeline.services, PLAN)
    handle(pipeline.services, PlanRender(job_id=job.id))
    request = pipeline.job(job.id).requests[0]
    other = pipeline.services.leases.acquire(request.key, MAX_LEASE)
    with pytest.raises(LeaseHeld):
        handle(pipeline.services, ProduceAsset(job_id=job.id, slot=request.slot))
    pipeline.services.leases.release(other)
    handle(pipeline.services, ProduceAsset(job_id=job.id, slot=request.slot))


def test_a_fallback_is_shown_and_never_serves_another_job(
    pipeline: LocalPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = pipeline.providers.draw

    def draw_as_fallback(*args: Any) -> ImageFile:
        return replace(draw(*args), provider="other/1", fallbacks=(Fallback(provider="counting/1", reason="down"),))

    monkeypatch.setattr(pipeline.providers, "draw", draw_as_fallback)
    first = pipeline.start_rendering()
    assert [f.reason for a in first.assets.values() for f in a.fallbacks] == ["down", "down"]
    monkeypatch.undo()
    second, _ = submit(pipeline.services, PLAN)
    pipeline.work()
    assert all(a.provider == "counting/1" for a in pipeline.job(second.id).assets.values())


def test_a_fallback_serves_every_slot_of_its_job_that_asks_for_the_same(
    pipeline: LocalPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_text: str) -> SoundEffect:
        raise ProviderError("no thunder here", provider="counting/1", retryable=False)

    monkeypatch.setattr(pipeline.providers, "find_effect", fail)
    thunder = (SoundCue(text="thunder"),)
    scenes = tuple(Scene(image_prompt=f"hill {n}", duration_sec=2, sounds=thunder) for n in range(2))
    job, _ = submit(pipeline.services, PLAN.evolve(scenes=scenes))
    pipeline.work()
    done = pipeline.job(job.id)
    assert done.state is JobState.RENDERING
    assert {done.assets[Slot.sound_effect(n, 0)].provider for n in range(2)} == {"silence/1"}


def test_a_lost_renderer_is_started_again_and_a_failed_one_fails_the_job(pipeline: LocalPipeline) -> None:
    job = pipeline.start_rendering()
    (first,) = pipeline.renderers.running()
    pipeline.renderers.state[first] = ExecutionState.LOST
    handle(pipeline.services, DispatchRender(job_id=job.id))
    (second,) = pipeline.renderers.running()
    assert second != first
    assert pipeline.job(job.id).execution == second
    pipeline.renderers.state[second] = ExecutionState.FAILED
    handle(pipeline.services, DispatchRender(job_id=job.id))
    failed = pipeline.job(job.id)
    assert failed.error
    assert "it said so" in failed.error.cause


def test_a_result_whose_message_was_lost_is_found(pipeline: LocalPipeline) -> None:
    job = pipeline.start_rendering()
    (name,) = pipeline.renderers.running()
    write_summary(pipeline.blobs, pipeline.renderers.request[name][2])
    pipeline.renderers.state[name] = ExecutionState.SUCCEEDED
    pipeline.clock.advance(301)
    assert sweep(pipeline.services) == 1
    pipeline.work()
    assert pipeline.job(job.id).state is JobState.SUCCEEDED


def test_a_video_that_does_not_pass_the_gate_fails_the_job_with_the_figure(pipeline: LocalPipeline) -> None:
    job = pipeline.start_rendering()
    pipeline.finish()
    blob = f"jobs/{job.id}/renders/1/job_summary.json"
    summary = RenderSummary.from_record(pipeline.blobs.get(blob))
    request = RenderRequest.from_record(pipeline.blobs.get(f"jobs/{job.id}/renders/1/request.json"))
    facts = summary.facts.evolve(integrated_lufs=-9.0)
    loud = summary.evolve(facts=facts, check_results=check(facts, request.timeline))
    pipeline.blobs.put(blob, loud.to_record().encode())
    pipeline.work()
    failed = pipeline.job(job.id)
    assert failed.error
    assert failed.error.stage == "quality gate"
    assert "-9.0" in failed.error.cause


def test_a_renderer_that_refuses_names_the_scene(pipeline: LocalPipeline) -> None:
    job = pipeline.start_rendering()
    failure = FailureDetail(stage="picture", cause="cannot read the picture", scene=1, advice="replace it")
    handle(pipeline.services, RenderFinished(job_id=job.id, render_id=job.render_id, error=failure))
    failed = pipeline.job(job.id)
    assert failed.error
    assert (failed.error.scene, failed.error.advice) == (1, "replace it")


def test_a_cancelled_job_stops_its_renderer_and_asks_no_provider(pipeline: LocalPipeline) -> None:
    job = pipeline.start_rendering()
    cancel(pipeline.services, job.id)
    pipeline.work()
    assert pipeline.renderers.running() == []
    late = submit(pipeline.services, RenderPlan(topic="rain"))[0]
    cancel(pipeline.services, late.id)
    calls = sum(pipeline.providers.calls.values())
    pipeline.work()
    assert sum(pipeline.providers.calls.values()) == calls
    with pytest.raises(Conflict):
        retry(pipeline.services, late.id)


def test_a_video_that_would_be_too_long_fails_before_it_is_rendered(
    pipeline: LocalPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sutradhar.domain.video.layout.MAX_VIDEO_SEC", 3)
    job = pipeline.start_rendering()
    assert job.state is JobState.FAILED
    assert job.error
    assert "at most 3 s" in job.error.cause
    assert pipeline.renderers.running() == []


def test_a_renderer_that_ends_well_and_leaves_nothing_is_not_started_for_ever(pipeline: LocalPipeline) -> None:
    job = pipeline.start_rendering()
    starts = 0
    while pipeline.job(job.id).state is JobState.RENDERING:
        for name in pipeline.renderers.running():
            pipeline.renderers.state[name] = ExecutionState.SUCCEEDED
            starts += 1
        pipeline.queue.publish(DispatchRender(job_id=job.id))
        pipeline.work()
    assert starts == 6
    error = pipeline.job(job.id).error
    assert error
    assert "times without a video" in error.cause
