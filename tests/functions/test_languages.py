"""GET /languages and `sutradhar languages` tell what works in each language; plans tell what they will lack."""

import json

from flask.testing import FlaskClient
from typer.testing import CliRunner

from functions.api.languages import LanguageList
from functions.cli import app
from sutradhar import bootstrap
from sutradhar.domain.language.tags import LANGUAGES
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.languages import find_language_notices
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


def test_a_plan_tells_words_that_are_timed_by_their_length(home: object, monkeypatch: object) -> None:
    scene = {"narration": "வணக்கம் உலகம்.", "image_prompt": "a sunrise"}
    plan = RenderPlan.parse({"scenes": [scene]})
    services = bootstrap.services()
    assert list(find_language_notices(services, plan)) == []
