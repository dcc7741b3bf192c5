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
from sutradhar.domain.jobs.messages import ProduceAsset
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
from tests.providers.billing_harness import Desk, settings
from tests.providers.pipeline_harness import Studio, environment
from tests.providers.server import OK, Seen, VendorStub
from tests.providers.stock_stub import photograph
from tests.providers.test_buying import others_spend

FRAME = photograph(640, 360)
BEGUN, ASKED = ":predictLongRunning", ":fetchPredictOperation"


def veo(desk: Desk, gate: PaidCallGate | None = None, **changes: Any) -> Veo:
    return Veo(settings(desk.stub, "gemini", {"project": "p", "location": "l"}, **changes), gate or desk.gate)


def begin(desk: Desk, size: tuple[int, int] = (1536, 864), seconds: float = 5.0, **changes: Any) -> Operation:
    gate = desk.gate.bill_to(BillingContext("job-1", "scene-00-image"))
    return veo(desk, gate, **changes).start("a river", "ink", *size, seconds, 7, FRAME)


def outcomes(desk: Desk) -> list[tuple[str, int]]:
    return [(charge.outcome, charge.spent) for charge in desk.account().charges.values()]


def test_a_clip_is_begun_with_its_first_frame_and_paid_when_it_is_there(desk: Desk) -> None:
    operation = begin(desk)
    (asked,) = desk.stub.calls("gemini")
    assert asked.body["instances"][0]["image"]["mimeType"] == "image/jpeg"
    parameters = asked.body["parameters"]
    assert (parameters["durationSeconds"], parameters["resolution"], parameters["aspectRatio"]) == (6, "720p", "16:9")
    assert (parameters["generateAudio"], parameters["seed"]) == (False, 7)
    assert outcomes(desk) == [("pending", 0)]
    assert desk.account().reserved == 600_000
    desk.gate.accounts.write_off_open("job-1")  # it is nobody's to give up: the vendor is at work on it
    assert outcomes(desk) == [("pending", 0)]
    desk.stub.script("gemini", "pending")
    with pytest.raises(StillAtWork):
        veo(desk).poll(operation)
    assert outcomes(desk) == [("pending", 0)]
    shot = veo(desk).poll(operation)
    assert (shot.width, shot.height, shot.provider) == (1280, 720, "gemini/veo-3.1-fast-generate-001")
    assert outcomes(desk) == [("settled", 600_000)]
    assert desk.account().reserved == 0
    assert [seen.billed for seen in desk.stub.calls("gemini")] == [True, False, False]


@pytest.mark.parametrize(
    ("size", "seconds", "told"),
    [
        ((2304, 1296), 4, (8, "1080p", "16:9")),
        ((864, 1536), 2, (4, "720p", "9:16")),
        ((864, 864), 9, (8, "720p", "16:9")),
    ],
)
def test_length_and_size_are_those_that_there_are(
    desk: Desk, size: tuple[int, int], seconds: float, told: tuple[int, str, str]
) -> None:
    begin(desk, size, seconds)
    parameters = desk.stub.calls("gemini")[0].body["parameters"]
    assert (parameters["durationSeconds"], parameters["resolution"], parameters["aspectRatio"]) == told


@pytest.mark.parametrize("fault", ["429", "500", "503"])
def test_a_moment_of_trouble_at_the_beginning_passes(desk: Desk, fault: str) -> None:
    desk.stub.script("gemini", fault)
    begin(desk)
    assert [seen.fault for seen in desk.stub.calls("gemini")] == [fault, OK]
    assert outcomes(desk) == [("pending", 0)]


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
def test_what_is_not_begun_is_charged_only_where_nobody_knows(desk: Desk, fault: str, kind: str, outcome: str) -> None:
    desk.stub.always("gemini", fault)
    with pytest.raises(ProviderError) as caught:
        begin(desk, timeout_sec=0.5)
    assert (caught.value.fault, caught.value.billed) == (kind, outcome == "lost")
    assert outcomes(desk) == [(outcome, 600_000 if outcome == "lost" else 0)]
    assert len(desk.stub.billed("gemini")) == (outcome == "lost")


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
    desk: Desk, fault: str, kind: str, outcome: str
) -> None:
    operation = begin(desk)
    desk.stub.script("gemini", fault)
    with pytest.raises(ProviderError) as caught:
        veo(desk, timeout_sec=0.5).poll(operation)
    assert caught.value.fault == kind
    assert outcomes(desk) == [(outcome, 600_000 if outcome == "lost" else 0)]
    assert desk.account().reserved == (600_000 if outcome == "pending" else 0)
    if outcome != "refunded":  # and it is set right when it comes after all
        veo(desk).poll(operation)
        assert outcomes(desk) == [("settled", 600_000)]


