"""The dry run of a plan: it shows everything that a job would make, and leaves nothing behind."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.bootstrap.machine import count_cores, save_figures
from sutradhar.domain.video.render_figures import RenderFigures
from tests.functions.test_api import submit
from tests.functions.worker import work


def preview(api: FlaskClient, body: dict[str, Any]) -> Any:
    answer = api.post("/plan", data=json.dumps(body))
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_the_scenes_the_cost_and_the_time_are_shown_and_nothing_is_made(api: FlaskClient) -> None:
    shown = preview(api, {"topic": "Prahlad", "length_sec": 30})
    assert (shown["accepted"], shown["problems"]) == (True, [])
    assert len(shown["plan"]["scenes"]) > 1
    assert abs(shown["estimate"]["video_seconds"] - 30) <= 3
    assert shown["estimate"]["wait_seconds"] > 10
    assert (shown["estimate"]["expected_usd"], shown["estimate"]["lines"]) == (0, [])
    assert bootstrap.backend().jobs.list_latest().jobs == []
    assert submit(api, shown["plan"]).status_code == 202


def test_a_changed_copy_keeps_what_is_made(api: FlaskClient) -> None:
    scenes = [{"narration": text, "image_prompt": "a cup"} for text in ("चाय गरम है।", "चाय अच्छी है।")]
    plan = {"language": "hi", "title": "Tea", "scenes": scenes, "music": False}
    assert preview(api, plan)["kept"] == []
    work(submit(api, plan).get_json()["job_id"])
    shown = preview(api, plan)
    slots = [f"scene-0{scene}-{role}" for scene in (0, 1) for role in ("narration", "image")]
    assert sorted(shown["kept"]) == sorted(slots)
    assert sum(shown["scene_seconds"]) == pytest.approx(shown["estimate"]["video_seconds"], abs=0.1)
    scenes[1] |= {"narration": "चाय बहुत अच्छी है।"}
    assert set(slots) - set(preview(api, plan)["kept"]) == {"scene-01-narration"}


def test_the_time_follows_what_was_measured_on_this_machine(api: FlaskClient) -> None:
    body = {"topic": "Prahlad", "length_sec": 60}
    before = preview(api, body)["estimate"]
    figures = RenderFigures()
    slow = figures.evolve(final_ms=10 * figures.final_ms)
    saved = save_figures(bootstrap.settings().home, slow)
    after = preview(api, body)["estimate"]
    frames = 30 * after["video_seconds"]
    more_sec = frames * 9 * figures.final_ms / 1000 / count_cores() * (1 + figures.finish_share)
    assert after["wait_seconds"] - before["wait_seconds"] == pytest.approx(more_sec, rel=0.02)
    assert after["render_usd"] == 0  # this machine is the user's own
    saved.write_text("{")
    assert preview(api, body)["estimate"] == before  # an estimate by the assumptions is better than none


def test_every_reason_for_a_refusal_is_told_at_once(api: FlaskClient) -> None:
    scene = {"narration": "Hello.", "image_prompt": "a river", "sounds": [{"text": "thunder"}]}
    body = {"scenes": [scene], "strict": True, "footage": "stock", "music": {"upload": "up-0123456789abcdef"}}
    shown = preview(api, body)
    assert shown["accepted"] is False
    assert {problem["path"].partition("[")[0] for problem in shown["problems"]} == {"music.upload", "footage", "scenes"}
    assert submit(api, body).status_code == 400


def test_characters_that_no_font_draws_are_told(api: FlaskClient) -> None:
    assert any("fonts cannot draw" in notice for notice in preview(api, {"topic": "tea", "title": "Tea 🍵"})["notices"])


def test_a_wrong_plan_is_refused_as_by_an_order(api: FlaskClient) -> None:
    body = {"topic": "t", "length_sec": 4, "voyce": "F"}
    answers = [api.post(path, data=json.dumps(body)) for path in ("/plan", "/render")]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].get_json()["errors"] == answers[1].get_json()["errors"]
