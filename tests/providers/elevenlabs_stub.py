"""ElevenLabs' wire format, as its reference has it: models, accounts, speech with timestamps, sounds, music."""

import base64
from typing import Any

from tests.providers.server import KEY, Answer, RecordedCall
from tests.providers.sounds import music, synthesize_speech

MUSIC_RATE = 44_100
MODELS = {"eleven_multilingual_v2": True, "eleven_v3": True, "eleven_flash_v2_5": True, "eleven_english_sts_v2": False}
"""Models by name; True if the model can speak a text."""


def answer(request: RecordedCall) -> Answer:  # noqa: PLR0911 - one for each route
    if request.headers.get("xi-api-key") != KEY or request.fault == "unauthorized":
        return _error(401, "invalid_api_key", "Invalid API key")
    match request.fault:
        case "no credit":
            return _error(401, "quota_exceeded", "This request exceeds your quota")
        case "bad request":
            return _error(400, "invalid_parameters", "Invalid parameters")
        case "refusal":
            return _error(400, "content_against_policy", "This content is against our policy")
    if (request.method, request.path) == ("GET", "/v1/models"):
        models: list[dict[str, Any]] = [
            {"model_id": name, "name": name, "can_do_text_to_speech": can} for name, can in MODELS.items()
        ]
        return Answer(200, Answer.json(models).body, {"Content-Type": "application/json"}, billed=False)
    if request.path.startswith("/v1/text-to-speech/") and request.path.endswith("/with-timestamps"):
        return _speech(request)
    if (request.method, request.path) == ("GET", "/v1/user/subscription"):
        left = {"tier": "creator", "character_count": 1000, "character_limit": 100_000, "status": "active"}
        return Answer(200, Answer.json(left).body, {"Content-Type": "application/json"}, billed=False)
    if (request.method, request.path) == ("POST", "/v1/music"):
        seconds = 2 if request.fault in ("truncated", "other size") else request.body["music_length_ms"] / 1000
        data = music(seconds, MUSIC_RATE, "MP3")
        return Answer(200, data, {"Content-Type": "audio/mpeg", "song-id": "song_1"})
    if (request.method, request.path) == ("POST", "/v1/sound-generation"):
        seconds = 0.01 if request.fault == "truncated" else request.body["duration_seconds"]
        return Answer(200, music(seconds, MUSIC_RATE, "MP3"), {"Content-Type": "audio/mpeg"})
    return _error(404, "not_found", f"{request.method} {request.path}")


def _error(status: int, code: str, message: str) -> Answer:
    return Answer.json({"detail": {"status": code, "message": message}}, status)


def _speech(request: RecordedCall) -> Answer:
    text = request.body["text"]
    if not MODELS.get(request.body["model_id"]):
        return _error(400, "model_not_found", f"A model with model ID {request.body['model_id']} does not exist")
    data, starts = synthesize_speech(text, 44_100, "MP3")
    if request.fault == "truncated":
        data, _ = synthesize_speech("Oh", 44_100, "MP3")
    characters = list(text)
    if request.fault == "odd timestamps":
        # numbers said as words, an ending that it does not know of, and one that goes back a little
        characters, odd = [*"well ", *characters[:-1]], [0.0] * 5 + list(starts[:-1])
        odd[len(odd) // 2] -= 0.05
        starts = tuple(odd)
    facts = {
        "characters": characters,
        "character_start_times_seconds": starts,
        "character_end_times_seconds": [s + 0.05 for s in starts],
    }
    body = {
        "audio_base64": base64.b64encode(data).decode(),
        "alignment": None if request.fault == "no timestamps" else facts,
        "normalized_alignment": facts,
    }
    return Answer.json(body, request_id="req_voice", character_cost=str(len(text)))
