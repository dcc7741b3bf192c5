"""Each provider gets the text and the voice options in its own parameters, and no option that is the default."""

from typing import Any

import pytest

from sutradhar.domain.core.errors import InvalidRequest, ProviderError
from sutradhar.domain.plan.options import Delivery, VoiceOptions
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.billing.call_gate import PaidCallGate
from sutradhar.pipeline.billing.context import BillingContext
from sutradhar.providers.offline.storybook.planner import Storybook
from tests.providers.billing_harness import ADAPTERS, NARRATION, SPOKEN_NARRATION, BillingHarness

WARM = VoiceOptions(speed=0.9, emotion="warm")


def narrate(
    billing: BillingHarness, name: str, delivery: VoiceOptions, gate: PaidCallGate | None = None, **options: str
) -> Any:
    """Narrate with the adapter ``name`` and return the JSON body that the provider received."""
    adapter = billing.adapter(name, gate, options=options)
    speech = adapter.narrate(NARRATION, "en", "F", delivery)
    assert [word.text for word in speech.words] == NARRATION.split()
    return billing.stub.calls(ADAPTERS[name].provider)[-1].body


def test_elevenlabs_takes_a_speed_a_voice_and_with_its_third_model_an_emotion(billing: BillingHarness) -> None:
    plain = narrate(billing, "elevenlabs voice", VoiceOptions())
    assert (plain["text"], "voice_settings" in plain) == (SPOKEN_NARRATION, False)
    slow = narrate(billing, "elevenlabs voice", WARM)
    assert (slow["text"], slow["voice_settings"]) == (SPOKEN_NARRATION, {"speed": 0.9})
    acted = narrate(billing, "elevenlabs voice", WARM, voice_model="eleven_v3")
    assert acted["text"] == f"[warm] {SPOKEN_NARRATION}"
    narrate(billing, "elevenlabs voice", VoiceOptions(named="elevenlabs/george1"))
    assert "/text-to-speech/george1/" in billing.stub.calls("elevenlabs")[-1].path


def test_openai_takes_instructions_and_a_voice(billing: BillingHarness) -> None:
    assert "instructions" not in narrate(billing, "openai voice", VoiceOptions())
    body = narrate(billing, "openai voice", WARM)
    assert (body["instructions"], "speed" in body) == ("Tone: warm. Speak at 90% of your usual speed.", False)
    assert narrate(billing, "openai voice", VoiceOptions(named="openai/ash"))["voice"] == "ash"
    assert narrate(billing, "openai voice", VoiceOptions(named="elevenlabs/george1"))["voice"] == "coral"


def test_google_takes_a_speaking_rate(billing: BillingHarness) -> None:
    assert "speakingRate" not in narrate(billing, "google voice", VoiceOptions())["audioConfig"]
    assert narrate(billing, "google voice", WARM)["audioConfig"]["speakingRate"] == 0.9
    named = narrate(billing, "google voice", VoiceOptions(named="googletts/en-GB-Neural2-B"))
    assert named["voice"] == {"languageCode": "en-GB", "name": "en-GB-Neural2-B"}


def test_google_has_a_price_for_each_family_and_refuses_unfit_voices(billing: BillingHarness) -> None:
    gate = billing.gate.bill_to(BillingContext("job-1", "scene-00-narration"))
    for voice in ("en-GB-Standard-A", "en-GB-Neural2-B"):
        narrate(billing, "google voice", VoiceOptions(named=f"googletts/{voice}"), gate)
    prices = {charge.model: charge.spent for charge in billing.account().charges.values()}
    assert prices["neural2"] == pytest.approx(4 * prices["standard"], abs=4)
    for voice, problem in (
        ("en-US-Studio-O", "no voice that marks words"),
        ("hi-IN-Neural2-A", "speaks hi, not en"),
    ):
        with pytest.raises(ProviderError, match=problem):
            narrate(billing, "google voice", VoiceOptions(named=f"googletts/{voice}"))
    assert len(billing.stub.calls("googletts")) == 2


def test_an_unknown_google_voice_does_not_block_its_family(billing: BillingHarness) -> None:
    for voice in ("en-US-Neural2-Z", "en-US-Neural2-Y"):
        with pytest.raises(ProviderError, match=r"does not exist") as caught:
            narrate(billing, "google voice", VoiceOptions(named=f"googletts/{voice}"))
        assert (caught.value.fault, caught.value.retryable) == ("request", False)
        assert "name another voice" in caught.value.advice
    assert narrate(billing, "google voice", VoiceOptions())["voice"]["name"] == "en-US-Neural2-F"
    assert [charge.outcome for charge in billing.account().charges.values()] == []


@pytest.mark.parametrize("name", [name for name, one in ADAPTERS.items() if one.verb == "narrate"])
def test_another_voice_has_another_cache_key(billing: BillingHarness, name: str) -> None:
    adapter, provider = billing.adapter(name), ADAPTERS[name].provider
    assert adapter.provider_for("en", "F") != adapter.provider_for("en", "F", VoiceOptions(named=f"{provider}/other"))
    assert adapter.provider_for("en", "F") == adapter.provider_for("en", "F", VoiceOptions(named="somebody/other"))


def test_a_plan_names_a_voice_and_its_delivery() -> None:
    fields = {"topic": "A river", "voice": "elevenlabs/george1", "delivery": {"speed": 0.8, "emotion": "warm"}}
    plan = RenderPlan.parse(fields)
    assert (plan.gender, plan.voice_options) == (
        "F",
        VoiceOptions(speed=0.8, emotion="warm", named="elevenlabs/george1"),
    )
    assert (RenderPlan(topic="A river", voice="M").gender, RenderPlan(topic="A river").voice_options) == (
        "M",
        VoiceOptions(),
    )
    for voice in ("", "ElevenLabs/x", "a/b/c", "a/"):
        with pytest.raises(InvalidRequest, match="voice: must be F, M, or a provider"):
            RenderPlan.parse({"topic": "A river", "voice": voice})


def test_a_slower_voice_says_less_in_the_same_time(billing: BillingHarness) -> None:
    for planner in (Storybook(), billing.adapter("openai planner")):
        usual, slow = (
            planner.plan(RenderPlan(topic="The story of Prahlad", length_sec=60, delivery=Delivery(speed=speed))).plan
            for speed in (1.0, 0.7)
        )
        lengths = [sum(len(scene.narration) for scene in plan.scenes) for plan in (usual, slow)]
        assert lengths[1] < 0.85 * lengths[0]
        assert sum(scene.duration_sec or 0 for scene in slow.scenes) == pytest.approx(60, rel=0.1)
