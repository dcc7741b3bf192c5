"""Whole jobs with paid calls: their cost, and that no call is paid twice if a worker dies, repeats or is late."""

import os
import random
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.billing.ledger import Account, day_account, job_account
from sutradhar.domain.core.errors import InvalidRequest, LeaseHeld
from sutradhar.domain.jobs.cost import describe_cost
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.messages import Message, ProduceAsset
from sutradhar.domain.jobs.status_answer import describe_status
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import SoundCue
from sutradhar.pipeline.billing.accounts import read_account
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.submit import retry, submit
from tests.fakes import FakeProviders
from tests.providers import google_account
from tests.providers.billing_harness import STUB_ANSWERS
from tests.providers.pipeline_harness import PipelineHarness, environment, prompt_of
from tests.providers.server import ProviderStub, RecordedCall

PLAN = RenderPlan.parse({"topic": "A river", "length_sec": 36, "render": {"mode": "PROXY"}})


def list_billed_calls(stub: ProviderStub) -> list[RecordedCall]:
    return [call for provider in STUB_ANSWERS for call in stub.list_billed(provider)]


def read_job_account(pipeline: PipelineHarness, job_id: str) -> Account:
    return read_account(pipeline.backend.records, job_account(job_id))


def spend_for_others(pipeline: PipelineHarness, micros: int) -> None:
    """Spend on the account of today that all jobs share."""
    name = str(day_account(pipeline.services.clock.now().date().isoformat()))
    record = Account(spent=micros).to_record()
    pipeline.services.records.update([name], lambda _records: {name: record})


