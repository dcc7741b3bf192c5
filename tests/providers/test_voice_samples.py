"""Samples of paid voices: their price is known before, they are paid for once, and every cap holds."""

import pytest

from sutradhar.domain.billing.ledger import job_account
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import BudgetSpent
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.billing.accounts import read_account
from sutradhar.pipeline.voice_samples import SampleRequest, find_sample, make_request, order_sample
from sutradhar.pipeline.voices import ListedVoice, list_voices
from tests.providers.pipeline_harness import PipelineHarness
from tests.providers.server import ProviderStub

TEXT = "A boat goes down the river."
GEORGE = "elevenlabs/JBFqnCBsd6RMkjVDRZzb"


def request(pipeline: PipelineHarness, voice: str = "F", text: str = TEXT) -> SampleRequest:
    return make_request(pipeline.services, voice, "en", text)


def list_all(pipeline: PipelineHarness, language: Language = "en") -> dict[str, ListedVoice]:
    return {one.voice: one for one in list_voices(pipeline.services, language)}


def read_spent(pipeline: PipelineHarness, one: SampleRequest) -> int:
    return read_account(pipeline.services.records, job_account(f"sample-{one.key}")).spent


def test_the_voices_of_each_provider_are_listed_with_their_prices(
    pipeline: PipelineHarness, stub: ProviderStub
) -> None:
    voices = list_all(pipeline)
    woman, george, nova = voices["F"], voices[GEORGE], voices["openai/nova"]
    assert woman.own_voice
    assert (woman.own_voice.name, woman.gender, woman.is_paid) == ("Sarah", "F", True)
    assert george.price
    assert (george.gender, george.price.micros, george.price.per) == ("M", 100_000, "1000 characters")
    assert nova.price
    assert (nova.price.micros, nova.price.per) == (15_000, "minute")
    assert nova.expresses_emotion
    assert not george.expresses_emotion
    assert 0 < george.sample_price < 10_000
    assert set(list_all(pipeline, "hi")) == set(voices)
    assert stub.calls("elevenlabs") == stub.calls("openai") == []


def test_a_sample_is_paid_for_once_for_all_callers_and_scenes(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    one = request(pipeline, GEORGE)
    pipeline.publish_twice()
    for _ in range(2):
        order_sample(pipeline.services, one)
        pipeline.work()
    assert order_sample(pipeline.services, one).asset
    assert len(stub.list_billed("elevenlabs")) == 1
    assert "JBFqnCBsd6RMkjVDRZzb" in stub.calls("elevenlabs")[-1].path
    assert 0 < read_spent(pipeline, one) < 10_000
    scene = {"narration": TEXT, "image_prompt": "a boat"}
    plan = {"voice": GEORGE, "language": "en", "scenes": [scene], "music": False, "subtitle_languages": ["en"]}
    job = pipeline.run_plan(RenderPlan.parse(plan))
    assert job.result, job.error
    assert [call.path for call in stub.list_billed("elevenlabs") if "speech" in call.path] == [
        stub.calls("elevenlabs")[0].path
    ]


def test_a_made_sample_costs_nothing_more(pipeline: PipelineHarness) -> None:
    voice = list_all(pipeline)["F"]
    assert (voice.has_sample, voice.sample_price > 0) == (False, True)
    order_sample(pipeline.services, voice.request)
    pipeline.work()
    voice = list_all(pipeline)["F"]
    assert (voice.has_sample, voice.sample_price) == (True, 0)


def test_the_budget_of_a_key_covers_samples(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    services = pipeline.services
    asha = make_key(pipeline, 0.000_001)
    one = request(pipeline)
    with pytest.raises(BudgetSpent):
        order_sample(services, one, asha)
    assert find_sample(services, one.key).note is None
    rich = make_key(pipeline, 1.0)
    order_sample(services, one, rich)
    pipeline.work()
    left = services.providers.call_gate.accounts.remaining_budget(rich.id, rich.daily_budget)
    assert left == 1_000_000 - read_spent(pipeline, one)
    assert order_sample(services, one, asha).asset  # it is paid for
    assert len(stub.list_billed("elevenlabs")) == 1


@pytest.mark.parametrize("fault", ["500", "no credit"])
def test_only_the_voice_itself_speaks_its_sample(pipeline: PipelineHarness, stub: ProviderStub, fault: str) -> None:
    stub.always("elevenlabs", fault)
    one = request(pipeline)
    order_sample(pipeline.services, one)
    pipeline.work()
    state = find_sample(pipeline.services, one.key)
    assert state.asset is None
    assert state.note
    assert state.note.cause
    assert (read_spent(pipeline, one), stub.list_billed("openai")) == (0, [])


def make_key(pipeline: PipelineHarness, usd_a_day: float) -> ApiKey:
    services = pipeline.services
    key, _ = api_keys.create(services.records, services.clock, "Asha", "creator", usd_a_day)
    return key
