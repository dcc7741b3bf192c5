"""The seconds of narrations are estimated while they are typed, as the plan's own estimate counts them."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar.domain.plan.speech_duration import estimate_scene_sec


def ask(api: FlaskClient, body: dict[str, Any]) -> Any:
    return api.post("/plan/seconds", json=body).json


TEXT = "A fox saw ripe grapes. It could not reach them."


def test_each_narration_and_its_scene_have_their_seconds(api: FlaskClient) -> None:
    answer = ask(api, {"narrations": [TEXT, "", "नमस्ते"], "language": "en"})
    assert answer["scenes"][0] == pytest.approx(estimate_scene_sec(TEXT, "en"), abs=0.01)
    assert answer["narrations"][0] == pytest.approx(answer["scenes"][0] - 0.4, abs=0.02)
    assert (answer["narrations"][1], answer["scenes"][1]) == (0, 0)
    assert answer["scenes"][2] > 0.6


def test_the_language_and_the_speed_count(api: FlaskClient) -> None:
    hindi = {"narrations": ["एक लोमड़ी ने पके अंगूर देखे और उन तक पहुँच न सकी।"]}
    assert ask(api, hindi) == ask(api, {**hindi, "language": "hi"})
    slow = ask(api, {"narrations": [TEXT], "speed": 0.7})["narrations"][0]
    assert slow > 1.3 * ask(api, {"narrations": [TEXT]})["narrations"][0]


def test_typing_is_never_limited(api: FlaskClient) -> None:
    for path, body in (("/plan/seconds", {"narrations": [TEXT]}), ("/plan", {"topic": "Tea"})):
        answers = [api.post(path, json=body) for _ in range(15)]
        assert {answer.status_code for answer in answers} == {200}
        assert "RateLimit-Limit" not in answers[0].headers


def test_wrong_values_are_named(api: FlaskClient) -> None:
    answer = ask(api, {"narrations": [TEXT], "speed": 3, "language": "klingon"})
    assert answer["status"] == 400
    assert {error["path"] for error in answer["errors"]} == {"speed", "language"}
