"""Stock footage is searched, chosen, downloaded and checked, and its author and licence are stored."""

import io
import json
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.billing.ledger import Account
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.provenance import build_manifest
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import SoundCue
from sutradhar.domain.video.timeline import Footage
from sutradhar.domain.video.timeline_builder import build_timeline
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.submit import submit
from sutradhar.providers.hosted.stock.library import find_keywords
from tests.providers.billing_harness import BillingHarness, library
from tests.providers.pipeline_harness import PipelineHarness, environment
from tests.providers.server import OK, ProviderStub

LIBRARIES = ("pexels", "pixabay")
ALL = (*LIBRARIES, "freesound")


def find(billing: BillingHarness, provider: str, prompt: str = "A wide river, at dawn", **changes: Any) -> Any:
    if provider == "freesound":
        return library(billing, provider, **changes).find_effect(prompt)
    return library(billing, provider, **changes).find(prompt, 1536, 864, 4.0, 7)


@pytest.mark.parametrize("provider", LIBRARIES)
def test_footage_is_found_with_its_author_and_licence(billing: BillingHarness, provider: str) -> None:
    shot = find(billing, provider)
    assert (shot.width, shot.height, shot.provider) == (1920, 1080, f"{provider}/videos")
    assert shot.data[4:8] == b"ftyp"
    assert shot.provenance.prompt == "river dawn"
    assert shot.provenance.author in ("Asha", "ravi")
    assert "License" in shot.provenance.licence
    assert shot.provenance.source.startswith(f"https://{'www.' if provider == 'pexels' else ''}{provider}.com/video")
    assert billing.account().charges == {}


