"""A character of several images is drawn once as a reference image, and the provider gets it with each request."""

import base64
from pathlib import Path
from typing import Any

import pytest

from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.billing.ledger import job_account
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.jobs.cost import describe_cost
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.provenance import build_manifest
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.timeline_builder import build_timeline
from sutradhar.pipeline.billing.accounts import read_account
from tests.providers.billing_harness import MIRA, BillingHarness
from tests.providers.pipeline_harness import PipelineHarness, prompt_of
from tests.providers.server import ProviderStub


def scene(what: str, *names: str) -> dict[str, Any]:
    return {"image_prompt": what, "duration_sec": 2, "characters": names}


BODY = {
    "title": "Mira",
    "language": "en",
    "subtitle_languages": ["en"],
    "music": {"enabled": False},
    "style": "ink",
    "render": {"mode": "PROXY"},
    "characters": [
        {"name": "Mira", "look": "a girl of ten in a red dress"},
        {"name": "Ravi", "look": "an old man with a stick"},
    ],
    "scenes": [scene("a river", "Mira"), scene("a bridge", "Mira", "Ravi"), scene("the sea")],
}
PLAN = RenderPlan.parse(BODY)


def make_video(pipeline: PipelineHarness, plan: RenderPlan = PLAN) -> Job:
    done = pipeline.run_plan(plan)
    assert done.state is JobState.SUCCEEDED, done.error
    return done


def test_openai_gets_the_reference_images_and_bills_them(billing: BillingHarness) -> None:
    billing.buy("openai images with references")
    (request,) = billing.stub.calls("openai")
    assert (request.path, request.raw.count(MIRA)) == ("/v1/images/edits", 2)
    (charge,) = billing.account().charges.values()
    assert charge.units["input_image_tokens"] == 2 * 4400


def test_gemini_gets_the_reference_images(billing: BillingHarness) -> None:
    billing.buy("gemini images with references")
    parts = billing.stub.calls("gemini")[0].body["contents"][0]["parts"]
    assert [base64.urlsafe_b64decode(part["inlineData"]["data"]) for part in parts[:2]] == [MIRA, MIRA]
    assert parts[2]["text"] == "Mira by a river\nStyle: ink"


def test_a_recurring_character_gets_a_reference_image_and_another_a_description(
    pipeline: PipelineHarness, stub: ProviderStub
) -> None:
    done = make_video(pipeline)
    assert [str(r.slot) for r in done.requests] == ["character-0", "scene-00-image", "scene-01-image", "scene-02-image"]
    prompts = [prompt_of(request) for request in done.requests]
    assert prompts[0].startswith("Mira: a girl of ten in a red dress. One figure")
    assert prompts[2] == "a bridge. Mira: a girl of ten in a red dress. Ravi: an old man with a stick"
    assert prompts[3] == "the sea"
    sheet = pipeline.services.blobs.get(done.assets[Slot.parse("character-0")].blob)
    assert [(call.path.rpartition("/")[2], call.raw.count(sheet)) for call in stub.list_billed("openai")] == [
        ("generations", 0),
        ("edits", 1),
        ("edits", 1),
        ("generations", 0),
    ]
    assert len(build_timeline(done.plan or PLAN, done.assets).clips) == 3
    account = read_account(pipeline.backend.records, job_account(done.id))
    cost = describe_cost(done, account).model_dump(mode="json")
    assert cost["estimated_usd"] == pytest.approx(cost["actual_usd"], rel=0.2)
    assert build_manifest(done, account)["assets"][0]["slot"] == "character-0"


