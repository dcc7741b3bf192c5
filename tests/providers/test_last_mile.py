"""A plan that cannot be made is refused before anything is paid for; estimates and notices are correct."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sutradhar.domain.assets.asset import Asset, Fallback
from sutradhar.domain.assets.slot import MUSIC, Slot
from sutradhar.domain.billing.ledger import Account
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.job_status import summarize_fallbacks
from sutradhar.domain.jobs.provenance import build_manifest
from sutradhar.domain.jobs.status_answer import describe_status
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.submit import submit
from tests.providers.pipeline_harness import PipelineHarness, environment
from tests.providers.server import ProviderStub

Make = Callable[..., PipelineHarness]
SCENE = {"narration": "A river runs.", "image_prompt": "a river", "duration_sec": 4}
BASE: dict[str, Any] = {
    "title": "Water",
    "language": "en",
    "subtitle_languages": ["en"],
    "render": {"mode": "PROXY"},
    "music": {"enabled": False},
    "scenes": [SCENE],
}


@pytest.fixture
def pipeline_with(stub: ProviderStub, tmp_path: Path) -> Iterator[Make]:
    harnesses: list[PipelineHarness] = []

    def make(*, without: str = "", **variables: str) -> PipelineHarness:
        env = {**environment(stub, tmp_path), **variables}
        harnesses.append(
            PipelineHarness({name: v for name, v in env.items() if not (without and name.startswith(without))})
        )
        return harnesses[-1]

    yield make
    for one in harnesses:
        one.close()


def make_plain_harness(tmp_path: Path) -> PipelineHarness:
    return PipelineHarness({"SUTRADHAR_HOME": str(tmp_path / "bare")})


@pytest.mark.parametrize(
    "body",
    [
        {"topic": "???"},
        {"prompt": "!!! ... "},
        {"topic": "।।।"},
        {"topic": "... -- ..."},
        {"prompt": "¿?\n\n--\n"},
        {"prompt": "*** ((( ***"},
    ],
)
def test_a_topic_without_a_word_is_refused_for_every_planner(
    pipeline_with: Make, tmp_path: Path, stub: ProviderStub, body: dict[str, str]
) -> None:
    offline = make_plain_harness(tmp_path)
    for pipeline in (pipeline_with(), offline):
        with pytest.raises(InvalidRequest, match=r"(topic|prompt): has no word that can be said; write it in words"):
            submit(pipeline.services, RenderPlan.parse(body))
    assert not stub.calls("openai")
    offline.close()


@pytest.mark.parametrize("prompt", ["[music]", "SCENE 1", "[applause]\n[laughter]"])
def test_a_script_of_directions_is_refused_where_no_model_writes(tmp_path: Path, prompt: str) -> None:
    offline = make_plain_harness(tmp_path)
    with pytest.raises(InvalidRequest, match="prompt: has nothing to say once stage directions and headings"):
        submit(offline.services, RenderPlan.parse({"prompt": prompt}))
    assert submit(offline.services, RenderPlan.parse({"topic": "5"}))[1]
    offline.close()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"footage": "stock"}, r"footage: no provider of stock footage is set up.*PEXELS_API_KEY"),
        ({"scenes": [{**SCENE, "footage": "generated"}]}, r"scenes\[0\].footage: .*set GEMINI_PROJECT, or leave out"),
        (
            {"scenes": [SCENE, {**SCENE, "sounds": [{"text": "rain"}]}]},
            r"scenes\[1\].sounds: no sound lib.*FREESOUND",
        ),
        ({"voice": "elevenlabs/JBFqnCBsd6RMkjVDRZzb"}, r"voice: .*elevenlabs/JBF.*ELEVENLABS_API_KEY.*without strict"),
        ({"voice": "openai/ash", "footage": "generated"}, r"footage: .*; voice: "),
    ],
)
def test_a_strict_plan_without_a_provider_is_refused_at_once(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    pipeline = make_plain_harness(tmp_path)
    with pytest.raises(InvalidRequest, match=message):
        submit(pipeline.services, RenderPlan.parse({**BASE, **changes, "strict": True}))
    assert submit(pipeline.services, RenderPlan.parse({**BASE, **changes}))[1], (
        "a job without strict may use another provider"
    )
    pipeline.close()


def test_a_key_alone_makes_no_clips(pipeline_with: Make, stub: ProviderStub) -> None:
    plan = RenderPlan.parse({**BASE, "footage": "generated"})
    pipeline = pipeline_with()
    with pytest.raises(InvalidRequest, match="set GEMINI_PROJECT"):
        submit(pipeline.services, plan.evolve(strict=True))
    done = pipeline.run_plan(plan)
    assert done.state is JobState.SUCCEEDED
    assert any("set GEMINI_PROJECT" in note for note in done.notices)


def test_what_is_made_already_costs_nothing_in_the_estimate(pipeline_with: Make) -> None:
    pipeline = pipeline_with()
    plan = RenderPlan.parse(BASE)
    assert pipeline.run_plan(plan).estimated_micros > 0
    again, _ = submit(pipeline.services, plan)
    assert (again.estimated_micros, again.max_estimated_micros) == (0, 0)
    more = plan.evolve(scenes=(*plan.scenes, plan.scenes[0].evolve(image_prompt="a lake")))
    third, _ = submit(pipeline.services, more)
    assert 0 < third.estimated_micros < submit(pipeline.services, more.evolve(seed=9))[0].estimated_micros


def test_what_is_made_already_fits_under_every_cap(pipeline_with: Make) -> None:
    pipeline = pipeline_with()
    plan = RenderPlan.parse(BASE)
    pipeline.run_plan(plan)
    assert submit(pipeline.services, plan.evolve(budget_usd=0.001))[1]


def test_an_image_in_the_place_of_footage_keeps_the_reference_images(pipeline_with: Make, stub: ProviderStub) -> None:
    stub.always("pexels", "unauthorized")
    stub.always("pixabay", "unauthorized")
    scene = {**SCENE, "characters": ["Mira"]}
    plan = RenderPlan.parse(
        {
            **BASE,
            "characters": [{"name": "Mira", "look": "a girl in a red dress"}],
            "scenes": [
                scene,
                {**scene, "image_prompt": "a hill"},
                {**scene, "image_prompt": "a market", "footage": "stock"},
            ],
        }
    )
    pipeline = pipeline_with()
    done = pipeline.run_plan(plan)
    sheet = pipeline.services.blobs.get(done.assets[Slot.parse("character-0")].blob)
    edits = [one for one in stub.list_billed("openai") if one.path == "/v1/images/edits"]
    assert [one.form["prompt"].partition(".")[0] for one in edits] == ["a river", "a hill", "a market"]
    assert all(one.raw.count(sheet) == 1 for one in edits)
    assert not done.assets[Slot.parse("scene-02-image")].is_video


def test_footage_that_is_found_is_not_held_up_by_reference_images(pipeline_with: Make, stub: ProviderStub) -> None:
    scene = {**SCENE, "characters": ["Mira"]}
    plan = RenderPlan.parse(
        {
            **BASE,
            "footage": "stock",
            "characters": [{"name": "Mira", "look": "a girl in a red dress"}],
            "scenes": [scene, {**scene, "image_prompt": "a hill"}],
        }
    )
    done = pipeline_with().run_plan(plan)
    assert all(done.assets[Slot.parse(f"scene-0{i}-image")].is_video for i in range(2))
    assert not stub.list_billed("openai")


@pytest.mark.parametrize(
    ("variables", "voice", "named"),
    [
        ({}, "elevenlabs/abc123", "abc123"),
        ({}, "F", "EXAVITQu4vr4xnSDxMaL"),
        ({"NARRATORS": "openai"}, "openai/ash", "ash"),
        ({"NARRATORS": "openai"}, "M", "onyx"),
    ],
)
def test_provenance_names_the_voice(pipeline_with: Make, variables: dict[str, str], voice: str, named: str) -> None:
    done = pipeline_with(**variables).run_plan(RenderPlan.parse({**BASE, "voice": voice}))
    asset_facts = build_manifest(done, Account())["assets"][0]
    assert (asset_facts["kind"], asset_facts["voice"]) == ("narration", named)


def test_provenance_of_a_clip_names_its_style_and_first_frame(
    pipeline_with: Make, stub: ProviderStub, tmp_path: Path
) -> None:
    pipeline = pipeline_with(GEMINI_PROJECT="p", GEMINI_LOCATION="l")
    done = pipeline.run_plan(RenderPlan.parse({**BASE, "style": "ink", "footage": "generated"}))
    asset_facts = next(asset for asset in build_manifest(done, Account())["assets"] if asset["kind"] == "image")
    assert (asset_facts["model"], asset_facts["style"]) == ("veo-3.1-fast-generate-001", "ink")
    still = next(request for request in stub.list_billed("openai") if request.path == "/v1/images/generations")
    assert still.body["prompt"].endswith("Style: ink")
    blobs = [p.read_bytes() for p in (tmp_path / "blobs" / "assets").iterdir() if p.suffix == ".png"]
    assert asset_facts["first_frame"] in {hashlib.sha256(data).hexdigest() for data in blobs}


def asset(provider: str, *fallbacks: tuple[str, str]) -> Asset:
    missed = tuple(Fallback(provider=name, reason=reason) for name, reason in fallbacks)
    return Asset(key="k", kind="image", blob="b", sha256="s", size=1, provider=provider, fallbacks=missed)


def test_stand_ins_name_a_slot_once_and_every_reason() -> None:
    assets = {
        Slot.parse("scene-00-image"): asset("b/1", ("a", "it was down"), ("a", "its model is gone")),
        Slot.parse("scene-01-image"): asset("b/1", ("a", "it was down")),
        Slot.parse("scene-02-image"): asset("b/1", ("a", "no credit")),
        MUSIC: asset("c/1", ("a", "it was down")),
    }
    assert summarize_fallbacks(assets) == [
        "scene 1, image, scene 2, image, scene 3, image by b/1, for a: it was down; its model is gone; no credit",
        "music by c/1, for a: it was down",
    ]


@pytest.mark.parametrize(("slot", "kind"), [("scene-00-narration", "tts"), ("scene-00-image", "images")])
def test_the_step_that_failed_is_the_one_that_is_named(
    pipeline_with: Make, stub: ProviderStub, slot: str, kind: str
) -> None:
    provider = "elevenlabs" if kind == "tts" else "openai"
    stub.always(provider, "bad request")
    done = pipeline_with().run_plan(RenderPlan.parse({**BASE, "strict": True}))
    assert done.state is JobState.FAILED
    asset_facts = describe_status(done, {}, Account(), base="").model_dump(mode="json")
    assert asset_facts["step"] == kind
    assert [step["name"] for step in asset_facts["steps"] if step["state"] == "error"] == [kind]


def test_a_failed_translator_is_not_reported_as_missing(pipeline_with: Make, stub: ProviderStub) -> None:
    for provider in ("openai", "gemini"):
        stub.always(provider, "bad request")
    pipeline = pipeline_with()
    plan = RenderPlan.parse({**BASE, "subtitle_languages": ["en", "hi"]})
    (note,) = [note for note in pipeline.run_plan(plan).notices if "captions are left out" in note]
    assert "Hindi captions are left out: openai" in note
    assert "could not translate the narration" in note
    assert "no translator is set up" not in note


def test_a_refused_prompt_is_not_to_be_retried(pipeline_with: Make, stub: ProviderStub) -> None:
    stub.always("openai", "refusal")
    stub.always("gemini", "refusal")
    pipeline = pipeline_with()
    done = pipeline.run_plan(RenderPlan.parse({**BASE, "strict": True}))
    assert done.error
    assert done.error.advice == "say it in other words in a new job: the plan of this one is fixed"
