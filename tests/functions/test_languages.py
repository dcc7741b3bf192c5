"""GET /languages and `sutradhar languages` tell what works in each language; plans tell what they will lack."""

import json

from flask.testing import FlaskClient
from typer.testing import CliRunner

from functions.api.languages import LanguageList
from functions.cli import app
from sutradhar import bootstrap
from sutradhar.domain.assets.voice_sample import SAMPLE_TEXTS
from sutradhar.domain.language.detect import detect_language
from sutradhar.domain.language.tags import LANGUAGES
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.languages import find_language_notices
from sutradhar.pipeline.preflight import find_unspoken
from tests.function_client import open_client


def test_each_language_tells_who_speaks_it_and_what_it_lacks(home: object) -> None:
    api: FlaskClient = open_client("api")
    answer = LanguageList.model_validate(api.get("/languages").get_json())
    by_tag = {one.tag: one for one in answer.languages}
    assert tuple(by_tag) == LANGUAGES
    hindi, sanskrit, urdu = by_tag["hi"], by_tag["sa"], by_tag["ur"]
    assert (hindi.voices, hindi.word_timing, hindi.stories, hindi.problems) == (("F", "M"), "engine", 10, ())
    assert (sanskrit.narrators, sanskrit.word_timing) == ((), None)
    assert "no narrator speaks it" in sanskrit.problems[0]
    assert (urdu.direction, urdu.own_name) == ("rtl", "اردو")
    listed = CliRunner().invoke(app, ["languages", "--json"])
    assert json.loads(listed.stdout)["languages"] == [one.model_dump(mode="json") for one in answer.languages]
    assert "संस्कृतम्" in CliRunner().invoke(app, ["languages"]).stdout


def test_a_video_that_nothing_can_write_or_translate_is_refused_before_it_is_a_job(home: object) -> None:
    api: FlaskClient = open_client("api")
    for body, path, problem, advice in (
        ({"topic": "The history of tea", "language": "ta"}, "language", "no sentences in Tamil", "in Tamil"),
        ({"topic": "Prahlad", "languages": ["hi", "fr"]}, "languages", "no translation into French", "OPENAI_API_KEY"),
        ({"topic": "Prahlad", "language": "sa"}, "language", "no narrator", "narration_audio"),
        ({"topic": "Prahlad", "languages": ["hi", "hi"]}, "languages", "names hi twice", "leave it out"),
    ):
        (error,) = api.post("/render", json=body).get_json()["errors"]
        assert error["path"] == path
        assert problem in error["message"]
        assert advice in error["message"]
        shown = CliRunner().invoke(app, ["plan", "--plan", "-"], input=json.dumps(body))
        assert shown.exit_code == 2, shown.output
        assert problem in " ".join(shown.output.split())
    assert api.get("/library").get_json()["total"] == 0


def test_a_plan_tells_words_that_are_timed_by_their_length(home: object, monkeypatch: object) -> None:
    scene = {"narration": "வணக்கம் உலகம்.", "image_prompt": "a sunrise"}
    plan = RenderPlan.parse({"scenes": [scene]})
    services = bootstrap.services()
    assert list(find_language_notices(services, plan)) == []


def test_a_plan_in_a_language_that_no_narrator_speaks_is_refused_with_what_would_help(home: object) -> None:
    services = bootstrap.services()
    scene = {"narration": "रामः वनं गच्छति।", "image_prompt": "a forest"}
    plans = {
        "language": {"language": "sa", "scenes": [scene]},
        "languages": {"topic": "Prahlad", "languages": ["en", "sa"]},
    }
    for path, body in plans.items():
        [error] = find_unspoken(services, RenderPlan.parse(body))
        assert error.path == path
        assert "no narrator has a voice F for Sanskrit" in error.message
        assert "captions in this one (subtitle_languages)" in error.message
    captions = {"topic": "Prahlad", "subtitle_languages": ["en", "sa"]}
    assert list(find_unspoken(services, RenderPlan.parse(captions))) == []


def test_every_voice_has_a_sample_text_in_its_own_language() -> None:
    assert tuple(SAMPLE_TEXTS) == LANGUAGES
    related = {"mr": "hi", "ne": "hi", "sa": "hi"}  # the same letters
    for language, text in SAMPLE_TEXTS.items():
        assert detect_language(text) in (language, related.get(language), "en")