@pytest.mark.parametrize("provider", ALL)
@pytest.mark.parametrize("faults", [("503",), (OK, "500"), ("429", OK, "503")])
def test_a_short_fault_is_retried(billing: BillingHarness, provider: str, faults: tuple[str, ...]) -> None:
    billing.stub.script(provider, *faults)
    find(billing, provider)
    assert [call.fault for call in billing.stub.calls(provider)] == [
        *faults,
        *[OK] * (3 - len(faults) + len(faults) // 3),
    ]


@pytest.mark.parametrize("provider", ALL)
@pytest.mark.parametrize(
    ("faults", "fault"),
    [
        (("timeout",), "down"),
        (("cut",), "down"),
        (("wrong type",), "answer"),
        (("error body",), "answer"),
        ((OK, "timeout"), "down"),
        ((OK, "cut"), "down"),
        ((OK, "wrong type"), "answer"),
        ((OK, "truncated"), "answer"),
        (("429 for long",), "busy"),
    ],
)
def test_a_lasting_fault_is_a_provider_error(
    billing: BillingHarness, provider: str, faults: tuple[str, ...], fault: str
) -> None:
    billing.stub.script(provider, *faults)
    with pytest.raises(ProviderError) as caught:
        find(billing, provider, timeout_sec=0.5)
    assert (caught.value.fault, caught.value.provider, caught.value.retryable) == (fault, provider, True)


@pytest.mark.parametrize("provider", ALL)
def test_a_wrong_key_and_an_empty_answer_are_named(billing: BillingHarness, provider: str) -> None:
    with pytest.raises(ProviderError, match="nothing for 'nothing here'"):
        find(billing, provider, "nothing here")
    billing.stub.always(provider, "unauthorized")
    with pytest.raises(ProviderError, match=r"401|Invalid or missing API key") as caught:
        library(billing, provider).check()
    assert not caught.value.retryable


def test_a_sound_effect_has_a_licence_that_a_video_may_use(billing: BillingHarness) -> None:
    effect = find(billing, "freesound", "a temple bell")
    assert effect.samples == 6 * 48_000  # of eight seconds
    assert (effect.provenance.licence, effect.provenance.author) == ("CC BY", "meera")
    assert effect.provenance.source == "https://freesound.org/s/2/"  # the first may not be used commercially
    with wave.open(io.BytesIO(effect.wav)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    assert abs(int(samples[-1, 0])) < 10 < np.abs(samples[:48_000]).max()
    query = billing.stub.calls("freesound")[0].query
    assert "Creative+Commons+0" in query["filter"]


@pytest.mark.parametrize(
    ("prompt", "query"),
    [
        ("A fox looks up at grapes, golden hour", "fox looks grapes golden hour"),
        ("the river, the RIVER and the sea", "river sea"),
        ("एक नदी", ""),
    ],
)
def test_the_search_uses_the_significant_words(prompt: str, query: str) -> None:
    assert find_keywords(prompt) == query


def test_a_prompt_without_english_words_is_not_searched_for(billing: BillingHarness) -> None:
    with pytest.raises(ProviderError, match="English words only"):
        find(billing, "pexels", "एक नदी")
    assert billing.stub.calls("pexels") == []


PLAN = RenderPlan.parse(
    {
        "title": "Water",
        "footage": "stock",
        "subtitle_languages": ["en"],
        "render": {"mode": "PROXY"},
        "scenes": [
            {"narration": "A river runs.", "image_prompt": "river in a valley"},
            {"narration": "Nobody is there.", "image_prompt": "nothing at all"},
        ],
    }
)


def test_a_scene_without_footage_shows_an_image_and_reports_it(stub: ProviderStub, tmp_path: Path) -> None:
    pipeline = PipelineHarness(environment(stub, tmp_path))
    job, _ = submit(pipeline.services, PLAN)
    pipeline.work()
    done = pipeline.job(job.id)
    assert done.state is JobState.SUCCEEDED, done.error
    shot, drawn = done.assets[Slot.parse("scene-00-image")], done.assets[Slot.parse("scene-01-image")]
    assert (shot.provider, shot.is_video, shot.fallbacks) == ("pexels/videos", True, ())
    assert (drawn.provider, drawn.is_video) == ("openai/gpt-image-2.6-flare-medium", False)
    assert "nothing for 'nothing all'" in drawn.fallbacks[0].reason
    assert done.plan
    first, second = build_timeline(done.plan, done.assets).clips
    assert (first.footage, first.camera.still, second.footage) == (Footage(), True, None)
    manifest = build_manifest(done, Account())
    assert manifest["credits"] == ["Asha, Pexels License, https://www.pexels.com/video/1/"]
    assert manifest["synthetic"] is True
    assert done.result
    stored = json.loads(pipeline.services.blobs.get(done.result.provenance))
    assert (stored["synthetic"], stored["source_type"]) == (True, "compositeSynthetic")
    by_slot = {asset["slot"]: (asset.get("source_type"), asset["licence"]) for asset in stored["assets"]}
    assert by_slot["scene-00-image"] == (None, "Pexels License")
    assert by_slot["scene-01-image"] == ("trainedAlgorithmicMedia", "")
    pipeline.close()


CUES = (SoundCue(text="water runs", word=1), SoundCue(text="nothing like it"), SoundCue(text="a bell", word=9))
SOUNDS = PLAN.evolve(footage="none", scenes=(PLAN.scenes[0].evolve(sounds=CUES),))


def test_sound_effects_start_at_their_words_and_a_missing_one_is_silent(stub: ProviderStub, tmp_path: Path) -> None:
    pipeline = PipelineHarness({**environment(stub, tmp_path), "SOUNDS": "freesound"})
    job, _ = submit(pipeline.services, SOUNDS)
    pipeline.work()
    done = pipeline.job(job.id)
    assert done.state is JobState.SUCCEEDED, done.error
    assert done.plan
    timeline = build_timeline(done.plan, done.assets)
    first, last = timeline.sound_effects
    voice, words = timeline.narrations[0], done.assets[Slot.parse("scene-00-narration")].words
    assert first.start == voice.start + round(words[1].start * 48_000)
    assert last.start == voice.start  # there is no tenth word
    missing = done.assets[Slot.parse("scene-00-sound-1")]
    assert (missing.samples, missing.provider) == (0, "silence/1")
    assert "nothing for 'nothing like'" in missing.fallbacks[0].reason
    assert build_manifest(done, Account())["credits"] == ["meera, CC BY, https://freesound.org/s/2/"]
    pipeline.close()


def test_without_a_library_key_a_notice_tells_that_sounds_are_left_out(tmp_path: Path) -> None:
    pipeline = PipelineHarness({"SUTRADHAR_HOME": str(tmp_path)})
    job, _ = submit(pipeline.services, SOUNDS)
    planned = pipeline.queue.take()  # type: ignore[attr-defined]
    handle(pipeline.services, planned.message)
    planned_job = pipeline.job(job.id)
    assert [r.kind for r in planned_job.requests] == ["narration", "image", "music"]
    assert any("3 sounds are left out" in note for note in planned_job.notices)
    pipeline.close()


def test_without_a_library_key_images_are_drawn_and_the_status_tells_why(stub: ProviderStub, tmp_path: Path) -> None:
    env = {k: v for k, v in environment(stub, tmp_path).items() if not k.startswith(("PEXELS", "PIXABAY"))}
    pipeline = PipelineHarness(env)
    job, _ = submit(pipeline.services, PLAN)
    pipeline.work()
    done = pipeline.job(job.id)
    assert done.state is JobState.SUCCEEDED
    assert "no footage library is set up" in done.assets[Slot.parse("scene-00-image")].fallbacks[0].reason
    pipeline.close()
