"""Who is seen in more than one picture is drawn once, and the vendor goes by that."""

import base64
from pathlib import Path
from typing import Any

import pytest

from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.billing.ledger import job_account
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_status import describe_cost
from sutradhar.domain.jobs.provenance import build_manifest
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.timeline_builder import build_timeline
from sutradhar.pipeline.billing.accounts import read_account
from sutradhar.pipeline.submit import submit
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


def film(pipeline: PipelineHarness, plan: RenderPlan = PLAN) -> Job:
    job, _ = submit(pipeline.services, plan)
    pipeline.work()
    done = pipeline.job(job.id)
    assert done.state is JobState.SUCCEEDED, done.error
    return done


def test_openai_is_shown_who_it_is_and_that_has_a_price(billing: BillingHarness) -> None:
    billing.buy("openai images with references")
    (asked,) = billing.stub.calls("openai")
    assert (asked.path, asked.raw.count(MIRA)) == ("/v1/images/edits", 2)
    (charge,) = billing.account().charges.values()
    assert charge.units["input_image_tokens"] == 2 * 4400


def test_gemini_is_shown_who_it_is(billing: BillingHarness) -> None:
    billing.buy("gemini images with references")
    parts = billing.stub.calls("gemini")[0].body["contents"][0]["parts"]
    assert [base64.urlsafe_b64decode(part["inlineData"]["data"]) for part in parts[:2]] == [MIRA, MIRA]
    assert parts[2]["text"] == "Mira by a river\nStyle: ink"


def test_who_comes_again_is_drawn_for_reference_and_who_does_not_is_described(
    pipeline: PipelineHarness, stub: ProviderStub
) -> None:
    done = film(pipeline)
    assert [str(r.slot) for r in done.requests] == ["character-0", "scene-00-image", "scene-01-image", "scene-02-image"]
    prompts = [prompt_of(request) for request in done.requests]
    assert prompts[0].startswith("Mira: a girl of ten in a red dress. One figure")
    assert prompts[2] == "a bridge. Mira: a girl of ten in a red dress. Ravi: an old man with a stick"
    assert prompts[3] == "the sea"
    sheet = pipeline.services.blobs.get(done.assets[Slot.parse("character-0")].blob)
    assert [(seen.path.rpartition("/")[2], seen.raw.count(sheet)) for seen in stub.list_billed("openai")] == [
        ("generations", 0),
        ("edits", 1),
        ("edits", 1),
        ("generations", 0),
    ]
    assert len(build_timeline(done.plan or PLAN, done.assets).clips) == 3
    paid = read_account(pipeline.backend.records, job_account(done.id))
    found = describe_cost(done, paid)
    assert found["estimated_usd"] == pytest.approx(found["actual_usd"], rel=0.2)
    assert build_manifest(done, paid)["assets"][0]["slot"] == "character-0"


def test_another_look_is_another_picture_of_all_who_have_it(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    film(pipeline)
    before = len(stub.list_billed("openai"))
    other = [PLAN.characters[0].evolve(look="a girl of ten in a blue dress"), PLAN.characters[1]]
    film(pipeline, PLAN.evolve(characters=tuple(other)))
    assert len(stub.list_billed("openai")) == before + 3  # the sea is the same
    film(pipeline)
    assert len(stub.list_billed("openai")) == before + 3


def test_a_stand_in_is_nobody_to_go_by(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    stub.before = lambda seen: setattr(seen, "fault", "bad request") if b"One figure" in seen.raw else None
    done = film(pipeline)
    assert done.assets[Slot.parse("character-0")].provider != "openai/gpt-image-2.6-flare-medium"
    picture = done.assets[Slot.parse("scene-01-image")]
    assert picture.provider == "openai/gpt-image-2.6-flare-medium"
    assert "did not draw the reference image, so there is none: " in picture.fallbacks[0].reason
    assert not [seen for seen in stub.calls("openai") if seen.path == "/v1/images/edits"]
    assert done.assets[Slot.parse("scene-02-image")].fallbacks == ()
    # the next film tries again
    stub.before = lambda _seen: None
    assert film(pipeline).assets[Slot.parse("scene-01-image")].fallbacks == ()


def test_another_vendors_picture_is_gone_by_in_the_film_it_was_drawn_for(
    pipeline: PipelineHarness, stub: ProviderStub
) -> None:
    stub.always("openai", "bad request")
    done = film(pipeline)
    assert done.assets[Slot.parse("character-0")].provider == "gemini/gemini-3.1-flash-image"
    sheet = base64.b64encode(pipeline.services.blobs.get(done.assets[Slot.parse("character-0")].blob)).rstrip(b"=")
    plain = [seen.raw.replace(b"-", b"+").replace(b"_", b"/") for seen in stub.list_billed("gemini")]
    assert [raw.count(sheet) for raw in plain] == [0, 1, 1, 0]
    reasons = str(done.assets[Slot.parse("scene-01-image")].fallbacks)
    assert "did not draw the reference image, which another provider drew: " in reasons


def test_a_library_is_searched_for_what_is_seen_and_not_for_who(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    done = film(pipeline, RenderPlan.parse({**BODY, "footage": "stock"}))
    assert done.assets[Slot.parse("scene-01-image")].provenance
    assert [seen.query["query"] for seen in stub.calls("pexels") if "query" in seen.query][1] == "bridge"


def test_who_cannot_go_by_a_picture_is_not_asked_for_one(tmp_path: Path) -> None:
    pipeline = PipelineHarness({"SUTRADHAR_HOME": str(tmp_path)})
    assert str(film(pipeline).requests[0].slot) == "scene-00-image"
    pipeline.close()


def test_a_script_is_written_about_those_who_are_given(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    asha = {"name": "Asha", "look": "a girl of twelve in a green coat"}
    done = film(pipeline, RenderPlan.parse({"topic": "A river", "length_sec": 20, "characters": [asha]}))
    assert (
        "\nAsha: a girl of twelve in a green coat"
        in next(seen for seen in stub.calls("openai") if seen.method == "POST").body["input"]
    )
    assert done.plan
    # whom the script adds looks the same everywhere, too
    assert [one.name for one in done.plan.characters] == ["Asha", "Mira"]
    assert {scene.characters for scene in done.plan.scenes} == {("Asha", "Mira")}
    assert [str(request.slot) for request in done.requests[:2]] == ["character-0", "character-1"]
    assert not [note for note in done.notices if "shown in no scene" in note]


def test_who_is_shown_in_no_scene_is_told(tmp_path: Path) -> None:
    pipeline = PipelineHarness({"SUTRADHAR_HOME": str(tmp_path)})
    done = film(pipeline, PLAN.evolve(scenes=PLAN.scenes[2:]))
    pipeline.close()
    assert [note.partition(" ")[0] for note in done.notices if "shown in no scene" in note] == ["Mira", "Ravi"]


def test_a_plan_shows_nobody_unknown() -> None:
    with pytest.raises(InvalidRequest, match="a scene shows 'Leela', who is not among the characters"):
        RenderPlan.parse({**BODY, "scenes": [scene("a river", "Leela")]})
    with pytest.raises(InvalidRequest, match="a scene shows 'Mira' twice"):
        RenderPlan.parse({**BODY, "scenes": [scene("a river", "Mira", "Mira")]})
    with pytest.raises(InvalidRequest, match="a name twice"):
        RenderPlan.parse({**BODY, "characters": [BODY["characters"][0], BODY["characters"][0]]})  # type: ignore[index]
