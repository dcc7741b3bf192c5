"""Before a job pays, it reports a model that is gone or ends soon. Another model replaces it unless it is strict."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from sutradhar.bootstrap import providers
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.billing.ledger import Charge, job_account
from sutradhar.domain.billing.model_table import ModelTable
from sutradhar.domain.core.errors import InvalidRequest, ProviderError
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.billing.accounts import read_account
from sutradhar.pipeline.billing.context import BillingContext
from sutradhar.pipeline.submit import submit
from sutradhar.providers import catalog, registry
from tests.providers import elevenlabs_stub, gemini_stub, openai_stub
from tests.providers.pipeline_harness import PipelineHarness, environment
from tests.providers.server import ProviderStub

Make = Callable[..., PipelineHarness]
TOKENS = "input_tokens=1/1M,input_image_tokens=1/1M,output_tokens=1/1M,seconds=0.01,characters=1/1K"
PLAN = RenderPlan.parse(
    {
        "title": "Water",
        "language": "en",
        "subtitle_languages": ["en"],
        "render": {"mode": "PROXY"},
        "scenes": [{"narration": "A river runs.", "image_prompt": "a river"}],
    }
)
VOICE = f"openai/gpt-voice:seconds=0.015/60;openai/gpt-image-1:{TOKENS}"
TOPIC_PLAN = RenderPlan.parse({"topic": "A river", "length_sec": 15, "render": {"mode": "PROXY"}})


@pytest.fixture
def pipeline_with(stub: ProviderStub, tmp_path: Path) -> Iterator[Make]:
    harnesses: list[PipelineHarness] = []

    def make(**variables: str) -> PipelineHarness:
        prices = f"openai/gone-1:{TOKENS};gemini/gone-1:{TOKENS};elevenlabs/gone-1:{TOKENS};openai/gpt-dying:{TOKENS}"
        harnesses.append(
            PipelineHarness({**environment(stub, tmp_path), **variables, "MODEL_PRICES": f"{prices};{VOICE}"})
        )
        return harnesses[-1]

    yield make
    for one in harnesses:
        one.close()


def count_billed(stub: ProviderStub) -> int:
    return sum(len(stub.list_billed(provider)) for provider in ("openai", "gemini", "elevenlabs"))


@contextmanager
def watch_money(stub: ProviderStub) -> Iterator[list[int]]:
    """Record the billed amount at each free question about a model."""
    amounts: list[int] = []
    stub.before = lambda one: (
        amounts.append(count_billed(stub)) if one.method == "GET" and "models" in one.path else None
    )
    yield amounts


@pytest.mark.parametrize(
    ("variables", "plan", "slot", "provider"),
    [
        ({"OPENAI_IMAGE_MODEL": "gone-1"}, PLAN, "scene-00-image", "openai/gpt-image-2.6-flare-medium"),
        ({"ELEVENLABS_VOICE_MODEL": "gone-1"}, PLAN, "scene-00-narration", "elevenlabs/eleven_multilingual_v2"),
        (
            {"GEMINI_IMAGE_MODEL": "gone-1", "IMAGE_GENERATORS": "gemini"},
            PLAN,
            "scene-00-image",
            "gemini/gemini-3.1-flash-image",
        ),
        ({"OPENAI_IMAGE_MODEL": "gpt-image-1"}, PLAN, "scene-00-image", "openai/gpt-image-2.6-flare-medium"),
    ],
)
def test_another_model_stands_in_for_one_that_is_gone(
    pipeline_with: Make, stub: ProviderStub, variables: dict[str, str], plan: RenderPlan, slot: str, provider: str
) -> None:
    with watch_money(stub) as spent:
        done = pipeline_with(**variables).run_plan(plan)
    assert done.state is JobState.SUCCEEDED, done.error
    assert done.assets[Slot.parse(slot)].provider == provider
    (missed,) = done.assets[Slot.parse(slot)].fallbacks
    assert "has no model gone-1" in missed.reason or "gpt-image-1 was shut down on 2026-10-23" in missed.reason
    (notice,) = [note for note in done.notices if "another model replaces it" in note]
    assert "gone-1" in notice or "set OPENAI_IMAGE_MODEL=gpt-image-2.6-flare" in notice
    assert spent
    assert set(spent) == {0}, "models are looked at before anything is paid for"
    # no request was sent to a model that is known to be gone
    assert not [request for request in stub.calls("openai") if request.method == "POST" and b"gone-1" in request.raw]


def test_another_model_writes_the_script(pipeline_with: Make, stub: ProviderStub) -> None:
    done = pipeline_with(OPENAI_PLANNER_MODEL="gone-1").run_plan(TOPIC_PLAN)
    assert done.state is JobState.SUCCEEDED, done.error
    assert [request.body["model"] for request in stub.list_billed("openai") if request.path == "/v1/responses"] == [
        "gpt-6.1-terra"
    ]
    assert any("the plan was written by openai/gpt-6.1-terra instead of openai" in note for note in done.notices)


@pytest.mark.parametrize(
    ("module", "gone", "slot", "provider"),
    [
        (openai_stub, "gpt-image-2.6-flare", "scene-00-image", "openai/gpt-image-2.6-sunburst-medium"),
        (elevenlabs_stub, "eleven_multilingual_v2", "scene-00-narration", "elevenlabs/eleven_v3"),
    ],
)
def test_each_usual_model_has_a_reserve(
    pipeline_with: Make, monkeypatch: pytest.MonkeyPatch, module: object, gone: str, slot: str, provider: str
) -> None:
    models = module.MODELS  # type: ignore[attr-defined]
    left = {n: can for n, can in models.items() if n != gone} if isinstance(models, dict) else [*models]
    monkeypatch.setattr(module, "MODELS", [n for n in left if n != gone] if isinstance(left, list) else left)
    done = pipeline_with().run_plan(PLAN)
    assert done.assets[Slot.parse(slot)].provider == provider


def test_a_provider_whose_models_are_both_gone_is_followed_by_the_next(
    pipeline_with: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_stub, "MODELS", ("gpt-6.1-terra",))
    done = pipeline_with().run_plan(PLAN)
    assert done.assets[Slot.parse("scene-00-image")].provider == "gemini/gemini-3.1-flash-image"
    assert len(done.assets[Slot.parse("scene-00-image")].fallbacks) == 2


@pytest.mark.parametrize(
    ("variables", "plan"),
    [
        ({"OPENAI_IMAGE_MODEL": "gone-1"}, PLAN),
        ({"ELEVENLABS_VOICE_MODEL": "gone-1"}, PLAN),
        ({"OPENAI_PLANNER_MODEL": "gone-1"}, TOPIC_PLAN),
    ],
)
def test_a_strict_job_fails_before_anything_is_paid_for(
    pipeline_with: Make, stub: ProviderStub, variables: dict[str, str], plan: RenderPlan
) -> None:
    pipeline = pipeline_with(**variables)
    done = pipeline.run_plan(plan.evolve(strict=True))
    assert done.state is JobState.FAILED
    assert done.error
    assert done.error.stage == "planning"
    assert "has no model gone-1 for this account, and strict allows no other" in done.error.cause
    assert "retry the job; or make it without strict" in done.error.advice
    assert count_billed(stub) == 0
    # the provider's answer is known now, so the next job is refused at once
    with pytest.raises(InvalidRequest, match=r"strict: .* has no model gone-1 .*, or leave out strict"):
        submit(pipeline.services, plan.evolve(strict=True, seed=2))


def test_a_strict_job_with_a_model_that_is_over_by_the_table_is_refused(
    pipeline_with: Make, stub: ProviderStub
) -> None:
    pipeline = pipeline_with(OPENAI_IMAGE_MODEL="gpt-image-1")
    with pytest.raises(InvalidRequest, match=r"strict: gpt-image-1 was shut down on 2026-10-23.*gpt-image-2.6-flare"):
        submit(pipeline.services, PLAN.evolve(strict=True))
    assert not stub.calls("openai")


def test_a_model_that_ends_soon_is_noticed_and_used(pipeline_with: Make) -> None:
    done = pipeline_with(OPENAI_PLANNER_MODEL="gpt-dying").run_plan(TOPIC_PLAN)
    assert done.state is JobState.SUCCEEDED
    (notice,) = [note for note in done.notices if "gpt-dying" in note]
    assert f"WILL BE SHUT DOWN on {openai_stub._model('dying')['shutdown_date']}" in notice


def test_the_provider_is_asked_for_its_models_once_for_many_jobs(pipeline_with: Make, stub: ProviderStub) -> None:
    pipeline = pipeline_with()
    for seed in range(3):
        assert pipeline.run_plan(PLAN.evolve(seed=seed)).state is JobState.SUCCEEDED
    asked = [request.path for request in stub.calls("openai") if request.method == "GET"]
    assert asked == ["/v1/models/gpt-image-2.6-flare"]


def test_a_provider_that_does_not_say_holds_up_nothing(pipeline_with: Make, stub: ProviderStub) -> None:
    stub.before = lambda request: setattr(request, "fault", "500" if request.method == "GET" else request.fault)
    done = pipeline_with().run_plan(PLAN.evolve(strict=True))
    assert done.state is JobState.SUCCEEDED, done.error


def test_a_model_that_goes_while_videos_are_made_is_asked_for_once(
    pipeline_with: Make, stub: ProviderStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = pipeline_with(OPENAI_IMAGE_MODEL="gone-1")
    monkeypatch.setattr(openai_stub, "MODELS", (*openai_stub.MODELS, "gone-1"))

    def go(request: object) -> None:
        if getattr(request, "path", "") == "/v1/images/generations":
            monkeypatch.setattr(openai_stub, "MODELS", ("gpt-image-2.6-flare", "gpt-6.1-terra"))

    stub.before = go
    scenes = tuple(PLAN.scenes[0].evolve(image_prompt=f"a river {i}") for i in range(3))
    done = pipeline.run_plan(PLAN.evolve(scenes=scenes))
    assert done.state is JobState.SUCCEEDED
    sent = [request.body["model"] for request in stub.calls("openai") if request.path == "/v1/images/generations"]
    assert sent == ["gone-1", *["gpt-image-2.6-flare"] * 3]
    paid = {
        charge.model for charge in account_of(pipeline, done).values() if charge.spent and charge.provider == "openai"
    }
    assert paid == {"gpt-image-2.6-flare"}


def account_of(pipeline: PipelineHarness, job: Job) -> dict[str, Charge]:
    return dict(read_account(pipeline.backend.records, job_account(job.id)).charges)


def test_a_clip_whose_model_is_gone_is_made_by_the_other(
    stub: ProviderStub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [name for name in gemini_stub.MODELS if name != "veo-3.1-fast-generate-001"]
    monkeypatch.setattr(gemini_stub, "MODELS", left)
    pipeline = PipelineHarness({**environment(stub, tmp_path), "GEMINI_PROJECT": "p", "GEMINI_LOCATION": "l"})
    operation = pipeline.services.providers.clips.start("a river", "", 1280, 720, 4, 1, b"\x89PNG\r\n\x1a\n")
    assert operation.model == "veo-3.1-generate-001"
    assert "veo-3.1-fast-generate-001" in operation.fallbacks[0].reason
    pipeline.close()


def test_a_strict_clip_is_not_made_by_the_other(
    stub: ProviderStub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gemini_stub, "MODELS", ("veo-3.1-generate-001",))
    pipeline = PipelineHarness({**environment(stub, tmp_path), "GEMINI_PROJECT": "p", "GEMINI_LOCATION": "l"})
    strict = pipeline.services.chains_for(BillingContext("j", "s", no_fallbacks=True))
    with pytest.raises(ProviderError) as caught:
        strict.clips.start("a river", "", 1280, 720, 4, 1, b"\x89PNG\r\n\x1a\n")
    assert caught.value.fault == "gone"
    pipeline.close()


@pytest.fixture
def narration_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let OpenAI's voices be over, as they are from January 2027 on."""
    ended = [
        one.evolve(shuts_down=date(2026, 11, 1)) if one.model == "gpt-4o-mini-tts" else one
        for one in catalog.model_table().models
    ]
    for module in (catalog, registry, providers):
        monkeypatch.setattr(module, "model_table", lambda: ModelTable(models=tuple(ended)))


