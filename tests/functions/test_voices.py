"""The voices of this machine and their samples over HTTP, on both backends."""

import io
import wave
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.jobs.messages import Message, SpeakSample
from sutradhar.pipeline.handle import fail_job, handle
from sutradhar.pipeline.voice_samples import forget_old_notes
from sutradhar.providers.offline.espeak_ng import EspeakNarrator
from tests.function_client import open_client


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch, each_backend: None) -> list[Message]:
    """The messages that the API sends, in place of the bus."""
    messages: list[Message] = []
    monkeypatch.setattr(type(bootstrap.backend().bus), "publish", lambda _self, message: messages.append(message))
    return messages


@pytest.fixture
def api(queue: list[Message]) -> FlaskClient:
    return open_client("api")


def order(api: FlaskClient, **body: Any) -> Any:
    return api.post("/voices/sample", json={"language": "hi", "voice": "F", **body})


def test_each_voice_is_listed_with_who_speaks(api: FlaskClient) -> None:
    answer = api.get("/voices?language=hi").get_json()
    facts = [
        (one["voice"], one["provider"], one["gender"], one["kind"], one["is_available"]) for one in answer["voices"]
    ]
    assert facts == [("F", "espeak_ng", "F", "offline", True), ("M", "espeak_ng", "M", "offline", True)]
    assert {(one["price_usd"], one["sample_usd"], one["sample_url"]) for one in answer["voices"]} == {(None, 0, None)}
    assert api.get("/voices?language=Klingon").status_code == 400


def test_a_sample_is_made_once_for_all_callers(api: FlaskClient, queue: list[Message]) -> None:
    first = order(api)
    again = order(api)
    assert (first.status_code, again.status_code, len(queue)) == (202, 202, 1)
    sample = first.get_json()
    path = f"/voices/sample/{sample['sample_id']}"
    assert (sample["state"], sample["audio_url"]) == ("making", None)
    assert sample["status_url"] == f"http://localhost{path}"
    assert api.get(f"{path}/audio").status_code == 404
    for _ in range(2):  # Pub/Sub may deliver a message twice
        handle(bootstrap.services(), queue[0])

    ready = api.get(path).get_json()
    assert (ready["state"], ready["provider"].split("/")[0]) == ("ready", "espeak_ng")
    assert order(api).status_code == 200
    with api.get(f"{path}/audio", follow_redirects=False) as audio:
        if audio.status_code == 200:  # a bucket is read by its own URL
            with wave.open(io.BytesIO(audio.data)) as file:
                assert file.getnframes() / file.getframerate() == pytest.approx(ready["duration_sec"], abs=0.01)
        else:
            assert audio.status_code == 302
    listed = {one["voice"]: one["sample_url"] for one in api.get("/voices?language=hi").get_json()["voices"]}
    assert listed == {"F": ready["audio_url"], "M": None}
    assert len(queue) == 1


def test_a_scene_with_the_words_of_a_sample_uses_its_sound(api: FlaskClient, queue: list[Message]) -> None:
    sample = order(api, text="चाय अच्छी है।", voice="M").get_json()
    handle(bootstrap.services(), queue.pop())
    scene = {"narration": "चाय अच्छी है।", "image_prompt": "tea"}
    job_id = api.post("/render", json={"language": "hi", "voice": "M", "scenes": [scene]}).get_json()["job_id"]
    handle(bootstrap.services(), queue.pop())
    (request, *_) = bootstrap.backend().jobs.get(job_id).requests
    assert request.key == sample["sample_id"]


def test_a_failure_is_told_and_may_be_tried_again(
    api: FlaskClient, queue: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = order(api).get_json()

    def fail(*_args: object) -> None:
        raise ProviderError("the voice is hoarse", provider="espeak_ng", retryable=True, advice="wait a moment")

    monkeypatch.setattr(EspeakNarrator, "narrate", fail)
    handle(bootstrap.services(), queue.pop())
    path = f"/voices/sample/{sample['sample_id']}"
    failed = api.get(path).get_json()
    assert failed["state"] == "failed"
    assert failed["problem"] == "the voice is hoarse; wait a moment"
    assert (order(api).status_code, len(queue)) == (202, 1)
    (message,) = queue
    assert isinstance(message, SpeakSample)
    fail_job(bootstrap.services(), message, RuntimeError("its process was killed"))
    assert "killed" in api.get(path).get_json()["problem"]


def test_the_note_of_a_lost_sample_ends_with_a_day(
    api: FlaskClient, queue: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/voices/sample/{order(api).get_json()['sample_id']}"
    forget_old_notes(bootstrap.services())
    assert api.get(path).get_json()["state"] == "making"
    later = bootstrap.backend().clock.now() + timedelta(seconds=30)
    monkeypatch.setattr(type(bootstrap.backend().clock), "now", lambda _self: later)
    assert (order(api).status_code, len(queue)) == (202, 2)  # the first message is taken to be lost
    end = later + timedelta(days=1)
    monkeypatch.setattr(type(bootstrap.backend().clock), "now", lambda _self: end)
    forget_old_notes(bootstrap.services())
    assert api.get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"voice": "elevenlabs/x"}, "voice"),
        ({"voice": "loud"}, "voice"),
        ({"language": "Klingon"}, "language"),
        ({"text": "a" * 301}, "text"),
        ({"delivery": {"speed": 3}}, "delivery.speed"),
        ({"speed": 1}, "speed"),
    ],
)
def test_a_wrong_order_is_named(home: object, body: dict[str, Any], path: str) -> None:
    answer = order(open_client("api"), **body)
    assert (answer.status_code, [error["path"] for error in answer.get_json()["errors"]]) == (400, [path])
