"""Short forms in plans are read, and all wrong fields are named at once in the user's words."""

import pytest

from sutradhar.config import Settings
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.language.tags import LANGUAGES
from sutradhar.domain.plan.plan import RenderPlan

TAGS = f"{', '.join(LANGUAGES[:-1])} or {LANGUAGES[-1]}"
SCENE = {"narration": "The fox jumped.", "image_prompt": "a fox"}


def read(**fields: object) -> RenderPlan:
    return RenderPlan.parse({"scenes": [SCENE], **fields})


def wrong(body: object) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        RenderPlan.parse(body)
    return {error.path: error.message for error in caught.value.errors}


@pytest.mark.parametrize("off", [None, False, "", " ", "none", "Off", "no"])
def test_the_mark_the_music_and_the_captions_are_switched_off(off: object) -> None:
    plan = read(watermark=off, music=off, subtitle_languages=off)
    assert plan.watermark is None
    assert not plan.music.enabled
    assert plan.subtitle_languages == ()


def test_the_mark_is_a_text_an_object_or_the_usual_one() -> None:
    for value, text in (("My channel", "My channel"), (True, "Sutradhar"), ({"text": "No"}, "No"), ("मेरा", "मेरा")):
        watermark = read(watermark=value).watermark
        assert watermark is not None
        assert watermark.text == text
    assert "at most 40 characters" in wrong({"topic": "x", "watermark": "x" * 41})["watermark.text"]


@pytest.mark.parametrize(
    ("value", "mood"), [("calm", "calm"), ("Joyful", "joyful"), (True, None), ("on", None), ({"mood": "calm"}, "calm")]
)
def test_music_is_a_mood_or_the_usual(value: object, mood: str | None) -> None:
    music = read(music=value).music
    assert (music.enabled, music.mood) == (True, mood)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("Hindi", "hi"),
        ("ENGLISH", "en"),
        ("हिन्दी", "hi"),
        ("हिंदी", "hi"),
        ("अंग्रेज़ी", "en"),
        ("hin", "hi"),
        ("hi-IN", "hi"),
        ("en_US", "en"),
        (" hi ", "hi"),
        ("auto", None),
        (None, None),
    ],
)
def test_a_language_is_a_code_or_a_name(value: object, code: str | None) -> None:
    assert read(language=value).language == code


@pytest.mark.parametrize(
    ("value", "aspect"),
    [
        ("vertical", "9:16"),
        ("Portrait", "9:16"),
        ("9x16", "9:16"),
        ("1080x1920", "9:16"),
        ("square", "1:1"),
        ("landscape", "16:9"),
        ("1920 × 1080", "16:9"),
        ("16/9", "16:9"),
        ("1:1", "1:1"),
    ],
)
def test_an_aspect_is_a_ratio_a_word_or_a_size(value: str, aspect: str) -> None:
    assert read(aspect=value).aspect == aspect


@pytest.mark.parametrize("value", ["4:3", "wider", "0:0", "tall 9:16"])
def test_another_aspect_is_refused(value: str) -> None:
    assert "16:9, 9:16 or 1:1" in wrong({"topic": "x", "aspect": value})["aspect"]


def test_a_title_is_a_text_or_an_object() -> None:
    for value in ("Goa, 2026", {"text": "Goa, 2026"}):
        (scene,) = read(scenes=[{**SCENE, "title": value, "lower_third": value}]).scenes
        assert scene.title
        assert scene.lower_third
        assert (scene.title.text, scene.lower_third.text) == ("Goa, 2026", "Goa, 2026")
    assert read(scenes=[{**SCENE, "title": "", "lower_third": None}]).scenes[0].title is None


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"title": "Party 🎂"}, "the title"),
        ({"watermark": "Asha 🎂"}, "the watermark"),
        ({"watermark": {"text": "Asha 🎂"}}, "the watermark"),
        ({"scenes": [SCENE | {"title": "Hi 🎂"}]}, "the title of scene 1"),
        ({"scenes": [SCENE, SCENE | {"lower_third": {"text": "A", "subtext": "B 🎂"}}]}, "the lower third of scene 2"),
    ],
)
def test_emoji_that_are_not_drawn_are_quoted(fields: dict[str, object], where: str) -> None:
    (notice,) = read(**fields).notices
    assert notice == f"{where}: left out, as the fonts cannot draw it: “🎂”"


@pytest.mark.parametrize("value", ["pl-PL", "Polish", "polski", "Eng lish"])
def test_a_wrong_value_is_quoted_as_it_was_written(value: str) -> None:
    assert f"got {value!r}" in wrong({"topic": "x", "language": value})["language"]
    assert f"got {value!r}" in wrong({"topic": "x", "render": {"mode": value}})["render.mode"]
    assert f"got {value!r}" in wrong({"topic": "x", "render": {"resolution": value}})["render.resolution"]


def test_languages_are_a_list_or_one_text() -> None:
    for value, languages in (
        ([], ()),
        ("en", ("en",)),
        ("hi, en", ("hi", "en")),
        ("English and Hindi", ("en", "hi")),
        (["Hindi"], ("hi",)),
    ):
        assert read(subtitle_languages=value).subtitle_languages == languages
    assert wrong({"topic": "x", "subtitle_languages": "pl"}) == {"subtitle_languages[0]": f"must be {TAGS} (got 'pl')"}


@pytest.mark.parametrize(
    ("value", "voice"),
    [
        ("female", "F"),
        ("Woman", "F"),
        ("f", "F"),
        ("male", "M"),
        ("man", "M"),
        ("पुरुष", "M"),
        ("openai/ash", "openai/ash"),
    ],
)
def test_a_voice_is_a_letter_or_a_word(value: str, voice: str) -> None:
    assert read(voice=value).voice == voice


