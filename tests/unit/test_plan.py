import pytest

from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.plan import RenderPlan

SCENE = {"narration": "A fox saw grapes.", "image_prompt": "a fox"}


def wrong(body: object) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        RenderPlan.parse(body)
    return {e.path: e.message for e in caught.value.errors}


def test_a_topic_is_enough() -> None:
    plan = RenderPlan.parse({"topic": "Prahlad"})
    assert (plan.length_sec, plan.voice, plan.spoken_language, plan.size) == (60, "F", "en", (1920, 1080))


def test_every_wrong_field_is_named_at_once() -> None:
    body = {"topic": "x", "length": 60, "language": "pl", "voice": "X", "length_sec": 601, "render": {"fps": 31}}
    assert set(wrong(body)) == {"length", "language", "voice", "length_sec", "render.fps"}


@pytest.mark.parametrize(
    ("body", "path", "says"),
    [
        ({}, "", "give a topic, a prompt, scenes, a song or a recorded narration"),
        ({"topic": ""}, "topic", "must have some text"),
        ({"topic": "  \t "}, "topic", "must have some text"),
        ({"topic": "🍵"}, "topic", "must have some text"),
        ({"scenes": [SCENE | {"image_prompt": " "}]}, "scenes[0]", "shows one thing: give image_prompt"),
        ({"topic": "a" * 201}, "topic", "at most 200 characters (got 201)"),
        ({"topic": "a", "prompt": "b"}, "", "not both"),
        ({"topic": "a", "colour": "red"}, "colour", "is not a field of the plan"),
        ({"topic": "a", "language": "pl"}, "language", "'pl'"),
        ({"scenes": [SCENE | {"duration_sec": 601}]}, "scenes[0].duration_sec", "at most 600 (got 601)"),
        ({"scenes": [SCENE | {"colour": 1}]}, "scenes[0].colour", "is not a field"),
        (
            {"scenes": [SCENE | {"narration": "a" * 100_000}]},
            "scenes[0].narration",
            "at most 2000 characters (got 100000)",
        ),
        ({"scenes": [SCENE | {"narration": "[VISUAL: a hill]"}]}, "scenes[0].narration", "nothing to say"),
        ({"scenes": [SCENE | {"narration": "ภาษา"}]}, "scenes[0].narration", "U+0E20"),
        ({"scenes": [{"image_prompt": "a hill"}]}, "scenes[0]", "needs duration_sec"),
        ({"topic": "bad \ud800 half"}, "topic", "surrogate"),
        ("a string", "", "JSON object"),
        (None, "", "JSON object"),
    ],
)
def test_bad_input_gets_one_clear_error(body: object, path: str, says: str) -> None:
    messages = wrong(body)
    assert list(messages) == [path]
    assert says in messages[path]
    assert len(messages[path]) < 300


@pytest.mark.parametrize(
    ("sent", "narration"),
    [
        ("[VISUAL: a hill] Once upon a time. [SFX: wind]", "Once upon a time."),
        ('HOST (voiceover): "Welcome to the story."', "Welcome to the story."),
        ("Tea 🍵 is warm ☀️.", "Tea is warm."),
        ("Line one.\x00\x07\nLine two.", "Line one. Line two."),
        ("It's 5% {off}: 'now' \\ %{pts}", "It's 5% {off}: 'now' \\ %{pts}"),
        ("Prahlad (प्रह्लाद) prayed.", "Prahlad (प्रह्लाद) prayed."),
        ("क्‍ष", "क्‍ष"),
    ],
)
def test_narration_is_what_can_be_said(sent: str, narration: str) -> None:
    plan = RenderPlan.parse({"scenes": [{"narration": sent, "image_prompt": "x"}]})
    assert plan.scenes[0].narration == narration


@pytest.mark.parametrize(("sent", "got"), [("hi-IN", "hi"), ("EN", "en"), ("en_US", "en")])
def test_a_region_is_no_other_language(sent: str, got: str) -> None:
    assert RenderPlan.parse({"topic": "a", "language": sent}).language == got


def test_the_language_is_read_off_the_text() -> None:
    assert RenderPlan.parse({"topic": "प्रह्लाद की कथा"}).spoken_language == "hi"
    assert RenderPlan.parse({"topic": "Prahlad (प्रह्लाद)"}).spoken_language == "en"


@pytest.mark.parametrize(
    ("aspect", "resolution", "size"),
    [("16:9", "1080p", (1920, 1080)), ("9:16", "720p", (720, 1280)), ("1:1", "4k", (2160, 2160))],
)
def test_the_video_has_the_requested_size(aspect: str, resolution: str, size: tuple[int, int]) -> None:
    assert RenderPlan.parse({"topic": "a", "aspect": aspect, "render": {"resolution": resolution}}).size == size


def test_a_quick_look_is_720p() -> None:
    assert RenderPlan.parse({"topic": "a", "render": {"mode": "PROXY", "resolution": "4k"}}).size == (1280, 720)


def test_scenes_of_more_than_ten_minutes_are_refused() -> None:
    plan = RenderPlan.parse({"scenes": [SCENE | {"duration_sec": 20}] * 20})
    assert len(plan.scenes) == 20
