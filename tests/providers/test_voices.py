"""How a voice is told what to say and how: each vendor in its own words, and what is not as usual only."""

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


def asked(
    billing: BillingHarness, name: str, manner: VoiceOptions, gate: PaidCallGate | None = None, **options: str
) -> Any:
    """What the vendor was sent, as JSON."""
    adapter = ADAPTERS[name]
    made = billing.adapter(name, gate, options=options)
    speech = made.narrate(NARRATION, "en", "F", manner)
    assert [word.text for word in speech.words] == NARRATION.split()
    return billing.stub.calls(adapter.provider)[-1].body


def test_elevenlabs_takes_a_speed_a_voice_and_with_its_third_model_an_emotion(billing: BillingHarness) -> None:
    plain = asked(billing, "elevenlabs voice", VoiceOptions())
    assert (plain["text"], "voice_settings" in plain) == (SPOKEN_NARRATION, False)
    slow = asked(billing, "elevenlabs voice", WARM)
    assert (slow["text"], slow["voice_settings"]) == (SPOKEN_NARRATION, {"speed": 0.9})
    acted = asked(billing, "elevenlabs voice", WARM, voice_model="eleven_v3")
    assert acted["text"] == f"[warm] {SPOKEN_NARRATION}"
    asked(billing, "elevenlabs voice", VoiceOptions(named="elevenlabs/george1"))
    assert "/text-to-speech/george1/" in billing.stub.calls("elevenlabs")[-1].path


def test_openai_is_told_in_words_and_its_older_models_in_numbers(billing: BillingHarness) -> None:
    assert "instructions" not in asked(billing, "openai voice", VoiceOptions())
    told = asked(billing, "openai voice", WARM)
    assert (told["instructions"], "speed" in told) == ("Tone: warm. Speak at 90% of your usual speed.", False)
    assert asked(billing, "openai voice", VoiceOptions(named="openai/ash"))["voice"] == "ash"
    assert asked(billing, "openai voice", VoiceOptions(named="elevenlabs/george1"))["voice"] == "coral"


def test_google_takes_a_speaking_rate(billing: BillingHarness) -> None:
    assert "speakingRate" not in asked(billing, "google voice", VoiceOptions())["audioConfig"]
    assert asked(billing, "google voice", WARM)["audioConfig"]["speakingRate"] == 0.9
    named = asked(billing, "google voice", VoiceOptions(named="googletts/en-GB-Neural2-B"))
    assert named["voice"] == {"languageCode": "en-GB", "name": "en-GB-Neural2-B"}


def test_google_has_a_price_for_each_kind_of_voice_and_refuses_what_it_cannot_say(billing: BillingHarness) -> None:
    gate = billing.gate.bill_to(BillingContext("job-1", "scene-00-narration"))
    for voice in ("en-GB-Standard-A", "en-GB-Neural2-B"):
        asked(billing, "google voice", VoiceOptions(named=f"googletts/{voice}"), gate)
    prices = {charge.model: charge.spent for charge in billing.account().charges.values()}
    assert prices["neural2"] == pytest.approx(4 * prices["standard"], abs=4)
    for voice, problem in (
        ("en-US-Studio-O", "no voice that marks words"),
        ("hi-IN-Neural2-A", "speaks hi, not en"),
    ):
        with pytest.raises(ProviderError, match=problem):
            asked(billing, "google voice", VoiceOptions(named=f"googletts/{voice}"))
    assert len(billing.stub.calls("googletts")) == 2


def test_a_voice_that_google_lacks_leaves_its_family_to_other_plans(billing: BillingHarness) -> None:
    for voice in ("en-US-Neural2-Z", "en-US-Neural2-Y"):
        with pytest.raises(ProviderError, match=r"does not exist") as caught:
            asked(billing, "google voice", VoiceOptions(named=f"googletts/{voice}"))
        assert (caught.value.fault, caught.value.retryable) == ("request", False)
        assert "name another voice" in caught.value.advice
    assert asked(billing, "google voice", VoiceOptions())["voice"]["name"] == "en-US-Neural2-F"
    assert [charge.outcome for charge in billing.account().charges.values()] == []


@pytest.mark.parametrize("name", [name for name, one in ADAPTERS.items() if one.verb == "narrate"])
def test_another_voice_has_another_key(billing: BillingHarness, name: str) -> None:
    made, vendor = billing.adapter(name), ADAPTERS[name].provider
    assert made.provider_for("en", "F") != made.provider_for("en", "F", VoiceOptions(named=f"{vendor}/other"))
    assert made.provider_for("en", "F") == made.provider_for("en", "F", VoiceOptions(named="somebody/other"))


def test_a_plan_names_a_voice_and_its_manner() -> None:
    wanted = {"topic": "A river", "voice": "elevenlabs/george1", "delivery": {"speed": 0.8, "emotion": "warm"}}
    plan = RenderPlan.parse(wanted)
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
