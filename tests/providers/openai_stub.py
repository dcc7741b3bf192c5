"""OpenAI's wire format, as its reference has it: models, responses, images and their editing, speech."""

import base64
import io
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image

from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.speech_duration import estimate_scene_sec
from tests.providers.server import KEY, Answer, RecordedCall
from tests.providers.sounds import synthesize_speech

FIRST_TOKENS = {"1024x1024": 1056, "1536x1024": 1568, "1024x1536": 1584}
"""Output tokens of an image by models before 2, in medium quality."""
DAYS = 20
"""Days until the end of the models with "dying" in their names."""
MODELS = (
    "gpt-6.1-terra",
    "gpt-6-luna",
    "gpt-5-mini",
    "gpt-image-2.6-flare",
    "gpt-image-2.6-sunburst",
    "gpt-image-2",
    "gpt-image-1",
    "gpt-image-1-mini",
    "gpt-4o-mini-tts",
    "tts-1",
    "gpt-dying",
    "gpt-image-dying",
    "gpt-voice",
    "gpt-voice-dying",
)


def answer(request: RecordedCall) -> Answer:  # noqa: PLR0911 - one for each route
    if request.headers.get("authorization") != f"Bearer {KEY}" or request.fault == "unauthorized":
        return _error(401, "Incorrect API key provided", "invalid_api_key")
    match request.fault:
        case "no credit":
            return _error(429, "You exceeded your current quota", "insufficient_quota")
        case "bad request":
            return _error(400, "Invalid value", "invalid_value")
    match request.method, request.path:
        case "GET", "/v1/models":
            return _free({"object": "list", "data": [_model(name) for name in MODELS]})
        case "GET", path if path.startswith("/v1/models/"):
            name = path.removeprefix("/v1/models/")
            return _free(_model(name)) if name in MODELS else _refuse_model(name)
        case "POST", "/v1/responses":
            return _response(request)
        case "POST", "/v1/images/generations":
            return _image(request, request.body)
        case "POST", "/v1/images/edits":
            return _image(request, request.form)
        case "POST", "/v1/audio/speech":
            return _speech(request)
    return _error(404, f"Invalid URL ({request.method} {request.path})", "unknown_url")


def _model(name: str) -> dict[str, Any]:
    end = (datetime.now(UTC).date() + timedelta(days=DAYS)).isoformat() if "dying" in name else None
    return {"id": name, "object": "model", "created": 1, "owned_by": "openai", "shutdown_date": end}


def _free(body: Any) -> Answer:
    return Answer(200, json.dumps(body).encode(), {"Content-Type": "application/json"}, billed=False)


def _refuse_model(name: str) -> Answer:
    return _error(404, f"The model '{name}' does not exist or you do not have access to it.", "model_not_found")


def _error(status: int, message: str, code: str) -> Answer:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return Answer.json({"error": error}, status, x_request_id="req_bad")


def _image(request: RecordedCall, asked: Mapping[str, Any]) -> Answer:
    if request.fault == "refusal":
        return _error(400, "Your request was rejected by the safety system", "moderation_blocked")
    size = asked["size"]
    if asked["model"] not in MODELS:
        return _refuse_model(asked["model"])
    if problem := _wrong_image_request(asked):
        return _error(400, problem, "invalid_value")
    width, height = (640, 480) if request.fault == "other size" else map(int, size.split("x"))
    out = io.BytesIO()
    shade = sum(asked["prompt"].encode()) % 200
    Image.new("RGB", (width, height), (shade, 90, 160)).save(out, "PNG")
    data = out.getvalue()[: 300 if request.fault == "truncated" else None]
    close = 272 if asked["model"].startswith("gpt-image-1") else 4400
    words, seen_tokens = len(asked["prompt"]) // 4, close * request.raw.count(b'name="image')
    used = {
        "input_tokens": words + seen_tokens,
        "output_tokens": tokens(asked["model"], size),
        "total_tokens": 0,
        "input_tokens_details": {"image_tokens": seen_tokens, "text_tokens": words},
    }
    body = {"created": 1, "data": [{"b64_json": base64.b64encode(data).decode()}], "size": size, "usage": used}
    return Answer.json(body, x_request_id="req_image")


def _wrong_image_request(asked: Mapping[str, Any]) -> str:
    """Refuse requests that the real server refuses (openai 3.54.0, types/image_edit_params.py)."""
    if asked["model"].startswith("gpt-image-1"):
        return "" if asked["size"] in FIRST_TOKENS else f"Invalid size {asked['size']}"
    width, height = map(int, asked["size"].split("x"))
    if width % 16 or height % 16 or width * height > 3840 * 2160 or max(width, height) > 3840:
        return f"Invalid size {asked['size']}"
    if max(width, height) > 3 * min(width, height):
        return "The aspect ratio must be between 1:3 and 3:1"
    return "input_fidelity is not supported for this model" if "input_fidelity" in asked else ""


