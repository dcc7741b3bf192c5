"""The pipeline, stage by stage, on the real local stores with makers and a renderer that do as they are told."""

import errno
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.backends.local.database import Database
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.queue import SqliteQueue
from sutradhar.backends.local.records import SqliteKeyValueStore
from sutradhar.backends.local.stores import SqliteAssetStore, SqliteJobStore, SqliteLeaseStore
from sutradhar.domain.assets.asset import Fallback
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.core.errors import Conflict, IdempotencyMismatch, LeaseHeld, ProviderError
from sutradhar.domain.core.failure import FailureDetail
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import DispatchRender, PlanRender, ProduceAsset, RenderFinished
from sutradhar.domain.plan.plan import PlanDefaults, RenderPlan, Scene, SoundCue
from sutradhar.domain.video.quality_gate import check
from sutradhar.domain.video.render_request import RenderRequest, RenderSummary
from sutradhar.pipeline.handle import fail_job, handle
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.submit import cancel, retry, submit
from sutradhar.pipeline.sweep import sweep
from sutradhar.ports.providers import Picture, SoundEffect
from sutradhar.ports.runner import ExecutionState
from sutradhar.ports.stores import MAX_LEASE
from tests.fake_providers import free_call_gate, provider_set
from tests.fakes import Makers, PortSet, Renderers, SetClock, ToldRunner, write_summary

PLAN = RenderPlan(topic="tea")


class World:
    def __init__(self, home: Path) -> None:
        self.clock, self.makers, self.renderers = SetClock(), Makers(), Renderers()
        self.database, self.process_registry = Database(home / "state.db"), ProcessRegistry(home)
        self.queue = SqliteQueue(self.database, self.process_registry, self.clock, home)
        self.blobs = FileBlobStore(home / "blobs")
        self.runner = ToldRunner(self.renderers, self.process_registry.owner)
        leases, records = (
            SqliteLeaseStore(self.database, self.process_registry, self.clock),
            SqliteKeyValueStore(self.database),
        )
        backend = PortSet(
            jobs=SqliteJobStore(self.database),
            assets=SqliteAssetStore(self.database),
            leases=leases,
            records=records,
            blobs=self.blobs,
            bus=self.queue,
            runner=self.runner,
            clock=self.clock,
        )
        gate = free_call_gate(records, leases, self.clock)
        self.services = Services(backend, provider_set(self.makers, gate), PlanDefaults())

    def work(self) -> None:
        """Until the queue is empty."""
        while delivery := self.queue.take():
            handle(self.services, delivery.message)
            self.queue.finish(delivery)

    def job(self, job_id: str) -> Job:
        return self.services.jobs.get(job_id)

    def rendering(self) -> Job:
        job, _ = submit(self.services, PLAN)
        self.work()
        return self.job(job.id)

    def finish(self) -> None:
        (name,) = self.renderers.running()
        job_id, render_id, request = self.renderers.request[name]
        self.renderers.state[name] = ExecutionState.SUCCEEDED
        summary = write_summary(self.blobs, request)
        self.queue.publish(RenderFinished(job_id=job_id, render_id=render_id, summary_blob=summary))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.database.close()
    made.process_registry.close()


def test_a_topic_becomes_a_film(world: World) -> None:
    job = world.rendering()
    assert (job.state, len(job.assets)) == (JobState.RENDERING, 5)
    world.finish()
    world.work()
    done = world.job(job.id)
    assert done.state is JobState.SUCCEEDED
    assert done.result
    assert world.blobs.get(done.result.captions["en"].srt).startswith(b"1\n00:00:00,200 --> ")
    assert "hi" not in done.result.captions
    assert any("Hindi captions are left out" in note for note in done.notices)


