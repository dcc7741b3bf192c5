"""Answer in the wire formats of Imagen, Veo and Gemini Omni: images at once, videos by an operation that is polled.

The id of a video holds all facts about it, so the stub stores nothing; the fault ``pending`` makes a video wait.
"""

import base64
import io
import json
import re
from typing import Any

from PIL import Image

from tests.providers.server import Answer, RecordedCall
from tests.providers.stock_stub import clip

IMAGE_SIZES = {"1:1": (1024, 1024), "16:9": (1408, 768), "9:16": (768, 1408), "4:3": (1280, 896), "3:4": (896, 1280)}
VIDEO_SIZES = {"720p": (1280, 720), "1080p": (1920, 1080)}
_MODEL = r"/v\w+/(projects/p/locations/[\w-]+/publishers/google/models/[\w.-]+)"
_OMNI = r"/v\w+/(?:projects/p/locations/[\w-]+/)?interactions"
_GUIDELINES = "The prompt could not be submitted. It contains words that violate the usage guidelines."
_FILTERED = "1 videos were filtered out because they violated Vertex AI's usage guidelines. Support codes: 58061214"


def media(request: RecordedCall) -> Answer | None:
    """The answer; None: the request is for neither of the three."""
    if match := re.fullmatch(rf"{_MODEL}:predict", request.path):
        return _imagen(request)
    if match := re.fullmatch(rf"{_MODEL}:predictLongRunning", request.path):
        return _start_veo(request, match[1])
    if match := re.fullmatch(rf"{_MODEL}:fetchPredictOperation", request.path):
        return _poll_veo(request)
    if (request.method, bool(re.fullmatch(_OMNI, request.path))) == ("POST", True):
        return _start_omni(request)
    if (match := re.fullmatch(rf"{_OMNI}/([\w-]+)", request.path)) and request.method == "GET":
        return _poll_omni(request, match[1])
    if match := re.fullmatch(r"/v\w+/files/([\w-]+):download", request.path):
        return Answer(200, _make_video(request, _read(match[1])), {"Content-Type": "video/mp4"}, billed=False)
    return None


def _imagen(request: RecordedCall) -> Answer:
    if request.fault == "refusal":
        filtered = {"raiFilteredReason": "Unable to show generated images. Support codes: 56562880"}
        return _free({"predictions": [filtered] if request.body["parameters"].get("includeRaiReason") else []})
    size = (
        (640, 480)
        if request.fault == "other size"
        else IMAGE_SIZES[request.body["parameters"].get("aspectRatio", "1:1")]
    )
    out = io.BytesIO()
    Image.new("RGB", size, (90, 160, sum(request.raw) % 200)).save(out, "PNG")
    data = base64.b64encode(out.getvalue()[: 300 if request.fault == "truncated" else None]).decode()
    image = {"bytesBase64Encoded": data, "mimeType": "image/png"}
    return Answer.json({"predictions": [image] * request.body["parameters"].get("sampleCount", 1)})


def _start_veo(request: RecordedCall, model: str) -> Answer:
    asked = request.body["parameters"]
    width, height = VIDEO_SIZES[asked.get("resolution", "720p")]
    size = (height, width) if asked.get("aspectRatio") == "9:16" else (width, height)
    name = make_video_id(size, asked.get("durationSeconds", 8), refused=request.fault == "refusal")
    answer = Answer.json({"name": f"{model}/operations/{name}"})
    # a video that the filter holds back is not charged for
    return _free(json.loads(answer.body)) if request.fault == "refusal" else answer


def _poll_veo(request: RecordedCall) -> Answer:
    name = request.body["operationName"]
    clip_facts = _read(name.rpartition("/")[2])
    if request.fault == "pending":
        return _free({"name": name})
    if request.fault == "refusal":
        return _free({"name": name, "done": True, "error": {"code": 3, "message": _GUIDELINES}})
    kind = {"@type": "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse"}
    if clip_facts["refused"]:
        filtered = {**kind, "raiMediaFilteredCount": 1, "raiMediaFilteredReasons": [_FILTERED]}
        return _free({"name": name, "done": True, "response": filtered})
    video = {"bytesBase64Encoded": base64.b64encode(_make_video(request, clip_facts)).decode(), "mimeType": "video/mp4"}
    response = {**kind, "raiMediaFilteredCount": 0, "videos": [video]}
    return _free({"name": name, "done": True, "response": response})


def _start_omni(request: RecordedCall) -> Answer:
    form = request.body["response_format"]
    form = form[0] if isinstance(form, list) else form
    width, height = VIDEO_SIZES[form.get("resolution", "720p")]
    size = (height, width) if form.get("aspect_ratio") == "9:16" else (width, height)
    name = make_video_id(size, int(form.get("duration", "8s").rstrip("s")), refused=request.fault == "refusal")
    answer = Answer.json({"id": name, "status": "in_progress", "model": request.body["model"], "object": "interaction"})
    return _free(json.loads(answer.body)) if request.fault == "refusal" else answer


def _poll_omni(request: RecordedCall, name: str) -> Answer:
    clip_facts = _read(name)
    about = {"id": name, "model": "gemini-omni-1.2-flash", "object": "interaction"}
    if request.fault == "pending":
        return _free({**about, "status": "in_progress"})
    if clip_facts["refused"] or request.fault == "refusal":
        return _free({**about, "status": "failed", "errors": [{"code": "content_filtered", "message": _GUIDELINES}]})
    base = f"https://generativelanguage.googleapis.com/v1/files/{name}:download?alt=media"
    video = {"type": "video", "uri": base, "mime_type": "video/mp4"}
    used = {"total_input_tokens": 300, "total_output_tokens": 5792 * clip_facts["sec"], "total_tokens": 0}
    step = {"type": "model_output", "content": [video]}
    return _free({**about, "status": "completed", "steps": [step], "usage": used})


def _make_video(request: RecordedCall, clip_facts: Any) -> bytes:
    width, height = (640, 360) if request.fault == "other size" else clip_facts["size"]
    data = clip(width, height, clip_facts["sec"])
    return data[:400] if request.fault == "truncated" else data


def make_video_id(size: tuple[int, int], sec: int, refused: bool = False) -> str:
    """Return an id in the letters that Google's client knows in the name of a file: lower case and digits."""
    return json.dumps({"size": size, "sec": sec, "refused": refused}).encode().hex()


def _read(name: str) -> Any:
    return json.loads(bytes.fromhex(name))


def _free(body: Any) -> Answer:
    answer = Answer.json(body)
    return Answer(answer.status, answer.body, answer.headers, billed=False)