def test_a_video_costs_what_the_providers_report(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    job, _ = submit(pipeline.services, PLAN)
    pipeline.work()
    done = pipeline.job(job.id)
    assert done.state is JobState.SUCCEEDED, done.error
    assert done.plan
    scenes = len(done.plan.scenes)
    assert scenes == 3
    assert all(s.translations["hi"] for s in done.plan.scenes)
    # a character is described in every image, and was drawn once as a reference
    images = [request for request in done.requests if request.kind == "image"]
    assert all("a girl of ten in a red dress" in prompt_of(request) for request in images)
    edits = [call for call in stub.list_billed("openai") if call.path == "/v1/images/edits"]
    sheet = pipeline.services.blobs.get(done.assets[Slot.parse("character-0")].blob)
    assert [call.raw.count(sheet) for call in edits] == [1] * scenes
    providers = Counter((a.kind, a.provider) for a in done.assets.values())
    assert providers == {
        ("image", "openai/gpt-image-2.6-flare-medium"): 1 + scenes,
        ("narration", "elevenlabs/eleven_multilingual_v2"): scenes,
        ("sound", "elevenlabs/eleven_text_to_sound_v2"): 1,
        ("music", "elevenlabs/music_v1"): 1,
    }
    assert len(list_billed_calls(stub)) == 2 + 2 * scenes + 2
    job_cost = describe_cost(done, read_job_account(pipeline, job.id)).model_dump(mode="json")
    assert len(job_cost["lines"]) == len(list_billed_calls(stub))
    assert {line["state"] for line in job_cost["lines"]} == {"settled"}
    assert job_cost["reserved_usd"] == 0
    assert job_cost["actual_usd"] == pytest.approx(sum(line["usd"] for line in job_cost["lines"]), abs=1e-6)
    assert job_cost["estimated_usd"] == pytest.approx(job_cost["actual_usd"], rel=0.2)
    assert job_cost["actual_usd"] < job_cost["estimated_most_usd"] < 3 * job_cost["actual_usd"]
    shown = describe_status(done, {}, read_job_account(pipeline, job.id), base="").model_dump(mode="json")
    assert (shown["cost"], shown["fallbacks"]) == (job_cost, [])


@pytest.mark.parametrize("length", [15, 60, 180])
@pytest.mark.parametrize("topic", ["A river", "नदी की कहानी"])
def test_the_estimate_is_within_a_fifth_of_what_is_paid(
    pipeline: PipelineHarness, stub: ProviderStub, length: int, topic: str
) -> None:
    job, _ = submit(pipeline.services, PLAN.evolve(topic=topic, length_sec=length))
    pipeline.work()
    done = pipeline.job(job.id)
    assert done.state is JobState.SUCCEEDED, done.error
    assert done.estimated_micros == pytest.approx(read_job_account(pipeline, job.id).spent, rel=0.2)


def test_the_same_video_again_is_paid_for_once(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    submit(pipeline.services, PLAN)
    pipeline.work()
    before = Counter(call.path for call in list_billed_calls(stub))
    again, _ = submit(pipeline.services, PLAN)
    pipeline.work()
    assert pipeline.job(again.id).state is JobState.SUCCEEDED
    # scripts are written anew for each job; everything that is made from them is there
    assert Counter(call.path for call in list_billed_calls(stub)) == before + Counter(["/v1/responses"])


def test_every_message_twice_pays_for_nothing_twice(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    pipeline.publish_twice()
    job, _ = submit(pipeline.services, PLAN)
    pipeline.work()
    assert pipeline.job(job.id).state is JobState.SUCCEEDED
    assert len(list_billed_calls(stub)) == 10


@pytest.mark.parametrize(
    ("slot", "provider"),
    [
        ("plan", "openai"),
        ("scene-00-image", "openai"),
        ("scene-00-narration", "elevenlabs"),
        ("scene-00-sound-0", "elevenlabs"),
        ("music", "elevenlabs"),
        ("scene-01-image", "gemini"),
    ],
)
def test_twenty_workers_on_one_thing_make_one_call(
    stub: ProviderStub, tmp_path: Path, slot: str, provider: str
) -> None:
    pipeline = PipelineHarness({**environment(stub, tmp_path), "GEMINI_PROJECT": "p", "GEMINI_LOCATION": "l"})
    # the second scene moves
    scenes = FakeProviders().plan(PLAN).plan.scenes
    cue = SoundCue(text="a temple bell")
    scenes = (scenes[0].evolve(sounds=(cue,)), scenes[1].evolve(footage="generated"))
    job, _ = submit(pipeline.services, PLAN.evolve(scenes=scenes, title=None))
    message: Message = pipeline.queue.take().message  # type: ignore[attr-defined]
    if slot != "plan":
        handle(pipeline.services, message)
        message = ProduceAsset(job_id=job.id, slot=Slot.parse(slot))
    start, before = threading.Barrier(20), len(stub.list_billed(provider))
    stub.always(provider, "slow")

    def work(_i: int) -> str:
        start.wait()
        try:
            handle(pipeline.services, message)
        except LeaseHeld:
            return "later"
        return "done"

    with ThreadPoolExecutor(20) as pool:
        ends = Counter(pool.map(work, range(20)))
    assert ends["done"] >= 1 or slot == "scene-01-image"
    assert len(stub.list_billed(provider)) == before + 1
    pipeline.close()


def test_an_asset_from_before_a_failure_is_not_paid_for_again(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    stub.before = lambda call: setattr(call, "fault", "bad request") if call.path == "/v1/music" else None
    job, _ = submit(pipeline.services, PLAN.evolve(strict=True))
    pipeline.work()
    failed = pipeline.job(job.id)
    assert (failed.state, failed.error and failed.error.stage) == (JobState.FAILED, "music")
    before = len(list_billed_calls(stub))
    stub.before = lambda _call: None
    retry(pipeline.services, job.id)
    pipeline.work()
    assert pipeline.job(job.id).state is JobState.SUCCEEDED
    missing = 10 - before
    assert len(list_billed_calls(stub)) == before + missing


def test_without_fallbacks_no_other_provider_is_asked(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    stub.always("elevenlabs", "unauthorized")
    job, _ = submit(pipeline.services, PLAN.evolve(strict=True))
    pipeline.work()
    failed = pipeline.job(job.id)
    assert failed.state is JobState.FAILED
    assert failed.error
    assert "ELEVENLABS_API_KEY" in failed.error.advice


def test_a_refused_prompt_is_drawn_in_other_words_and_both_prompts_are_stored(
    pipeline: PipelineHarness, stub: ProviderStub
) -> None:
    def refuse(call: RecordedCall) -> None:
        if call.path == "/v1/images/edits" and "view 1" in call.form["prompt"]:
            call.fault = "refusal"

    stub.before = refuse
    job, _ = submit(pipeline.services, PLAN)
    pipeline.work()
    done = pipeline.job(job.id)
    image = done.assets[Slot.parse("scene-01-image")]
    assert (image.provider, image.fallbacks) == ("openai/gpt-image-2.6-flare-medium", ())
    assert "policy does not allow" in image.refusal_reason
    assert image.provenance
    assert image.provenance.prompt.startswith("A calm picture in other words")
    request = done.find_request(Slot.parse("scene-01-image"))
    assert request
    assert "view 1" in prompt_of(request)
    assert any(
        "scene 2, image: the prompt was refused" in note
        for note in describe_status(done, {}, Account(), base="").model_dump(mode="json")["logs"]
    )


def test_a_video_that_would_cost_too_much_is_refused_with_its_lines(
    pipeline: PipelineHarness, stub: ProviderStub
) -> None:
    with pytest.raises(InvalidRequest, match=r"budget_usd: the video would cost about .* scene 1, image 0\.09"):
        submit(pipeline.services, PLAN.evolve(budget_usd=0.05))
    assert not list_billed_calls(stub)


def test_a_cap_that_is_reached_on_the_way_ends_in_cheaper_providers_that_are_named(
    stub: ProviderStub, tmp_path: Path
) -> None:
    pipeline = PipelineHarness({**environment(stub, tmp_path), "DAILY_BUDGET_USD": "10"})
    job, _ = submit(pipeline.services, PLAN)
    spend_for_others(pipeline, 9_800_000)
    pipeline.work()
    done = pipeline.job(job.id)
    assert done.state is JobState.SUCCEEDED
    assert read_job_account(pipeline, job.id).spent <= 200_000
    cheaper = [a for a in done.assets.values() if a.fallbacks]
    assert cheaper
    assert all("this day's cap of 10.00 USD" in a.fallbacks[0].reason for a in cheaper)
    pipeline.close()


def test_killed_at_twenty_random_moments_a_job_costs_at_most_a_call_more_each_time(
    stub: ProviderStub, tmp_path: Path
) -> None:
    moments = random.Random(5)
    vertex = google_account.environment(stub.url("oauth"), tmp_path)
    env = {**os.environ, **environment(stub, tmp_path / "home"), **vertex}
    plan = PLAN.evolve(length_sec=120, footage="generated")
    pipeline = PipelineHarness(env)
    job, _ = submit(pipeline.services, plan)
    for provider in STUB_ANSWERS:
        stub.always(provider, "slow")
    asked = threading.Semaphore(0)
    stub.before = lambda _call: asked.release()
    kills = 0
    while kills < 20:
        worker = subprocess.Popen([sys.executable, "-m", "tests.providers.pipeline_harness", job.id], env=env)
        for _ in range(moments.randrange(1, 3)):
            assert asked.acquire(timeout=60)
        try:
            worker.wait(moments.uniform(0, 0.6))
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
        assert not pipeline.job(job.id).state.is_terminal, (
            f"it was over after {kills} kills: there is nothing left to kill"
        )
        kills += 1
    for provider in STUB_ANSWERS:
        stub.always(provider, "ok")
    subprocess.run([sys.executable, "-m", "tests.providers.pipeline_harness", job.id], env=env, check=True, timeout=120)
    done = pipeline.job(job.id)
    assert done.state is JobState.SUCCEEDED, done.error
    # a clip has a first frame too
    needed = 1 + len(done.requests) + sum(request.kind == "image" for request in done.requests)
    assert all(asset.is_video for slot, asset in done.assets.items() if slot.role == "image")
    assert needed <= len(list_billed_calls(stub)) <= needed + kills
    charged = read_job_account(pipeline, job.id)
    assert charged.reserved == 0
    # each call that a provider charged for is counted, and each whose outcome is unknown too
    assert len([c for c in charged.charges.values() if c.outcome != "refunded"]) >= len(list_billed_calls(stub))
    pipeline.close()
