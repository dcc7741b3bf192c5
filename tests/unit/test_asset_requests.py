"""Cache keys stay what they were, so that every asset that was made and paid for is found again; slots as text."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from sutradhar.domain.assets.requests import AssetRequest, FirstProviders, first_frame_request, list_asset_requests
from sutradhar.domain.assets.slot import MUSIC, PLAN, Slot
from sutradhar.domain.assets.specs import ClipSpec, NarrationSpec, cache_key
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions
from sutradhar.domain.plan.plan import RenderPlan

# plans with everything that a plan can ask for, and the keys and the stored JSON of their requests, as commit 94921b3
# wrote them
RECORDED: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "fixtures/asset_keys.json").read_text("utf-8"))


def providers(names: dict[str, str]) -> FirstProviders:
    ids = {kind: ProviderId.parse(name) for kind, name in names.items()}
    return FirstProviders(
        narration=ids["narration"],
        image=ids["image"],
        music=ids["music"],
        sound_effect=ids.get("sound"),
        stock=ids.get("stock"),
        generated=ids.get("generated"),
        draws_references="likeness" in ids,
    )


def first_frame_key(request: AssetRequest) -> str | None:
    return first_frame_request(request.slot, request.spec).key if isinstance(request.spec, ClipSpec) else None


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda case: f"{case['plan']['scenes'][0]['image_prompt']}")
def test_a_plan_has_the_cache_keys_that_it_always_had(recorded: dict[str, Any]) -> None:
    requests = list_asset_requests(RenderPlan.parse(recorded["plan"]), providers(recorded["providers"]))
    keys = [(str(r.slot), r.key, first_frame_key(r)) for r in requests]
    assert keys == [(r["slot"], r["key"], r["first_frame_key"]) for r in recorded["requests"]]


def test_the_recorded_plans_ask_for_each_kind_of_asset() -> None:
    requests = list_asset_requests(RenderPlan.parse(RECORDED[0]["plan"]), providers(RECORDED[0]["providers"]))
    types = {r.spec.type for r in requests}
    assert types == {"narration", "image", "stock", "clip", "sound_effect", "music", "upload"}
    assert any(len(r.spec.reference_keys) == 3 for r in requests)
    narration = requests[3].spec
    assert isinstance(narration, NarrationSpec)
    assert narration.spoken_text
    assert narration.options == VoiceOptions(speed=0.9, emotion="warm", named="elevenlabs/21m00Tcm4TlvDq8ikWAM")


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda case: f"{case['plan']['scenes'][0]['image_prompt']}")
def test_a_stored_request_is_read_and_stored_again_with_its_key(recorded: dict[str, Any]) -> None:
    current = list_asset_requests(RenderPlan.parse(recorded["plan"]), providers(recorded["providers"]))
    for old, request in zip(recorded["requests"], current, strict=True):
        read = AssetRequest.from_record(json.dumps(old["stored"]))
        assert (read, read.key) == (request, old["key"])
        again = AssetRequest.from_record(read.to_record())
        assert (again, again.key) == (read, read.key)


@pytest.mark.parametrize("field", VoiceOptions.model_fields)
def test_each_voice_option_is_part_of_the_key(field: str) -> None:
    def key(options: VoiceOptions) -> str:
        return cache_key(NarrationSpec(text="a", language="en", voice="F", options=options), ProviderId("v", "1"))

    other = 0.9 if isinstance(getattr(DEFAULT_VOICE, field), float) else "other"
    assert key(DEFAULT_VOICE.evolve(**{field: other})) != key(DEFAULT_VOICE)


SLOTS = st.one_of(
    st.sampled_from([MUSIC, PLAN]),
    st.builds(Slot.narration, st.integers(0, 999)),
    st.builds(Slot.image, st.integers(0, 999)),
    st.builds(Slot.sound_effect, st.integers(0, 999), st.integers(0, 99)),
    st.builds(Slot.character, st.integers(0, 99)),
)


@given(SLOTS)
def test_a_slot_is_read_from_its_text_as_value_and_as_key_of_a_mapping(slot: Slot) -> None:
    assert Slot.parse(str(slot)) == slot
    adapter = TypeAdapter(dict[Slot, Slot])
    assert adapter.dump_json({slot: slot}) == f'{{"{slot}":"{slot}"}}'.encode()
    assert adapter.validate_json(adapter.dump_json({slot: slot})) == {slot: slot}


@pytest.mark.parametrize(
    "text", ["", "scene", "scene-0-image", "scene-00", "scene-00-music", "scene-00-sound", "character-", "musical", "٠"]
)
def test_a_text_that_names_no_slot_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no slot"):
        Slot.parse(text)
    with pytest.raises(ValidationError):
        TypeAdapter(Slot).validate_python(text)