ONLY_OPENAI = {"PROVIDERS": "openai", "OPENAI_VOICE_MODEL": ""}


@pytest.mark.usefixtures("narration_cost")
def test_an_offline_voice_in_place_of_one_that_is_over_is_told(pipeline_with: Make) -> None:
    done = pipeline_with(**ONLY_OPENAI).run_plan(PLAN)
    assert done.state is JobState.SUCCEEDED, done.error
    (notice,) = [note for note in done.notices if "an offline voice speaks instead" in note]
    assert notice.startswith("gpt-4o-mini-tts was shut down on 2026-11-01")
    assert "NARRATORS" in notice


@pytest.mark.usefixtures("narration_cost")
@pytest.mark.parametrize("variables", [{}, {**ONLY_OPENAI, "OPENAI_VOICE_MODEL": "gpt-voice"}])
def test_a_voice_that_no_job_misses_gives_no_notice(pipeline_with: Make, variables: dict[str, str]) -> None:
    done = pipeline_with(**{"OPENAI_VOICE_MODEL": "", **variables}).run_plan(PLAN.evolve(strict=True))
    assert done.state is JobState.SUCCEEDED, done.error
    assert not [note for note in done.notices if "shut down" in note]


@pytest.mark.usefixtures("narration_cost")
def test_a_strict_job_gets_no_offline_voice_in_place_of_one_that_is_over(
    pipeline_with: Make, stub: ProviderStub
) -> None:
    done = pipeline_with(**ONLY_OPENAI).run_plan(PLAN.evolve(strict=True))
    assert done.state is JobState.FAILED
    assert done.error
    assert "gpt-4o-mini-tts was shut down on 2026-11-01, and strict allows no other" in done.error.cause
    assert count_billed(stub) == 0
