"""Google Cloud Text-to-Speech's wire format (REST, v1beta1): voices, text:synthesize with time points."""

import base64
import json
import re
from html import unescape
from typing import Any

from tests.providers.server import KEY, Answer, RecordedCall
from tests.providers.sounds import synthesize_speech

VOICES = (
    "en-US-Neural2-F",
    "en-US-Neural2-D",
    "hi-IN-Neural2-A",
    "hi-IN-Neural2-B",
    "en-GB-Neural2-B",
    "en-IN-Wavenet-D",
    "en-GB-Standard-A",
    "bn-IN-Wavenet-A",
    "ta-IN-Wavenet-A",
    "te-IN-Standard-A",
    "mr-IN-Wavenet-A",
    "ur-IN-Wavenet-A",
    "es-ES-Neural2-H",
    "ar-XA-Wavenet-A",
    "ja-JP-Neural2-B",
    "cmn-CN-Wavenet-A",
)
MARK = re.compile(r'<mark name="(\d+)"/>([^<]*)')


def answer(request: RecordedCall) -> Answer:
    if request.headers.get("x-goog-api-key") != KEY or request.fault == "unauthorized":
        return _error(403, "PERMISSION_DENIED", "The request is missing a valid API key.")
    match request.fault:
        case "no credit":
            return _error(403, "PERMISSION_DENIED", "This API method requires billing to be enabled.")
        case "bad request":
            return _error(400, "INVALID_ARGUMENT", "Invalid SSML")
    if (request.method, request.path) == ("GET", "/v1beta1/voices"):
        language = request.query.get("languageCode", "")
        voices = [
            {
                "name": name,
                "languageCodes": [name.rsplit("-", 2)[0]],
                "ssmlGender": "FEMALE",
                "naturalSampleRateHertz": 24_000,
            }
            for name in VOICES
            if name.startswith(language)
        ]
        return Answer(200, json.dumps({"voices": voices}).encode(), {"Content-Type": "application/json"}, billed=False)
    if (request.method, request.path) != ("POST", "/v1beta1/text:synthesize"):
        return _error(404, "NOT_FOUND", f"{request.method} {request.path}")
    name = request.body["voice"]["name"]
    if name not in VOICES:
        return _error(400, "INVALID_ARGUMENT", f"Voice '{name}' does not exist. Is it misspelled?")
    assert len(request.body["input"]["ssml"].encode()) <= 5000
    marks = MARK.findall(request.body["input"]["ssml"])
    words = [unescape(word) for _, word in marks]
    text = "".join(words)
    data, starts = synthesize_speech(text, 24_000, "WAV")
    if request.fault == "truncated":
        data, _ = synthesize_speech("Oh", 24_000, "WAV")
    places = [len("".join(words[:i])) for i in range(len(words))]
    points: list[dict[str, Any]] = [
        {"markName": name, "timeSeconds": starts[at]} for (name, _), at in zip(marks, places, strict=True)
    ]
    if request.fault == "odd timestamps":
        points = points[::2]
    body = {"audioContent": base64.b64encode(data).decode(), "audioConfig": {"audioEncoding": "LINEAR16"}}
    return Answer.json({**body, "timepoints": [] if request.fault == "no timestamps" else points})


def _error(status: int, code: str, message: str) -> Answer:
    return Answer.json({"error": {"code": status, "message": message, "status": code}}, status)