def test_a_clip_that_the_filter_holds_back_costs_nothing(desk: Desk) -> None:
    desk.stub.script("gemini", "refusal")
    operation = begin(desk)
    with pytest.raises(ProviderError, match="violated") as caught:
        veo(desk).poll(operation)
    assert caught.value.fault == "refused"
    assert outcomes(desk) == [("refunded", 0)]
    assert desk.stub.billed("gemini") == []


def test_an_api_key_alone_is_told_what_is_missing(desk: Desk) -> None:
    maker = Veo(settings(desk.stub, "gemini", {}), desk.gate)
    with pytest.raises(ProviderError, match="Vertex AI only") as caught:
        maker.start("a river", "", 1536, 864, 4, 1, FRAME)
    assert "GEMINI_PROJECT" in caught.value.advice
    assert desk.stub.calls("gemini") == []


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
def studio(stub: VendorStub, tmp_path: Path) -> Iterator[Studio]:
    made = Studio({**environment(stub, tmp_path), "GEMINI_PROJECT": "p", "GEMINI_LOCATION": "l"})
    yield made
    made.close()


def begun(stub: VendorStub) -> list[Seen]:
    return [seen for seen in stub.billed("gemini") if seen.path.endswith(BEGUN)]


def paid(studio: Studio, job: Job) -> Account:
    return read_account(studio.backend.records, job_account(job.id))


def film(studio: Studio, plan: RenderPlan = PLAN) -> Job:
    job, _ = submit(studio.services, plan)
    studio.work()
    return studio.job(job.id)


def waiting(stub: VendorStub, times: int) -> None:
    """The vendor needs so long."""
    left = [times]

    def wait(seen: Seen) -> None:
        if seen.path.endswith(ASKED) and left[0]:
            left[0] -= 1
            seen.fault = "pending"

    stub.before = wait


def test_a_scene_moves_and_costs_what_was_estimated(studio: Studio, stub: VendorStub) -> None:
    waiting(stub, 3)
    done = film(studio)
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
    assert len(stub.billed("openai")) == 2
    assert len(begun(stub)) == 1
    assert len([seen for seen in stub.calls("gemini") if seen.path.endswith(ASKED)]) == 4
    found = describe_cost(done, paid(studio, done))
    assert [line["state"] for line in found["lines"]] == ["settled"] * 3
    assert found["estimated_usd"] == pytest.approx(found["actual_usd"], rel=0.2)
    told = build_manifest(done, paid(studio, done))
    assert told["synthetic"]
    assert told["assets"][0]["prompt"].startswith("a river at dawn")
    assert told["assets"][0]["request_id"].startswith("projects/p/locations/l/publishers/google/models/veo")
    # what was made is there for the next film
    assert film(studio).state is JobState.SUCCEEDED
    assert len(begun(stub)) == 1


@pytest.mark.parametrize("where", [BEGUN, ASKED])
def test_a_scene_whose_clip_is_refused_shows_its_picture_and_says_so(
    studio: Studio, stub: VendorStub, where: str
) -> None:
    stub.before = lambda seen: setattr(seen, "fault", "refusal") if seen.path.endswith(where) else None
    done = film(studio)
    assert done.state is JobState.SUCCEEDED, done.error
    shown = done.assets[Slot.parse("scene-00-image")]
    assert (shown.provider, shown.is_video) == ("openai/gpt-image-2.6-flare-medium", False)
    assert "policy does not allow" in shown.fallbacks[0].reason
    assert len(stub.billed("openai")) == 2  # its picture was there
    assert describe_status(done, {}, paid(studio, done), base="")["fallbacks"][0]["slot"] == "scene-00-image"
    assert paid(studio, done).reserved == 0
    # the next film tries again
    stub.before = lambda _seen: None
    assert film(studio).assets[Slot.parse("scene-00-image")].is_video


