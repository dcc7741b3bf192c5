"""The captions of a user's own clip in which a person speaks."""

from typing import Any

import pytest

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset, Word
from sutradhar.domain.assets.requests import FirstProviders, list_asset_requests
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.assets.specs import UploadSpec
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.timeline import Timeline
from sutradhar.domain.video.timeline_builder import build_timeline

CLIP = "up-0123456789abcdef"
FREE = ProviderId("free", "1")
WORDS = tuple(
    Word(text=text, start=start, end=start + 0.4, timing_source="speech")
    for text, start in (("Before", 0.2), ("Hello,", 1.2), ("grandma", 1.8), ("speaks.", 2.4), ("After", 5.2))
)


def lay_out(**clip: Any) -> Timeline:
    first = {"image_prompt": "a hill", "duration_sec": 2}
    own = {"clip": {"upload": CLIP, "start_sec": 1, "end_sec": 4, **clip}, "transition": "cut"}
    plan = RenderPlan.parse({"scenes": [first, own], "music": None, "language": "en"})
    image = Asset(key="i", kind="image", blob="i", sha256="i", size=1, provider="x/1", width=1600, height=900)
    clip_asset = image.evolve(samples=6 * SAMPLE_RATE, clip_sec=6.0, is_video=True, words=WORDS)
    return build_timeline(plan, {Slot.image(0): image, Slot.image(1): clip_asset})


def test_the_speech_of_a_clip_is_captioned_where_it_is_heard() -> None:
    timeline = lay_out()
    (cue,) = timeline.captions["en"]
    assert cue.text == "Hello, grandma speaks."
    assert cue.start == 60 + round(0.2 * 30)
    assert timeline.burned_captions == (cue,)


@pytest.mark.parametrize("clip", [{"sound": "off"}, {"when_short": "slow"}])
def test_a_clip_that_is_not_heard_has_no_captions(clip: dict[str, Any]) -> None:
    assert lay_out(**clip).captions == {}


@pytest.mark.parametrize(
    ("scene", "recognizes", "language"),
    [
        ({}, True, "en"),
        ({}, False, None),
        ({"narration": "We came home."}, True, None),
        ({"clip": {"upload": CLIP, "sound": "off"}}, True, None),
    ],
)
def test_words_are_looked_for_only_if_the_clip_is_heard_alone(
    scene: dict[str, Any], recognizes: bool, language: str | None
) -> None:
    plan = RenderPlan.parse({"scenes": [{"clip": CLIP, **scene}], "music": None, "language": "en"})
    providers = FirstProviders(FREE, FREE, FREE, recognizes_speech=recognizes)
    specs = [request.spec for request in list_asset_requests(plan, providers) if request.slot == Slot.image(0)]
    assert specs == [UploadSpec(kind="image", upload=CLIP, speech_language=language)]
