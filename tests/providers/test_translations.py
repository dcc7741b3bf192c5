"""Plans are translated once by the planners' models, with their glossary, and lines are fitted to their scenes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sutradhar.domain.core.errors import BudgetExceeded, InvalidRequest, ProviderError
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.speech_duration import estimate_speech_sec
from sutradhar.domain.plan.translated_plan import find_room, list_translated_languages, make_request
from sutradhar.domain.plan.translation import TranslatedTexts, TranslationRequest
from sutradhar.pipeline.billing.context import BillingContext
from sutradhar.pipeline.dry_run import try_plan
from sutradhar.pipeline.estimate import estimate
from sutradhar.pipeline.plan import plan as write_plan
from sutradhar.pipeline.submit import submit
from sutradhar.pipeline.translations import translate_draft, translate_plan
from sutradhar.ports.translation import TranslationResult
from tests.fake_providers import NoTranslator
from tests.fakes import do_nothing
from tests.providers.billing_harness import BillingHarness
from tests.providers.pipeline_harness import PipelineHarness
from tests.providers.server import ProviderStub, RecordedCall

NARRATION = "The river runs slowly through the old quiet town."
BODY: dict[str, Any] = {
    "title": "The River",
    "description": "A river and a town.",
    "tags": ["river"],
    "scenes": [
        {"narration": NARRATION, "image_prompt": "a river", "title": {"text": "One river", "subtext": "1954"}},
        {"image_prompt": "a town", "duration_sec": 3},
    ],
    "languages": ["en", "fr", "mr"],
    "subtitle_languages": ["en", "fr", "mr", "hi"],
}
REQUEST = TranslationRequest(source="en", target="fr", narrations=(NARRATION, ""), seconds=(3.0, 3.0), phrases=("Hi",))


def calls_of(stub: ProviderStub, provider: str = "openai") -> list[dict[str, Any]]:
    """Return the texts of each request for a translation."""
    bodies = [call.body for call in stub.calls(provider) if call.path.endswith("/responses")]
    return [json.JSONDecoder().raw_decode(body["input"])[0] for body in bodies if body["input"].startswith("{")]


def plan_job(pipeline: PipelineHarness, body: dict[str, Any]) -> Job:
    """Return a new job for ``body`` with its plan written."""
    job, _ = submit(pipeline.services, RenderPlan.parse(body))
    write_plan(pipeline.services, job.pending_messages()[0])  # type: ignore[arg-type]
    return pipeline.job(job.id)


@pytest.mark.parametrize("planner", ["openai planner", "gemini planner"])
def test_both_models_translate_and_are_paid(billing: BillingHarness, planner: str) -> None:
    from sutradhar.providers.hosted.llm_translator import ModelTranslator

    gate = billing.gate.bill_to(BillingContext("job-1", "translation-fr"))
    translator = ModelTranslator(billing.adapter(planner, gate))
    quote = billing.gate.quote(translator.usage(REQUEST))
    result = translator.translate(REQUEST)
    assert result.texts.narrations[0].startswith("la rivière")
    assert (len(result.texts.narrations), result.texts.narrations[1], len(result.texts.phrases)) == (2, "", 1)
    (charge,) = billing.account().charges.values()
    assert (charge.slot, charge.reserved, charge.outcome) == ("translation-fr", quote.max, "settled")
    assert 0 < charge.spent <= quote.max


def test_an_answer_that_does_not_fit_is_asked_for_once_more(billing: BillingHarness) -> None:
    from sutradhar.providers.hosted.llm_translator import ModelTranslator

    gate = billing.gate.bill_to(BillingContext("job-1", "translation-ta"))
    planner = billing.adapter("openai planner", gate)
    answers = [
        {"narrations": [], "phrases": ["x"]},
        {"narrations": [NARRATION], "phrases": ["Hi"]},
    ]
    asked: list[str] = []

    def ask_model(_instructions: str, text: str, _schema: object, _usage: object) -> tuple[Any, str]:
        asked.append(text)
        return answers[len(asked) - 1], "id"

    planner.ask_model = ask_model
    with pytest.raises(ProviderError, match=r"narration 1 is not translated into Tamil"):
        ModelTranslator(planner).translate(REQUEST.evolve(target="ta"))
    assert "it must have 1 narrations and has 0" in asked[1]


def test_a_translation_in_another_script_is_refused() -> None:
    from sutradhar.providers.hosted.translation import Translation, build_prompt, find_fault

    request = REQUEST.evolve(target="ta", phrases=())
    prompt = build_prompt(request)
    assert "Tamil, in the Tamil script" in find_fault(request, prompt, Translation(narrations=["नदी"], phrases=[]))
    assert not find_fault(request, prompt, Translation(narrations=["ஆறு மெதுவாக Ganga"], phrases=[]))


def test_each_language_takes_one_call_and_a_repeat_none(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    body = {**BODY, "glossary": {"river": {"fr": "Fleuve", "mr": "सरिता"}}}
    job = plan_job(pipeline, body)
    assert job.plan
    scene, silent = job.plan.scenes
    assert scene.translations["fr"].startswith("Fleuve")
    assert scene.translations["mr"].startswith("सरिता")
    assert set(scene.translations) == {"fr", "mr", "hi"}
    assert not silent.translations
    assert scene.title
    assert set(scene.title.translations) == {"fr", "mr"}, "only a video of its own shows other words"
    assert scene.title.choose_words("fr").text.startswith("la")
    assert set(job.plan.localizations) == {"fr", "mr", "hi"}
    french = job.plan.localizations["fr"]
    assert french.title
    assert french.description
    assert french.tags
    count = len(calls_of(stub))
    assert count == 3 + sum(len(one["narrations"]) == 1 and "longest" in one["narrations"][0] for one in calls_of(stub))
    again = plan_job(pipeline, {**body, "seed": 7})
    assert again.plan
    assert again.plan.scenes[0].translations == scene.translations
    assert len(calls_of(stub)) == count


def test_plans_of_one_language_ask_for_nothing_new(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    plan_job(pipeline, {"topic": "A river", "length_sec": 20})
    assert not calls_of(stub)


def test_a_script_in_several_languages_is_written_in_the_first(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    job = plan_job(pipeline, {"topic": "A river", "length_sec": 20, "languages": ["en", "fr"]})
    assert job.plan
    assert all(set(scene.translations) == {"fr"} for scene in job.plan.scenes)
    assert all(scene.translations["fr"].startswith("la rivière") for scene in job.plan.scenes)
    assert not list(pipeline.services.blobs.list(f"jobs/{job.id}/script")), "it is not needed any more"


def test_a_translation_that_fails_does_not_cost_the_script_again(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    job, _ = submit(pipeline.services, RenderPlan.parse({"topic": "A river", "length_sec": 20, "languages": "en, fr"}))
    (message,) = job.pending_messages()
    stub.always("gemini", "bad request")

    def refuse_translations(request: RecordedCall) -> None:
        if request.path.endswith("/responses") and request.body["input"].startswith("{"):  # a translation
            request.fault = "bad request"

    stub.before = refuse_translations
    with pytest.raises(ProviderError, match="Invalid value"):
        write_plan(pipeline.services, message)  # type: ignore[arg-type]
    stub.before = do_nothing
    write_plan(pipeline.services, message)  # type: ignore[arg-type]
    assert pipeline.job(job.id).state is JobState.PRODUCING
    scripts = [c for c in stub.calls("openai") if c.path.endswith("/responses") and not c.body["input"].startswith("{")]
    assert len(scripts) == 1


def test_a_caption_that_cannot_be_translated_is_left_out_and_a_narration_fails(
    pipeline: PipelineHarness, stub: ProviderStub
) -> None:
    for provider in ("openai", "gemini"):
        stub.always(provider, "bad request")
    captions = {"title": "T", "scenes": BODY["scenes"], "subtitle_languages": ["en", "fr"]}
    job = plan_job(pipeline, captions)
    (notice,) = [one for one in job.notices if "captions are left out" in one]
    assert notice.startswith("French captions are left out: openai")
    with pytest.raises(ProviderError, match="Invalid value"):
        plan_job(pipeline, BODY)


class ScriptedTranslator(NoTranslator):
    """A translator whose translations are as long as a test says."""

    available = True

    def __init__(self, narrate: Callable[[TranslationRequest], str]) -> None:
        self.requests: list[TranslationRequest] = []
        self._narrate = narrate

    def translate(self, request: TranslationRequest) -> TranslationResult:  # type: ignore[override]
        self.requests.append(request)
        texts = tuple(self._narrate(request) if one else "" for one in request.narrations)
        return TranslationResult(TranslatedTexts(narrations=texts, phrases=request.phrases), "fake")


def test_a_line_that_is_too_long_is_reworded_once_and_then_the_scene_stretches(pipeline: PipelineHarness) -> None:
    plan = RenderPlan.parse({**BODY, "languages": ["en", "fr"], "subtitle_languages": ["en"]})
    long, shorter = "la rivière coule doucement " * 8, "la rivière coule doucement " * 6
    translator = ScriptedTranslator(lambda one: shorter if one.too_long else long)
    done = translate_plan(pipeline.services, plan, lambda _language: translator, "job")
    first, second = translator.requests
    assert (first.too_long, second.too_long) == ((), (0,))
    assert second.previous[0] == long
    assert done.plan.scenes[0].translations["fr"] == shorter
    (notice,) = done.notices
    extra = estimate_speech_sec(shorter, "fr") - find_room(plan, plan.scenes[0])
    assert f"scene 1 is about {extra:.1f} s longer in French" in notice


def test_a_line_that_fits_is_asked_for_once(pipeline: PipelineHarness) -> None:
    plan = RenderPlan.parse({**BODY, "languages": ["en", "fr"], "subtitle_languages": ["en"]})
    translator = ScriptedTranslator(lambda _one: "La rivière coule.")
    done = translate_plan(pipeline.services, plan, lambda _language: translator, "job")
    assert (len(translator.requests), done.notices) == (1, ())


def test_a_call_that_found_the_budget_reserved_is_made_after_the_others(pipeline: PipelineHarness) -> None:
    refused: list[str] = []

    def translate(request: TranslationRequest) -> str:
        if request.target == "mr" and not refused:
            refused.append(request.target)
            raise BudgetExceeded("it is reserved", provider="openai")
        return "La rivière." if request.target == "fr" else "नदी वाहते."

    plan = RenderPlan.parse({**BODY, "subtitle_languages": ["en"]})
    translator = ScriptedTranslator(translate)
    done = translate_plan(pipeline.services, plan, lambda _language: translator, "job")
    assert set(done.plan.scenes[0].translations) == {"fr", "mr"}
    assert sorted(one.target for one in translator.requests) == ["fr", "mr", "mr"]


def test_a_word_of_the_glossary_that_is_not_used_is_told(pipeline: PipelineHarness) -> None:
    glossary = {"river": {"fr": "Fleuve"}, "Town": {"fr": "bourgade"}, "sea": {"fr": "océan"}}
    plan = RenderPlan.parse({**BODY, "languages": ["en", "fr"], "subtitle_languages": ["en"], "glossary": glossary})
    translator = ScriptedTranslator(lambda _one: "La rivière traverse les bourgades.")
    done = translate_plan(pipeline.services, plan, lambda _language: translator, "job")
    assert translator.requests[0].glossary == {"river": "Fleuve", "Town": "bourgade", "sea": "océan"}
    assert done.notices == ("the French narration of scene 1 lacks the glossary's word for 'river'",)


def test_given_translations_stay_and_only_the_rest_is_asked_for() -> None:
    scenes = [
        {**BODY["scenes"][0], "translations": {"fr": "Une rivière."}},
        {"narration": "A town.", "image_prompt": "x"},
    ]
    body = {**BODY, "scenes": scenes, "localizations": {"fr": {"title": "La rivière"}}}
    plan = RenderPlan.parse(body)
    request = make_request(plan, "fr")
    assert request
    assert request.narrations == ("", "A town.")
    assert request.phrases == ("A river and a town.", "river", "One river", "1954")
    assert list_translated_languages(plan) == ["fr", "mr", "hi"]


def test_without_a_translator_other_languages_are_refused_before_money_is_spent(tmp_path: Path) -> None:
    offline = PipelineHarness({"SUTRADHAR_HOME": str(tmp_path / "bare")})
    with pytest.raises(InvalidRequest, match="languages: the narration has no translation into French, Marathi"):
        submit(offline.services, RenderPlan.parse(BODY))
    topic = RenderPlan.parse({"topic": "A river", "languages": ["en", "fr"], "length_sec": 10})
    with pytest.raises(InvalidRequest, match="languages: the narration has no translation into French"):
        submit(offline.services, topic)
    offline.close()


def test_words_around_the_video_that_nothing_translates_are_told(tmp_path: Path) -> None:
    offline = PipelineHarness({"SUTRADHAR_HOME": str(tmp_path / "bare")})
    scenes = [{"narration": "A town.", "image_prompt": "x", "translations": {"fr": "Une ville."}}]
    body = {**BODY, "scenes": scenes, "languages": ["en", "fr"], "subtitle_languages": ["en", "fr"]}
    job = plan_job(offline, body)
    draft = translate_draft(offline.services, RenderPlan.parse({**BODY, "languages": ["en", "mr"]}))
    tried = try_plan(offline.services, RenderPlan.parse({"topic": "A river", "languages": ["en", "fr"]}))
    offline.close()
    (notice,) = [one for one in job.notices if "stay as they are in French" in one]
    assert "give localizations" in notice
    assert "no translation into Marathi" in draft.notices[0]
    assert [problem.path for problem in tried.problems] == ["languages"]


def test_the_estimate_tells_the_price_of_each_translation(pipeline: PipelineHarness) -> None:
    plan = RenderPlan.parse({**BODY, "music": {"enabled": False}})
    one = RenderPlan.parse({**BODY, "music": {"enabled": False}, "languages": ["en"], "subtitle_languages": ["en"]})
    several, single = (estimate(pipeline.services, each).lines for each in (plan, one))
    assert len([line for line in several if str(line.slot) == "plan"]) == 3
    assert not [line for line in single if str(line.slot) == "plan"]
