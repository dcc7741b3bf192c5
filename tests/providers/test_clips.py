"""Clips by Veo: begun by one message, asked for by others, paid once, and a picture where there is none."""

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
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_status import describe_cost, describe_status
from sutradhar.domain.jobs.messages import Message, ProduceAsset
from sutradhar.domain.jobs.provenance import build_manifest
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
BEGUN, ASKED = ":predictLongRunning", ":fetchPredictOperation"


def veo(billing: BillingHarness, gate: PaidCallGate | None = None, **changes: Any) -> Veo:
    return Veo(settings(billing.stub, "gemini", {"project": "p", "location": "l"}, **changes), gate or billing.gate)


def begin(
    billing: BillingHarness, size: tuple[int, int] = (1536, 864), seconds: float = 5.0, **changes: Any
) -> Operation:
    gate = billing.gate.bill_to(BillingContext("job-1", "scene-00-image"))
    return veo(billing, gate, **changes).start("a river", "ink", *size, seconds, 7, FRAME)


def outcomes(billing: BillingHarness) -> list[tuple[str, int]]:
    return [(charge.outcome, charge.spent) for charge in billing.account().charges.values()]


def test_a_clip_is_begun_with_its_first_frame_and_paid_when_it_is_there(billing: BillingHarness) -> None:
    operation = begin(billing)
    (asked,) = billing.stub.calls("gemini")
    assert asked.body["instances"][0]["image"]["mimeType"] == "image/jpeg"
    parameters = asked.body["parameters"]
    assert (parameters["durationSeconds"], parameters["resolution"], parameters["aspectRatio"]) == (6, "720p", "16:9")
    assert (parameters["generateAudio"], parameters["seed"]) == (False, 7)
    assert outcomes(billing) == [("pending", 0)]
    assert billing.account().reserved == 600_000
    billing.gate.accounts.write_off_open("job-1")  # it is nobody's to give up: the vendor is at work on it
    assert outcomes(billing) == [("pending", 0)]
    billing.stub.script("gemini", "pending")
    with pytest.raises(StillAtWork):
        veo(billing).poll(operation)
    assert outcomes(billing) == [("pending", 0)]
    shot = veo(billing).poll(operation)
    assert (shot.width, shot.height, shot.provider) == (1280, 720, "gemini/veo-3.1-fast-generate-001")
    assert outcomes(billing) == [("settled", 600_000)]
    assert billing.account().reserved == 0
    assert [seen.billed for seen in billing.stub.calls("gemini")] == [True, False, False]


@pytest.mark.parametrize(
    ("size", "seconds", "told"),
    [
        ((2304, 1296), 4, (8, "1080p", "16:9")),
        ((864, 1536), 2, (4, "720p", "9:16")),
        ((864, 864), 9, (8, "720p", "16:9")),
    ],
)
def test_length_and_size_are_those_that_there_are(
    billing: BillingHarness, size: tuple[int, int], seconds: float, told: tuple[int, str, str]
) -> None:
    begin(billing, size, seconds)
    parameters = billing.stub.calls("gemini")[0].body["parameters"]
    assert (parameters["durationSeconds"], parameters["resolution"], parameters["aspectRatio"]) == told