def tokens(model: str, size: str) -> int:
    """Return the output tokens of one image in medium quality."""
    if model.startswith("gpt-image-1"):
        return FIRST_TOKENS[size]
    width, height = map(int, size.split("x"))
    return round(1770 * math.sqrt(width * height / 1024**2))


def _speech(request: RecordedCall) -> Answer:
    if request.fault == "refusal":
        return _error(400, "Your input was flagged", "content_policy_violation")
    if request.body["model"] not in MODELS:
        return _refuse_model(request.body["model"])
    data, _ = synthesize_speech(request.body["input"], 24000, "WAV")
    if request.fault == "truncated":
        data, _ = synthesize_speech("Oh", 24000, "WAV")
    return Answer(200, data, {"Content-Type": "audio/wav", "x-request-id": "req_speech"})


def _response(request: RecordedCall) -> Answer:
    text = request.body["input"]
    if request.body["model"] not in MODELS:
        return _refuse_model(request.body["model"])
    form = request.body.get("text", {}).get("format", {})
    if form.get("type") == "json_schema":
        assert form["strict"] is True
        content_sent = translation(text, request.body["instructions"]) if is_translation(text) else script(text)
        text_sent = json.dumps(content_sent, ensure_ascii=False)
    else:
        text_sent = "A calm picture in other words"
    if request.fault == "truncated":
        text_sent = text_sent[: len(text_sent) // 2]
    content: dict[str, Any] = {"type": "output_text", "text": text_sent, "annotations": [], "logprobs": []}
    if request.fault == "refusal":
        content = {"type": "refusal", "refusal": "I cannot help with that"}
    used = {
        "input_tokens": len(text) // 4,
        "output_tokens": len(text_sent) // 3,
        "total_tokens": 0,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [content]}
    body = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": request.body["model"],
        "output": [message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": used,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "temperature": 1,
        "top_p": 1,
    }
    return Answer.json(body, x_request_id="req_response")


SPOKEN_WORDS: Mapping[str, str] = {
    "Hindi": "नदी धीरे बहती है",
    "Marathi": "नदी हळू वाहते",
    "Tamil": "ஆறு மெதுவாக ஓடுகிறது",
    "French": "la rivière coule doucement",
    "English": "the river runs on",
    "Japanese": "川はゆっくり流れる",
}
"""The words of a translation into each language that tests ask for."""


def is_translation(text: str) -> bool:
    return text.startswith("{")


def translation(text: str, instructions: str) -> dict[str, Any]:
    """A translation of the texts in a prompt, each about as long as its original; a line that is reworded is as long as
    it may be."""
    asked = json.JSONDecoder().raw_decode(text)[0]
    language = next(name for name in SPOKEN_WORDS if f" into {name}" in instructions)
    glossary = " ".join(asked.get("glossary", {}).values())
    lines = [_repeat(SPOKEN_WORDS[language], one.get("longest", len(one["text"]))) for one in asked["narrations"]]
    return {
        "narrations": [f"{glossary} {line}".strip() for line in lines],
        "phrases": [_repeat(SPOKEN_WORDS[language], len(one)) for one in asked["phrases"]],
    }


def _repeat(unit: str, characters: int) -> str:
    words = unit.split()
    count = max(1, round(characters / (len(unit) + 1) * len(words)))
    return " ".join(words[i % len(words)] for i in range(count))


def script(text: str) -> dict[str, Any]:
    """A script as long as ``text`` asks for; for one whose narration is given, that narration."""
    words = int(text.split(", about ")[1].split(" words", maxsplit=1)[0])
    hindi = "हिन्दी" in text or any("\u0900" <= c <= "\u097f" for c in text)
    seconds = words / (2.0 if hindi else 2.3)  # at the usual speed
    characters = re.findall(r"^([^\n:]+): ", text.partition("as they are described:\n")[2], re.MULTILINE)
    count = int(text.split(" s in ")[1].split(" scenes", maxsplit=1)[0])
    unit = (
        ["नदी", "धीरे", "धीरे", "बहती", "है"] if hindi else "the river runs on to the sea".split()  # noqa: SIM905
    )
    shots = [
        {
            "narration": _fill_narration(unit, "hi" if hindi else "en", seconds / count, i) + ("।" if hindi else "."),
            "translation": "And so it goes." if hindi else "नदी बहती है।",
            "image_prompt": f"A river at dawn, view {i}",
            "characters": [*characters, "Mira"],
            "sounds": [{"text": "water runs over stones", "word": 2}] if i == 0 else [],
            "camera": "zoom_in",
        }
        for i in range(count)
    ]
    return {
        "title": "The River",
        "description": "A river.",
        "tags": ["river"],
        "mood": "calm",
        "style": "watercolour",
        "characters": [{"name": "Mira", "look": "a girl of ten in a red dress"}],
        "scenes": shots,
    }


def _fill_narration(unit: list[str], language: Language, seconds: float, first: int) -> str:
    """Return a narration of the requested length; no two scenes say the same."""
    words = [str(first)]
    while estimate_scene_sec(" ".join(words), language) < seconds:
        words.append(unit[(first + len(words)) % len(unit)])
    return " ".join(words).capitalize()