def test_another_look_redraws_all_images_of_the_character(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    make_video(pipeline)
    before = len(stub.list_billed("openai"))
    other = [PLAN.characters[0].evolve(look="a girl of ten in a blue dress"), PLAN.characters[1]]
    make_video(pipeline, PLAN.evolve(characters=tuple(other)))
    assert len(stub.list_billed("openai")) == before + 3  # the sea is the same
    make_video(pipeline)
    assert len(stub.list_billed("openai")) == before + 3


def test_a_fallback_image_is_no_reference(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    stub.before = lambda call: setattr(call, "fault", "bad request") if b"One figure" in call.raw else None
    done = make_video(pipeline)
    assert done.assets[Slot.parse("character-0")].provider != "openai/gpt-image-2.6-flare-medium"
    image = done.assets[Slot.parse("scene-01-image")]
    assert image.provider == "openai/gpt-image-2.6-flare-medium"
    assert "did not draw the reference image, so there is none: " in image.fallbacks[0].reason
    assert not [call for call in stub.calls("openai") if call.path == "/v1/images/edits"]
    assert done.assets[Slot.parse("scene-02-image")].fallbacks == ()
    # the next video tries again
    stub.before = lambda _call: None
    assert make_video(pipeline).assets[Slot.parse("scene-01-image")].fallbacks == ()


def test_a_reference_by_another_provider_serves_the_video_that_it_was_drawn_for(
    pipeline: PipelineHarness, stub: ProviderStub
) -> None:
    stub.always("openai", "bad request")
    done = make_video(pipeline)
    assert done.assets[Slot.parse("character-0")].provider == "gemini/gemini-3.1-flash-image"
    sheet = base64.b64encode(pipeline.services.blobs.get(done.assets[Slot.parse("character-0")].blob)).rstrip(b"=")
    plain = [call.raw.replace(b"-", b"+").replace(b"_", b"/") for call in stub.list_billed("gemini")]
    assert [raw.count(sheet) for raw in plain] == [0, 1, 1, 0]
    reasons = str(done.assets[Slot.parse("scene-01-image")].fallbacks)
    assert "did not draw the reference image, which another provider drew: " in reasons


def test_a_library_search_leaves_out_the_characters(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    done = make_video(pipeline, RenderPlan.parse({**BODY, "footage": "stock"}))
    assert done.assets[Slot.parse("scene-01-image")].provenance
    assert [call.query["query"] for call in stub.calls("pexels") if "query" in call.query][1] == "bridge"


def test_a_provider_without_references_draws_no_reference_image(tmp_path: Path) -> None:
    pipeline = PipelineHarness({"SUTRADHAR_HOME": str(tmp_path)})
    assert str(make_video(pipeline).requests[0].slot) == "scene-00-image"
    pipeline.close()


def test_a_script_is_about_the_characters_of_the_plan(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    asha = {"name": "Asha", "look": "a girl of twelve in a green coat"}
    done = make_video(pipeline, RenderPlan.parse({"topic": "A river", "length_sec": 20, "characters": [asha]}))
    assert (
        "\nAsha: a girl of twelve in a green coat"
        in next(call for call in stub.calls("openai") if call.method == "POST").body["input"]
    )
    assert done.plan
    # a character that the script adds looks the same in all scenes, too
    assert [one.name for one in done.plan.characters] == ["Asha", "Mira"]
    assert {scene.characters for scene in done.plan.scenes} == {("Asha", "Mira")}
    assert [str(request.slot) for request in done.requests[:2]] == ["character-0", "character-1"]
    assert not [note for note in done.notices if "shown in no scene" in note]


def test_a_notice_names_each_character_that_no_scene_shows(tmp_path: Path) -> None:
    pipeline = PipelineHarness({"SUTRADHAR_HOME": str(tmp_path)})
    done = make_video(pipeline, PLAN.evolve(scenes=PLAN.scenes[2:]))
    pipeline.close()
    assert [note.partition(" ")[0] for note in done.notices if "shown in no scene" in note] == ["Mira", "Ravi"]


def test_a_scene_with_an_unknown_character_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="a scene shows 'Leela', who is not among the characters"):
        RenderPlan.parse({**BODY, "scenes": [scene("a river", "Leela")]})
    with pytest.raises(InvalidRequest, match="a scene shows 'Mira' twice"):
        RenderPlan.parse({**BODY, "scenes": [scene("a river", "Mira", "Mira")]})
    with pytest.raises(InvalidRequest, match="a name twice"):
        RenderPlan.parse({**BODY, "characters": [BODY["characters"][0], BODY["characters"][0]]})  # type: ignore[index]