def test_the_environment_reads_the_same_forms() -> None:
    defaults = Settings.from_env({"RENDER_MODE": "proxy", "TARGET_RES": "1080"}).plan_defaults
    assert (defaults.mode, defaults.resolution) == ("PROXY", "1080p")


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ({"scenes": [SCENE] * 1001}, "scenes", "must have at most"),
        ({"topic": "x", "tags": ["a"] * 31}, "tags", "must have at most 30 tags (got 31)"),
        ({"topic": "x", "metadata": {str(i): "" for i in range(21)}}, "metadata", "at most 20 entries (got 21)"),
        (
            {"scenes": [SCENE | {"image_prompt": "", "image": "https://x.org/me.jpg"}]},
            "scenes[0].image.upload",
            "uploaded file",
        ),
        ({"topic": "x", "title": 5}, "title", "must be a text (got 5)"),
        ({"topic": "x", "seed": 2**31}, "seed", "must be less than 2147483648 (got 2147483648)"),
        ({"topic": "x", "length_sec": "soon"}, "length_sec", "must be a whole number (got 'soon')"),
        ({"topic": "x", "length_sec": 4}, "length_sec", "must be at least 5 (got 4)"),
        ({"topic": "x", "render": "720p"}, "render", 'must be an object, such as {"mode": "PROXY"} (got \'720p\')'),
        ({"topic": "x", "render": {"fps": 23}}, "render.fps", "must be 24, 25, 30, 50 or 60 (got 23)"),
        ({"topic": "x", "scenes": "one"}, "scenes", "must be a list, such as"),
        ({"topic": "x", "strict": "perhaps"}, "strict", "must be true or false (got 'perhaps')"),
        ({"topic": "x", "duration": 30}, "duration", "write length_sec"),
        ({"scenes": [SCENE | {"voiceover": "Hi"}]}, "scenes[0].voiceover", "write narration"),
        (
            {"scenes": [SCENE | {"translations": {"hi": "क", "Hindi": "ख"}}]},
            "scenes[0].translations",
            "has two texts in one language ('hi' and 'Hindi')",
        ),
        ({"topic": "x", "title": "<!--" * 250_000}, "title", "must be a short text (got 1000000 characters)"),
        ({"prompt": "*a " * 50_000}, "prompt", "must be a short text (got 150000 characters)"),
        ({"topic": "x", "description": "【" * 20_001}, "description", "must be a short text (got 20001 characters)"),
    ],
)
def test_a_wrong_field_is_named_in_words_of_people(body: object, path: str, message: str) -> None:
    messages = wrong(body)
    assert message in messages[path], messages
    for word in ("Input", "Tuple", "instance", "valid dictionary", "validation"):
        assert word not in messages[path]


@pytest.mark.parametrize(
    ("part", "name", "advice"),
    [
        ("scenes", "duration", "write duration_sec"),
        ("scenes", "duration_seconds", "write duration_sec"),
        ("scenes", "visual_description", "write image_prompt"),
        ("scenes", "imagePrompt", "write image_prompt"),
        ("scenes", "voice_over", "write narration"),
        ("scenes", "narrations", "write narration"),
        ("scenes", "scene_number", "remove it"),
        ("scenes", "cameraMovement", "write camera"),
        ("plan", "duration", "write length_sec"),
        ("plan", "lang", "write language"),
        ("plan", "topik", "write topic"),
        ("plan", "voice_gender", "write voice"),
        ("plan", "background_music", "write music"),
        ("plan", "video_title", "write title"),
        ("plan", "aspectRatio", "write aspect"),
        ("plan", "target_duration", "write length_sec"),
        ("plan", "colour", "remove it or check its spelling"),
        ("music", "volume", "write volume_db"),
        ("clip", "start", "write start_sec"),
        ("render", "FPS", "write fps"),
    ],
)
def test_an_unknown_name_gets_the_field_of_its_own_part(part: str, name: str, advice: str) -> None:
    inner = {name: 5}
    body: dict[str, object] = {"topic": "x", part: inner}
    path = f"{part}.{name}"
    if part == "plan":
        body, path = {"topic": "x", **inner}, name
    elif part == "scenes":
        body, path = {"scenes": [SCENE | inner]}, f"scenes[0].{name}"
    elif part == "clip":
        body = {"scenes": [{"clip": {"upload": "up-0123456789abcdef", **inner}}]}
        path = f"scenes[0].clip.{name}"
    assert advice in wrong(body)[path]


def test_an_image_under_a_wrong_name_is_not_reported_as_missing() -> None:
    assert list(wrong({"scenes": [{"narration": "x", "visual": "a fox"}]})) == ["scenes[0].visual"]


def test_one_answer_names_all_errors() -> None:
    assert wrong({"language": "pl"}) == {
        "language": f"must be {TAGS} (got 'pl')",
        "": "give a topic, a prompt, scenes, a song or a recorded narration",
    }
    scenes = [{"narration": "x", "camera": "spin"}, SCENE | {"image": {"upload": "up-0123456789abcdef"}, "camera": 1}]
    messages = wrong({"scenes": scenes, "voice": "Q", "colour": 1})
    assert sorted(messages) == ["colour", "scenes[0]", "scenes[0].camera", "scenes[1]", "scenes[1].camera", "voice"]
    assert "got none" in messages["scenes[0]"]
    assert "got image_prompt and image" in messages["scenes[1]"]
    # a wrong field is not also reported as missing
    assert list(wrong({"topic": 5})) == ["topic"]
    assert list(wrong({"scenes": [{"narration": "x", "image_prompt": 5}]})) == ["scenes[0].image_prompt"]