def test_strictly_no_picture_stands_in_for_a_clip(studio: Studio, stub: VendorStub) -> None:
    stub.before = lambda seen: setattr(seen, "fault", "refusal") if seen.path.endswith(ASKED) else None
    failed = film(studio, PLAN.evolve(strict=True))
    assert failed.state is JobState.FAILED
    stub.before = lambda _seen: None
    retry(studio.services, failed.id)
    studio.work()
    assert studio.job(failed.id).assets[Slot.parse("scene-00-image")].is_video


def test_whoever_asks_in_vain_does_not_buy_another(studio: Studio, stub: VendorStub) -> None:
    """Down, cut off, late, garbled: the clip is paid for, so it is asked for again."""
    faults = ["503", "cut", "wrong type", "500", "wrong type"]

    def trouble(seen: Seen) -> None:
        if seen.path.endswith(ASKED) and faults:
            seen.fault = faults.pop(0)

    stub.before = trouble
    job, _ = submit(studio.services, PLAN)
    clock = FakeClock()
    clock.at = studio.services.clock.now()
    studio.services = replace(studio.services, backend=replace(studio.services.backend, clock=clock))
    studio.work()
    done = studio.job(job.id)
    assert done.assets[Slot.parse("scene-00-image")].is_video
    assert len(begun(stub)) == 1
    assert [charge.outcome for charge in paid(studio, done).charges.values()] == ["settled"] * 3


def test_a_vendor_that_never_ends_is_given_up_and_counts_in_full(studio: Studio, stub: VendorStub) -> None:
    waiting(stub, 1000)
    job, _ = submit(studio.services, PLAN)
    clock = FakeClock()
    clock.at = studio.services.clock.now()
    studio.services = replace(studio.services, backend=replace(studio.services.backend, clock=clock))
    handle(studio.services, studio.job(job.id).pending_messages()[0])
    message = ProduceAsset(job_id=job.id, slot=Slot.parse("scene-00-image"))
    for minutes in (0, 10, 20):
        clock.at += timedelta(minutes=minutes)
        with pytest.raises(StillAtWork):
            handle(studio.services, message)
    clock.at += clips.MAX_WAIT
    handle(studio.services, message)
    studio.work()
    done = studio.job(job.id)
    assert done.state is JobState.SUCCEEDED
    assert "did not finish within 30 minutes" in done.assets[Slot.parse("scene-00-image")].fallbacks[0].reason
    assert [c.outcome for c in paid(studio, done).charges.values() if c.provider == "gemini"] == ["lost"]
    assert paid(studio, done).reserved == 0
    assert len(begun(stub)) == 1


def test_twice_delivered_is_begun_once(studio: Studio, stub: VendorStub) -> None:
    waiting(stub, 2)
    real = studio.services.bus.publish
    studio.services.bus.publish = lambda message: [real(message) for _ in range(2)] and None  # type: ignore[method-assign]
    assert film(studio).state is JobState.SUCCEEDED
    assert len(begun(stub)) == 1
    assert len(stub.billed("openai")) == 2


def test_a_clip_that_is_too_dear_is_a_picture(stub: VendorStub, tmp_path: Path) -> None:
    studio = Studio({**environment(stub, tmp_path), "GEMINI_PROJECT": "p", "DAILY_BUDGET_USD": "10"})
    job, _ = submit(studio.services, PLAN)
    others_spend(studio, 9_700_000)
    studio.work()
    done = studio.job(job.id)
    assert "this day's cap of 10.00 USD" in done.assets[Slot.parse("scene-00-image")].fallbacks[0].reason
    assert begun(stub) == []
    studio.close()