@pytest.mark.parametrize("fault", ["429", "500", "503"])
def test_a_moment_of_trouble_at_the_beginning_passes(billing: BillingHarness, fault: str) -> None:
    billing.stub.script("gemini", fault)
    begin(billing)
    assert [seen.fault for seen in billing.stub.calls("gemini")] == [fault, OK]
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
def test_what_is_not_begun_is_charged_only_where_nobody_knows(
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
def test_what_the_vendor_says_of_a_clip_decides_about_its_money(
    billing: BillingHarness, fault: str, kind: str, outcome: str
) -> None:
    operation = begin(billing)
    billing.stub.script("gemini", fault)
    with pytest.raises(ProviderError) as caught:
        veo(billing, timeout_sec=0.5).poll(operation)
    assert caught.value.fault == kind
    assert outcomes(billing) == [(outcome, 600_000 if outcome == "lost" else 0)]
    assert billing.account().reserved == (600_000 if outcome == "pending" else 0)
    if outcome != "refunded":  # and it is set right when it comes after all
        veo(billing).poll(operation)
        assert outcomes(billing) == [("settled", 600_000)]


def test_a_clip_that_the_filter_holds_back_costs_nothing(billing: BillingHarness) -> None:
    billing.stub.script("gemini", "refusal")
    operation = begin(billing)
    with pytest.raises(ProviderError, match="violated") as caught:
        veo(billing).poll(operation)
    assert caught.value.fault == "refused"
    assert outcomes(billing) == [("refunded", 0)]
    assert billing.stub.list_billed("gemini") == []


def test_an_api_key_alone_is_told_what_is_missing(billing: BillingHarness) -> None:
    maker = Veo(settings(billing.stub, "gemini", {}), billing.gate)
    with pytest.raises(ProviderError, match="Vertex AI only") as caught:
        maker.start("a river", "", 1536, 864, 4, 1, FRAME)
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
    made = PipelineHarness({**environment(stub, tmp_path), "GEMINI_PROJECT": "p", "GEMINI_LOCATION": "l"})
    yield made
    made.close()


def begun(stub: ProviderStub) -> list[RecordedCall]:
    return [seen for seen in stub.list_billed("gemini") if seen.path.endswith(BEGUN)]


def paid(pipeline: PipelineHarness, job: Job) -> Account:
    return read_account(pipeline.backend.records, job_account(job.id))


def film(pipeline: PipelineHarness, plan: RenderPlan = PLAN) -> Job:
    job, _ = submit(pipeline.services, plan)
    pipeline.work()
    return pipeline.job(job.id)


def waiting(stub: ProviderStub, times: int) -> None:
    """The vendor needs so long."""
    left = [times]

    def wait(seen: RecordedCall) -> None:
        if seen.path.endswith(ASKED) and left[0]:
            left[0] -= 1
            seen.fault = "pending"

    stub.before = wait


def test_a_scene_moves_and_costs_what_was_estimated(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    waiting(stub, 3)
    done = film(pipeline)
    assert done.state is JobState.SUCCEEDED, done.error
    moving, still = done.assets[Slot.parse("scene-00-image")], done.assets[Slot.parse("scene-01-image")]
    assert (moving.provider, moving.is_video, moving.fallbacks) == ("gemini/veo-3.1-fast-generate-001", True, ())
    assert moving.blob.endswith(".mp4")
    assert (still.provider, still.is_video) == ("openai/gpt-image-2.6-flare-medium", False)
    assert done.plan
    first, second = build_timeline(done.plan, done.assets).clips
    assert (bool(first.footage), first.camera.still) == (True, True)
    assert second.footage is None
    # the clip begins with the scene's own picture
    assert len(stub.list_billed("openai")) == 2
    assert len(begun(stub)) == 1
    assert len([seen for seen in stub.calls("gemini") if seen.path.endswith(ASKED)]) == 4
    found = describe_cost(done, paid(pipeline, done))
    assert [line["state"] for line in found["lines"]] == ["settled"] * 3
    assert found["estimated_usd"] == pytest.approx(found["actual_usd"], rel=0.2)
    told = build_manifest(done, paid(pipeline, done))
    assert told["synthetic"]
    assert told["assets"][0]["prompt"].startswith("a river at dawn")
    assert told["assets"][0]["request_id"].startswith("projects/p/locations/l/publishers/google/models/veo")
    # what was made is there for the next film
    assert film(pipeline).state is JobState.SUCCEEDED
    assert len(begun(stub)) == 1


@pytest.mark.parametrize("where", [BEGUN, ASKED])
def test_a_scene_whose_clip_is_refused_shows_its_picture_and_says_so(
    pipeline: PipelineHarness, stub: ProviderStub, where: str
) -> None:
    stub.before = lambda seen: setattr(seen, "fault", "refusal") if seen.path.endswith(where) else None
    done = film(pipeline)
    assert done.state is JobState.SUCCEEDED, done.error
    shown = done.assets[Slot.parse("scene-00-image")]
    assert (shown.provider, shown.is_video) == ("openai/gpt-image-2.6-flare-medium", False)
    assert "policy does not allow" in shown.fallbacks[0].reason
    assert len(stub.list_billed("openai")) == 2  # its picture was there
    assert describe_status(done, {}, paid(pipeline, done), base="")["fallbacks"][0]["slot"] == "scene-00-image"
    assert paid(pipeline, done).reserved == 0
    # the next film tries again
    stub.before = lambda _seen: None
    assert film(pipeline).assets[Slot.parse("scene-00-image")].is_video


def test_strictly_no_picture_stands_in_for_a_clip(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    stub.before = lambda seen: setattr(seen, "fault", "refusal") if seen.path.endswith(ASKED) else None
    failed = film(pipeline, PLAN.evolve(strict=True))
    assert failed.state is JobState.FAILED
    stub.before = lambda _seen: None
    retry(pipeline.services, failed.id)
    pipeline.work()
    assert pipeline.job(failed.id).assets[Slot.parse("scene-00-image")].is_video


def test_whoever_asks_in_vain_does_not_buy_another(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    """Down, cut off, late, garbled: the clip is paid for, so it is asked for again."""
    faults = ["503", "cut", "wrong type", "500", "wrong type"]

    def trouble(seen: RecordedCall) -> None:
        if seen.path.endswith(ASKED) and faults:
            seen.fault = faults.pop(0)

    stub.before = trouble
    job, _ = submit(pipeline.services, PLAN)
    clock = FakeClock()
    clock.at = pipeline.services.clock.now()
    backend: Any = pipeline.services.backend  # a dataclass, which the port does not promise
    pipeline.services = replace(pipeline.services, backend=replace(backend, clock=clock))
    pipeline.work()
    done = pipeline.job(job.id)
    assert done.assets[Slot.parse("scene-00-image")].is_video
    assert len(begun(stub)) == 1
    assert [charge.outcome for charge in paid(pipeline, done).charges.values()] == ["settled"] * 3


def test_a_vendor_that_never_ends_is_given_up_and_counts_in_full(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    waiting(stub, 1000)
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
    assert [c.outcome for c in paid(pipeline, done).charges.values() if c.provider == "gemini"] == ["lost"]
    assert paid(pipeline, done).reserved == 0
    assert len(begun(stub)) == 1


def test_twice_delivered_is_begun_once(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    waiting(stub, 2)
    real = pipeline.services.bus.publish

    def publish_twice(message: Message) -> None:
        real(message)
        real(message)

    pipeline.services.bus.publish = publish_twice  # type: ignore[method-assign] # the queue delivers at least once
    assert film(pipeline).state is JobState.SUCCEEDED
    assert len(begun(stub)) == 1
    assert len(stub.list_billed("openai")) == 2


def test_a_clip_that_is_too_dear_is_a_picture(stub: ProviderStub, tmp_path: Path) -> None:
    pipeline = PipelineHarness({**environment(stub, tmp_path), "GEMINI_PROJECT": "p", "DAILY_BUDGET_USD": "10"})
    job, _ = submit(pipeline.services, PLAN)
    spend_for_others(pipeline, 9_700_000)
    pipeline.work()
    done = pipeline.job(job.id)
    assert "this day's cap of 10.00 USD" in done.assets[Slot.parse("scene-00-image")].fallbacks[0].reason
    assert begun(stub) == []
    pipeline.close()
