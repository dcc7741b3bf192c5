"""One message starts a Veo clip and later messages poll it; it is paid once, and an image replaces a missing clip."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sutradhar.domain.assets.operation import Operation
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.billing.ledger import Account, job_account
from sutradhar.domain.core.errors import ProviderError, StillAtWork
from sutradhar.domain.jobs.cost import describe_cost
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import ProduceAsset
from sutradhar.domain.jobs.provenance import build_manifest
from sutradhar.domain.jobs.status_answer import describe_status
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.timeline_builder import build_timeline
from sutradhar.pipeline import clips
from sutradhar.pipeline.billing.accounts import read_account
from sutradhar.pipeline.billing.call_gate import PaidCallGate
from sutradhar.pipeline.billing.context import BillingContext
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.submit import retry, submit
from sutradhar.providers.hosted.gemini.clips import Veo
from tests.fakes import FakeClock
from tests.providers.billing_harness import BillingHarness, settings
from tests.providers.pipeline_harness import PipelineHarness, environment
from tests.providers.server import OK, ProviderStub, RecordedCall
from tests.providers.stock_stub import photograph
from tests.providers.test_buying import spend_for_others

FRAME = photograph(640, 360)
START, POLL = ":predictLongRunning", ":fetchPredictOperation"


def veo(billing: BillingHarness, gate: PaidCallGate | None = None, **changes: Any) -> Veo:
    return Veo(settings(billing.stub, "gemini", {"project": "p", "location": "l"}, **changes), gate or billing.gate)


def begin(
    billing: BillingHarness, size: tuple[int, int] = (1536, 864), seconds: float = 5.0, **changes: Any
) -> Operation:
    gate = billing.gate.bill_to(BillingContext("job-1", "scene-00-image"))
    return veo(billing, gate, **changes).start("a river", "ink", *size, seconds, 7, FRAME)


def outcomes(billing: BillingHarness) -> list[tuple[str, int]]:
    return [(charge.outcome, charge.spent) for charge in billing.account().charges.values()]


def test_a_clip_starts_with_its_first_frame_and_is_paid_on_arrival(billing: BillingHarness) -> None:
    operation = begin(billing)
    (request,) = billing.stub.calls("gemini")
    assert request.body["instances"][0]["image"]["mimeType"] == "image/jpeg"
    parameters = request.body["parameters"]
    assert (parameters["durationSeconds"], parameters["resolution"], parameters["aspectRatio"]) == (6, "720p", "16:9")
    assert (parameters["generateAudio"], parameters["seed"]) == (False, 7)
    assert outcomes(billing) == [("pending", 0)]
    assert billing.account().reserved == 600_000
    billing.gate.accounts.write_off_open("job-1")  # it stays open: the provider is still at work on it
    assert outcomes(billing) == [("pending", 0)]
    billing.stub.script("gemini", "pending")
    with pytest.raises(StillAtWork):
        veo(billing).poll(operation)
    assert outcomes(billing) == [("pending", 0)]
    shot = veo(billing).poll(operation)
    assert (shot.width, shot.height, shot.provider) == (1280, 720, "gemini/veo-3.1-fast-generate-001")
    assert outcomes(billing) == [("settled", 600_000)]
    assert billing.account().reserved == 0
    assert [call.billed for call in billing.stub.calls("gemini")] == [True, False, False]


@pytest.mark.parametrize(
    ("size", "seconds", "expected"),
    [
        ((2304, 1296), 4, (8, "1080p", "16:9")),
        ((864, 1536), 2, (4, "720p", "9:16")),
        ((864, 864), 9, (8, "720p", "16:9")),
    ],
)
def test_length_and_size_are_those_that_veo_offers(
    billing: BillingHarness, size: tuple[int, int], seconds: float, expected: tuple[int, str, str]
) -> None:
    begin(billing, size, seconds)
    parameters = billing.stub.calls("gemini")[0].body["parameters"]
    assert (parameters["durationSeconds"], parameters["resolution"], parameters["aspectRatio"]) == expected


@pytest.mark.parametrize("fault", ["429", "500", "503"])
def test_a_short_fault_at_the_start_is_retried(billing: BillingHarness, fault: str) -> None:
    billing.stub.script("gemini", fault)
    begin(billing)
    assert [call.fault for call in billing.stub.calls("gemini")] == [fault, OK]
    assert outcomes(billing) == [("pending", 0)]


@pytest.mark.parametrize(
    ("fault", "kind", "outcome"),
    [
        ("429", "busy", "refunded"),
        ("500", "down", "refunded"),
        ("503", "down", "refunded"),
        ("429 for long", "busy", "refunded"),
        ("timeout", "down", "lost"),
        ("cut", "down", "lost"),
        ("error body", "answer", "lost"),
        ("wrong type", "answer", "lost"),
        ("unauthorized", "key", "refunded"),
        ("no credit", "key", "refunded"),
        ("bad request", "request", "refunded"),
    ],
)
def test_a_failed_start_is_charged_only_if_its_result_is_unknown(
    billing: BillingHarness, fault: str, kind: str, outcome: str
) -> None:
    billing.stub.always("gemini", fault)
    with pytest.raises(ProviderError) as caught:
        begin(billing, timeout_sec=0.5)
    assert (caught.value.fault, caught.value.billed) == (kind, outcome == "lost")
    assert outcomes(billing) == [(outcome, 600_000 if outcome == "lost" else 0)]
    assert len(billing.stub.list_billed("gemini")) == (outcome == "lost")


@pytest.mark.parametrize(
    ("fault", "kind", "outcome"),
    [
        ("429", "busy", "pending"),
        ("500", "down", "pending"),
        ("503", "down", "pending"),
        ("timeout", "down", "pending"),
        ("cut", "down", "pending"),
        ("refusal", "refused", "refunded"),
        ("wrong type", "answer", "lost"),
        ("error body", "answer", "lost"),
        ("truncated", "answer", "lost"),
        ("unauthorized", "key", "pending"),
    ],
)
def test_the_answer_to_a_poll_decides_the_charge(billing: BillingHarness, fault: str, kind: str, outcome: str) -> None:
    operation = begin(billing)
    billing.stub.script("gemini", fault)
    with pytest.raises(ProviderError) as caught:
        veo(billing, timeout_sec=0.5).poll(operation)
    assert caught.value.fault == kind
    assert outcomes(billing) == [(outcome, 600_000 if outcome == "lost" else 0)]
    assert billing.account().reserved == (600_000 if outcome == "pending" else 0)
    if outcome != "refunded":  # a clip that arrives later settles the charge
        veo(billing).poll(operation)
        assert outcomes(billing) == [("settled", 600_000)]


def test_a_filtered_clip_costs_nothing(billing: BillingHarness) -> None:
    billing.stub.script("gemini", "refusal")
    operation = begin(billing)
    with pytest.raises(ProviderError, match="violated") as caught:
        veo(billing).poll(operation)
    assert caught.value.fault == "refused"
    assert outcomes(billing) == [("refunded", 0)]
    assert billing.stub.list_billed("gemini") == []


def test_an_api_key_alone_gets_advice_on_the_missing_setting(billing: BillingHarness) -> None:
    adapter = Veo(settings(billing.stub, "gemini", {}), billing.gate)
    with pytest.raises(ProviderError, match="Vertex AI only") as caught:
        adapter.start("a river", "", 1536, 864, 4, 1, FRAME)
    assert "GEMINI_PROJECT" in caught.value.advice
    assert billing.stub.calls("gemini") == []


PLAN = RenderPlan.parse(
    {
        "title": "Two rivers",
        "language": "en",
        "subtitle_languages": ["en"],
        "render": {"mode": "PROXY"},
        "music": {"enabled": False},
        "watermark": None,
        "scenes": [
            {"image_prompt": "a river at dawn", "duration_sec": 4, "footage": "generated"},
            {"image_prompt": "a river at night", "duration_sec": 4},
        ],
    }
)


@pytest.fixture
def pipeline(stub: ProviderStub, tmp_path: Path) -> Iterator[PipelineHarness]:
    harness = PipelineHarness({**environment(stub, tmp_path), "GEMINI_PROJECT": "p", "GEMINI_LOCATION": "l"})
    yield harness
    harness.close()


def list_starts(stub: ProviderStub) -> list[RecordedCall]:
    return [call for call in stub.list_billed("gemini") if call.path.endswith(START)]


def read_charges(pipeline: PipelineHarness, job: Job) -> Account:
    return read_account(pipeline.backend.records, job_account(job.id))


def delay_clip(stub: ProviderStub, times: int) -> None:
    """Let the provider answer "pending" to the first ``times`` polls."""
    left = [times]

    def wait(call: RecordedCall) -> None:
        if call.path.endswith(POLL) and left[0]:
            left[0] -= 1
            call.fault = "pending"

    stub.before = wait


def test_a_scene_moves_and_costs_what_was_estimated(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    delay_clip(stub, 3)
    done = pipeline.run_plan(PLAN)
    assert done.state is JobState.SUCCEEDED, done.error
    moving, still = done.assets[Slot.parse("scene-00-image")], done.assets[Slot.parse("scene-01-image")]
    assert (moving.provider, moving.is_video, moving.fallbacks) == ("gemini/veo-3.1-fast-generate-001", True, ())
    assert moving.blob.endswith(".mp4")
    assert (still.provider, still.is_video) == ("openai/gpt-image-2.6-flare-medium", False)
    assert done.plan
    first, second = build_timeline(done.plan, done.assets).clips
    assert (bool(first.footage), first.camera.still) == (True, True)
    assert second.footage is None
    # the clip begins with the scene's own image
    assert len(stub.list_billed("openai")) == 2
    assert len(list_starts(stub)) == 1
    assert len([call for call in stub.calls("gemini") if call.path.endswith(POLL)]) == 4
    cost = describe_cost(done, read_charges(pipeline, done)).model_dump(mode="json")
    assert [line["state"] for line in cost["lines"]] == ["settled"] * 3
    assert cost["estimated_usd"] == pytest.approx(cost["actual_usd"], rel=0.2)
    manifest = build_manifest(done, read_charges(pipeline, done))
    assert manifest["synthetic"]
    assert manifest["assets"][0]["prompt"].startswith("a river at dawn")
    assert manifest["assets"][0]["request_id"].startswith("projects/p/locations/l/publishers/google/models/veo")
    # the next video uses the stored clip
    assert pipeline.run_plan(PLAN).state is JobState.SUCCEEDED
    assert len(list_starts(stub)) == 1


@pytest.mark.parametrize("step", [START, POLL])
def test_a_scene_with_a_refused_clip_shows_its_image_and_reports_it(
    pipeline: PipelineHarness, stub: ProviderStub, step: str
) -> None:
    stub.before = lambda call: setattr(call, "fault", "refusal") if call.path.endswith(step) else None
    done = pipeline.run_plan(PLAN)
    assert done.state is JobState.SUCCEEDED, done.error
    asset = done.assets[Slot.parse("scene-00-image")]
    assert (asset.provider, asset.is_video) == ("openai/gpt-image-2.6-flare-medium", False)
    assert "policy does not allow" in asset.fallbacks[0].reason
    assert len(stub.list_billed("openai")) == 2  # its image was stored already
    assert (
        describe_status(done, {}, read_charges(pipeline, done), base="").model_dump(mode="json")["fallbacks"][0]["slot"]
        == "scene-00-image"
    )
    assert read_charges(pipeline, done).reserved == 0
    # the next video tries again
    stub.before = lambda _call: None
    assert pipeline.run_plan(PLAN).assets[Slot.parse("scene-00-image")].is_video


def test_no_image_replaces_a_clip_of_a_strict_plan(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    stub.before = lambda call: setattr(call, "fault", "refusal") if call.path.endswith(POLL) else None
    failed = pipeline.run_plan(PLAN.evolve(strict=True))
    assert failed.state is JobState.FAILED
    stub.before = lambda _call: None
    retry(pipeline.services, failed.id)
    pipeline.work()
    assert pipeline.job(failed.id).assets[Slot.parse("scene-00-image")].is_video


def test_failed_polls_do_not_buy_another_clip(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    """The worker polls again after a failed or garbled answer, because the clip is paid for."""
    faults = ["503", "cut", "wrong type", "500", "wrong type"]

    def fail_poll(call: RecordedCall) -> None:
        if call.path.endswith(POLL) and faults:
            call.fault = faults.pop(0)

    stub.before = fail_poll
    job, _ = submit(pipeline.services, PLAN)
    clock = FakeClock()
    clock.at = pipeline.services.clock.now()
    backend: Any = pipeline.services.backend  # a dataclass, which the port does not promise
    pipeline.services = replace(pipeline.services, backend=replace(backend, clock=clock))
    pipeline.work()
    done = pipeline.job(job.id)
    assert done.assets[Slot.parse("scene-00-image")].is_video
    assert len(list_starts(stub)) == 1
    assert [charge.outcome for charge in read_charges(pipeline, done).charges.values()] == ["settled"] * 3


def test_an_endless_operation_is_abandoned_and_charged_in_full(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    delay_clip(stub, 1000)
    job, _ = submit(pipeline.services, PLAN)
    clock = FakeClock()
    clock.at = pipeline.services.clock.now()
    backend: Any = pipeline.services.backend  # a dataclass, which the port does not promise
    pipeline.services = replace(pipeline.services, backend=replace(backend, clock=clock))
    handle(pipeline.services, pipeline.job(job.id).pending_messages()[0])
    message = ProduceAsset(job_id=job.id, slot=Slot.parse("scene-00-image"))
    for minutes in (0, 10, 20):
        clock.at += timedelta(minutes=minutes)
        with pytest.raises(StillAtWork):
            handle(pipeline.services, message)
    clock.at += clips.MAX_WAIT
    handle(pipeline.services, message)
    pipeline.work()
    done = pipeline.job(job.id)
    assert done.state is JobState.SUCCEEDED
    assert "did not finish within 30 minutes" in done.assets[Slot.parse("scene-00-image")].fallbacks[0].reason
    assert [c.outcome for c in read_charges(pipeline, done).charges.values() if c.provider == "gemini"] == ["lost"]
    assert read_charges(pipeline, done).reserved == 0
    assert len(list_starts(stub)) == 1


def test_a_message_delivered_twice_starts_one_clip(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    delay_clip(stub, 2)
    pipeline.publish_twice()
    assert pipeline.run_plan(PLAN).state is JobState.SUCCEEDED
    assert len(list_starts(stub)) == 1
    assert len(stub.list_billed("openai")) == 2


def test_an_image_replaces_a_clip_above_the_budget(stub: ProviderStub, tmp_path: Path) -> None:
    pipeline = PipelineHarness({**environment(stub, tmp_path), "GEMINI_PROJECT": "p", "DAILY_BUDGET_USD": "10"})
    job, _ = submit(pipeline.services, PLAN)
    spend_for_others(pipeline, 9_700_000)
    pipeline.work()
    done = pipeline.job(job.id)
    assert "this day's cap of 10.00 USD" in done.assets[Slot.parse("scene-00-image")].fallbacks[0].reason
    assert list_starts(stub) == []
    pipeline.close()
