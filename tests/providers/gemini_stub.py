"""The Gemini API's wire format, as its reference has it: models, generateContent; media are next door."""

import base64
import io
import json
import re
from typing import Any

from PIL import Image

from tests.providers.google_media_stub import media
from tests.providers.openai_stub import is_translation, script, translation
from tests.providers.server import KEY, Answer, RecordedCall
from tests.providers.sounds import synthesize_speech

MODELS = (
    "gemini-3.5-flash-lite",
    "gemini-3.1-flash-lite",
    "gemini-3.1-flash-image",
    "gemini-3-pro-image",
    "gemini-3.8-flash-tts",
    "gemini-3.8-flash-lite-tts",
    "gemini-2.5-flash",
    "gemini-2.5-flash-image",
    "veo-3.1-fast-generate-001",
    "veo-3.1-generate-001",
)
SIZES = {"16:9": (1408, 768), "9:16": (768, 1408), "1:1": (1024, 1024)}


def answer(request: RecordedCall) -> Answer:  # noqa: PLR0911 - one for each route
    credentials = (request.headers.get("x-goog-api-key"), request.headers.get("authorization"))
    if credentials not in ((KEY, None), (None, f"Bearer {KEY}")) or request.fault == "unauthorized":
        if "/projects/" in request.path:
            return _error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        invalid = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
        return _error(400, "INVALID_ARGUMENT", "API key not valid.", invalid)
    match request.fault:
        case "no credit":
            day = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}]}
            return _error(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", day)
        case "bad request":
            return _error(400, "INVALID_ARGUMENT", "Invalid value")
    if request.method == "GET" and (where := re.fullmatch(r"/v\w+/(publishers/google/)?models", request.path)):
        # Vertex AI's list is of publisherModels
        found_in = "publisherModels" if where[1] else "models"
        models = json.dumps({found_in: [{"name": f"{where[1] or ''}models/gemini-2.5-flash"}]}).encode()
        return Answer(200, models, {"Content-Type": "application/json"}, billed=False)
    if request.method == "GET" and (
        where := re.fullmatch(r"/v\w+/(publishers/google/)?models/([\w.-]+)", request.path)
    ):
        if where[2] not in MODELS:
            return _refuse_model(where[2])
        body = json.dumps({"name": f"{where[1] or ''}models/{where[2]}"}).encode()
        return Answer(200, body, {"Content-Type": "application/json"}, billed=False)
    start = re.fullmatch(r"/v\w+/projects/p/\S+/models/([\w.-]+):predictLongRunning", request.path)
    if start and start[1] not in MODELS:
        return _refuse_model(start[1])
    match = re.fullmatch(
        r"/v\w+/(?:projects/p/locations/l/publishers/google/)?models/([\w.-]+):generateContent", request.path
    )
    if not match:
        return media(request) or _error(404, "NOT_FOUND", f"{request.method} {request.path}")
    if match[1] not in MODELS:
        return _refuse_model(match[1])
    if match[1].endswith("-tts"):
        return _speech(request)
    return _image(request) if "image" in match[1] else _text(request)


def _refuse_model(name: str) -> Answer:
    why = f"models/{name} is not match for API version v1beta, or is not supported for generateContent."
    return _error(404, "NOT_FOUND", why)


def _error(status: int, code: str, message: str, *details: Any) -> Answer:
    return Answer.json({"error": {"code": status, "message": message, "status": code, "details": details}}, status)


def _text(request: RecordedCall) -> Answer:
    if request.fault == "refusal":
        return _generate([], "SAFETY", 20, 0)
    asked = request.body["contents"][0]["parts"][0]["text"]
    text = "A calm picture in other words"
    if "responseSchema" in request.body.get("generationConfig", {}):
        instructions = json.dumps(request.body.get("systemInstruction", {}), ensure_ascii=False)
        body = translation(asked, instructions) if is_translation(asked) else script(asked)
        text = json.dumps(body, ensure_ascii=False)
    if request.fault == "truncated":
        text = text[: len(text) // 2]
    return _generate([{"text": text}], "STOP", len(asked) // 4, len(text) // 3)


def read_voice(request: RecordedCall) -> str:
    """Return the voice that a request names, in either form of its names: see
    findings/genai_names_speech_config_in_two_ways.sh."""
    speech = request.body["generationConfig"]["speechConfig"]
    if "voice_config" in speech:
        return str(speech["voice_config"]["prebuilt_voice_config"]["voice_name"])
    return str(speech["voiceConfig"]["prebuiltVoiceConfig"]["voiceName"])


def _speech(request: RecordedCall) -> Answer:
    """Say the text of the first part, as the models from 3.8 on do: in a whole WAV file."""
    if request.fault == "refusal":
        return _generate([], "SAFETY", 20, 0)
    (part,) = request.body["contents"][0]["parts"]
    asked = request.body["generationConfig"]
    assert asked["responseModalities"] == ["AUDIO"]
    assert set(part) == {"text", "speechMetadata"}
    assert read_voice(request)
    data, _ = synthesize_speech("Oh" if request.fault == "truncated" else part["text"], 24000, "WAV")
    if request.fault == "wrong type":
        return _generate([{"text": "Hello"}], "STOP", 20, 10)
    inline = {"mimeType": "audio/wav", "data": base64.b64encode(data).decode()}
    return _generate([{"inlineData": inline}], "STOP", len(part["text"]) // 4, round(25 * (len(data) - 44) / 48_000))


def _image(request: RecordedCall) -> Answer:
    if request.fault == "refusal":
        answer = _generate([], "IMAGE_SAFETY", 20, 0)
        return Answer(answer.status, answer.body, answer.headers, billed=True)
    aspect = request.body["generationConfig"]["imageConfig"]["aspectRatio"]
    data = {"inlineData": {"mimeType": "image/png", "data": _draw_image(request, aspect)}}
    size = request.body["generationConfig"]["imageConfig"].get("imageSize", "1K")
    return _generate([data], "STOP", 20, {"1K": 1120, "2K": 1680, "4K": 2520}[size])


def _draw_image(request: RecordedCall, aspect: str) -> str:
    out = io.BytesIO()
    size = (640, 480) if request.fault == "other size" else SIZES[aspect]
    Image.new("RGB", size, (90, 120, sum(request.raw) % 200)).save(out, "PNG")
    return base64.b64encode(out.getvalue()[: 300 if request.fault == "truncated" else None]).decode()


def _generate(parts: list[Any], finish: str, read: int, output: int) -> Answer:
    body = {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": finish, "index": 0}],
        "usageMetadata": {
            "promptTokenCount": read,
            "candidatesTokenCount": output,
            "thoughtsTokenCount": 0,
            "totalTokenCount": read + output,
        },
        "modelVersion": "gemini-2.5-flash",
        "responseId": "resp_gemini",
    }
    return Answer.json(body)