def test_every_move_of_a_job_is_one_line_of_the_log(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    job = world.rendering()
    world.clock.advance(90)
    world.finish()
    world.work()
    world.services.send([RenderFinished(job_id=job.id, render_id=job.render_id)])  # late, and once more
    world.work()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    moves = [line for line in lines if line["event"] == "job_moved"]
    assert [(m["was"], m["state"]) for m in moves] == [
        ("PLANNING", "PRODUCING"),
        ("PRODUCING", "RENDERING"),
        ("RENDERING", "SUCCEEDED"),
    ]
    assert (moves[-1]["job_id"], moves[-1]["stage_seconds"], moves[-1]["total_seconds"]) == (job.id, 90, 90)
    assert moves[-1]["video_seconds"] > 1
    assert moves[-1]["wanted_seconds"] == round(moves[-1]["video_seconds"])


def test_a_second_job_makes_nothing_again(world: World) -> None:
    world.rendering()
    calls = dict(world.makers.calls)
    submit(world.services, PLAN)
    world.work()
    assert {k: v for k, v in world.makers.calls.items() if k != "plan"} == {
        k: v for k, v in calls.items() if k != "plan"
    }


def test_the_same_key_is_the_same_job_and_another_plan_is_refused(world: World) -> None:
    first, created = submit(world.services, PLAN, "k")
    again, created_again = submit(world.services, RenderPlan.parse({"topic": "tea", "voice": "F"}), "k")
    assert (created, created_again, first.id) == (True, False, again.id)
    with pytest.raises(IdempotencyMismatch):
        submit(world.services, RenderPlan(topic="rain"), "k")


def test_a_permanent_error_fails_the_job_with_all_that_is_known(world: World) -> None:
    job, _ = submit(world.services, PLAN)
    world.makers.trouble.append(ProviderError("no such voice", provider="x", retryable=False, advice="choose another"))
    world.work()
    failed = world.job(job.id)
    assert failed.state is JobState.FAILED
    assert failed.error
    assert (failed.error.stage, failed.error.scene, failed.error.cause) == ("narration", 0, "no such voice")
    assert failed.error.advice == "choose another, then retry the job"
    retry(world.services, job.id)
    world.work()
    assert world.job(job.id).state is JobState.RENDERING


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_fails_the_job_and_a_retry_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    job, _ = submit(world.services, PLAN)
    put = world.blobs.put

    def full(name: str, data: bytes) -> None:
        if "wav" in name:
            raise OSError(number, "No space left on device")
        put(name, data)

    monkeypatch.setattr(world.blobs, "put", full)
    world.work()
    failed = world.job(job.id)
    assert failed.error
    assert "free some disk space" in failed.error.advice
    monkeypatch.undo()
    retry(world.services, job.id)
    world.work()
    assert world.job(job.id).state is JobState.RENDERING


def test_a_passing_error_is_raised_so_that_the_message_comes_again(world: World) -> None:
    job, _ = submit(world.services, PLAN)
    handle(world.services, PlanRender(job_id=job.id))
    world.makers.trouble.append(ProviderError("busy", provider="x", retryable=True))
    order = ProduceAsset(job_id=job.id, slot=Slot.parse("music"))
    with pytest.raises(ProviderError):
        handle(world.services, order)
    handle(world.services, order)  # the claim was given back
    fail_job(world.services, order, ProviderError("busy", provider="x", retryable=True))
    assert world.job(job.id).state is JobState.FAILED


def test_what_somebody_else_is_making_is_waited_for(world: World) -> None:
    job, _ = submit(world.services, PLAN)
    handle(world.services, PlanRender(job_id=job.id))
    request = world.job(job.id).requests[0]
    other = world.services.leases.acquire(request.key, MAX_LEASE)
    with pytest.raises(LeaseHeld):
        handle(world.services, ProduceAsset(job_id=job.id, slot=request.slot))
    world.services.leases.release(other)
    handle(world.services, ProduceAsset(job_id=job.id, slot=request.slot))


def test_a_stand_in_is_shown_and_never_serves_another_job(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = world.makers.draw

    def instead(*args: object) -> Picture:
        return replace(draw(*args), provider="other/1", fallbacks=(Fallback(provider="counting/1", reason="down"),))

    monkeypatch.setattr(world.makers, "draw", instead)
    first = world.rendering()
    assert [f.reason for a in first.assets.values() for f in a.fallbacks] == ["down", "down"]
    monkeypatch.undo()
    second, _ = submit(world.services, PLAN)
    world.work()
    assert all(a.provider == "counting/1" for a in world.job(second.id).assets.values())


def test_a_fallback_serves_every_slot_of_its_job_that_asks_for_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_text: str) -> SoundEffect:
        raise ProviderError("no thunder here", provider="counting/1", retryable=False)

    monkeypatch.setattr(world.makers, "sound", fail)
    thunder = (SoundCue(text="thunder"),)
    scenes = tuple(Scene(image_prompt=f"hill {n}", duration_sec=2, sounds=thunder) for n in range(2))
    job, _ = submit(world.services, PLAN.evolve(scenes=scenes))
    world.work()
    done = world.job(job.id)
    assert done.state is JobState.RENDERING
    assert {done.assets[Slot.sound_effect(n, 0)].provider for n in range(2)} == {"silence/1"}


def test_a_lost_renderer_is_started_again_and_a_failed_one_fails_the_job(world: World) -> None:
    job = world.rendering()
    (first,) = world.renderers.running()
    world.renderers.state[first] = ExecutionState.LOST
    handle(world.services, DispatchRender(job_id=job.id))
    (second,) = world.renderers.running()
    assert second != first
    assert world.job(job.id).execution == second
    world.renderers.state[second] = ExecutionState.FAILED
    handle(world.services, DispatchRender(job_id=job.id))
    failed = world.job(job.id)
    assert failed.error
    assert "it said so" in failed.error.cause


def test_a_result_whose_message_was_lost_is_found(world: World) -> None:
    job = world.rendering()
    (name,) = world.renderers.running()
    write_summary(world.blobs, world.renderers.request[name][2])
    world.renderers.state[name] = ExecutionState.SUCCEEDED
    world.clock.advance(301)
    assert sweep(world.services) == 1
    world.work()
    assert world.job(job.id).state is JobState.SUCCEEDED


def test_a_film_that_does_not_pass_the_gate_fails_the_job_with_the_figure(world: World) -> None:
    job = world.rendering()
    world.finish()
    blob = f"jobs/{job.id}/renders/1/job_summary.json"
    summary = RenderSummary.from_record(world.blobs.get(blob))
    request = RenderRequest.from_record(world.blobs.get(f"jobs/{job.id}/renders/1/request.json"))
    facts = summary.facts.evolve(integrated_lufs=-9.0)
    loud = summary.evolve(facts=facts, findings=check(facts, request.timeline))
    world.blobs.put(blob, loud.to_record().encode())
    world.work()
    failed = world.job(job.id)
    assert failed.error
    assert failed.error.stage == "quality gate"
    assert "-9.0" in failed.error.cause


def test_a_renderer_that_refuses_names_the_scene(world: World) -> None:
    job = world.rendering()
    failure = FailureDetail(stage="picture", cause="cannot read the picture", scene=1, advice="replace it")
    handle(world.services, RenderFinished(job_id=job.id, render_id=job.render_id, error=failure))
    failed = world.job(job.id)
    assert failed.error
    assert (failed.error.scene, failed.error.advice) == (1, "replace it")


def test_a_cancelled_job_stops_its_renderer_and_asks_no_maker(world: World) -> None:
    job = world.rendering()
    cancel(world.services, job.id)
    world.work()
    assert world.renderers.running() == []
    late = submit(world.services, RenderPlan(topic="rain"))[0]
    cancel(world.services, late.id)
    calls = sum(world.makers.calls.values())
    world.work()
    assert sum(world.makers.calls.values()) == calls
    with pytest.raises(Conflict):
        retry(world.services, late.id)


def test_a_film_that_would_be_too_long_fails_before_it_is_rendered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sutradhar.domain.video.timeline_builder.MAX_VIDEO_SEC", 3)
    job = world.rendering()
    assert job.state is JobState.FAILED
    assert job.error
    assert "at most 3 s" in job.error.cause
    assert world.renderers.running() == []


def test_a_renderer_that_ends_well_and_leaves_nothing_is_not_started_for_ever(world: World) -> None:
    job = world.rendering()
    starts = 0
    while world.job(job.id).state is JobState.RENDERING:
        for name in world.renderers.running():
            world.renderers.state[name] = ExecutionState.SUCCEEDED
            starts += 1
        world.queue.publish(DispatchRender(job_id=job.id))
        world.work()
    assert starts == 6
    error = world.job(job.id).error
    assert error
    assert "times without a video" in error.cause
