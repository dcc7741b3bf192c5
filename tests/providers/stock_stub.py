"""Answer in the wire formats of Pexels and Pixabay: searches for videos and photographs, and their files."""

import io
import subprocess
from functools import cache
from typing import Any

from PIL import Image

from tests.providers.server import KEY, Answer, RecordedCall
from tests.providers.sounds import music

SIZES = {"large": (1920, 1080), "small": (640, 360)}
RATE = {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "99", "X-RateLimit-Reset": "60"}
"""The headers of both. The last one says when the window restarts: a time for Pexels, seconds for Pixabay."""


@cache
def clip(width: int, height: int, seconds: float = 3) -> bytes:
    """A pattern that moves."""
    pattern = f"testsrc2=s={width}x{height}:r=25:d={seconds}"
    argv = [
        "ffmpeg",
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        pattern,
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
        "-movflags",
        "frag_keyframe+empty_moov",
        "-f",
        "mp4",
        "-",
    ]
    return subprocess.run(argv, capture_output=True, check=True).stdout


@cache
def photograph(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def _file(request: RecordedCall) -> Answer:
    size, _, kind = request.path.removeprefix("/files/").partition(".")
    width, height = (640, 480) if request.fault == "other size" else map(int, size.split("x"))
    data, mime = (clip(width, height), "video/mp4") if kind == "mp4" else (photograph(width, height), "image/jpeg")
    if request.fault == "truncated":
        data = data[:400]
    return Answer(200, data, {"Content-Type": mime}, billed=False)


def _free(body: Any, status: int = 200) -> Answer:
    answer = Answer.json(body, status)
    rate = RATE if status == 200 else {}
    return Answer(answer.status, answer.body, {**answer.headers, **rate}, billed=False)


def _addresses(request: RecordedCall) -> list[dict[str, Any]]:
    base = f"http://{request.headers['host']}/{request.provider}/files"
    return [{"url": f"{base}/{w}x{h}.mp4", "width": w, "height": h} for w, h in SIZES.values()]


def _photograph(request: RecordedCall, size: str) -> str:
    width, height = SIZES[size]
    return f"http://{request.headers['host']}/{request.provider}/files/{width}x{height}.jpg"


def _pexels_photographs(request: RecordedCall) -> Any:
    width, height = SIZES["large"]
    photo = {
        "id": 3,
        "width": width,
        "height": height,
        "url": "https://www.pexels.com/photo/3/",
        "photographer": "Asha",
        "photographer_url": "https://www.pexels.com/@asha",
        "alt": "A river",
        "avg_color": "#6E7B65",
        "src": {"original": _photograph(request, "large"), "medium": _photograph(request, "small")},
    }
    return {"page": 1, "total_results": 1, "photos": [] if "nothing" in request.query["query"] else [photo]}


def _pixabay_photographs(request: RecordedCall) -> Any:
    width, height = SIZES["large"]
    hit = {
        "id": 4,
        "type": "photo",
        "pageURL": "https://pixabay.com/photos/id-4/",
        "user": "ravi",
        "imageWidth": width,
        "imageHeight": height,
        "largeImageURL": _photograph(request, "large"),
        "webformatURL": _photograph(request, "small"),
    }
    return {"total": 1, "totalHits": 1, "hits": [] if "nothing" in request.query["q"] else [hit]}


def pexels(request: RecordedCall) -> Answer:
    if request.path.startswith("/files/"):
        return _file(request)
    if request.headers.get("authorization") != KEY or request.fault == "unauthorized":
        return _free({"status": 401, "code": "Unauthorized"}, 401)
    if request.path == "/v1/search":
        return _free(_pexels_photographs(request))
    assert request.path == "/videos/search"
    files = [{**f, "link": f.pop("url"), "file_type": "video/mp4", "quality": "hd"} for f in _addresses(request)]
    video = {
        "id": 1,
        "width": 1920,
        "height": 1080,
        "duration": 20,
        "url": "https://www.pexels.com/video/1/",
        "user": {"name": "Asha", "url": "https://www.pexels.com/@asha"},
        "video_files": files,
    }
    return _free({"page": 1, "total_results": 1, "videos": [] if "nothing" in request.query["query"] else [video]})


def pixabay(request: RecordedCall) -> Answer:
    if request.path.startswith("/files/"):
        return _file(request)
    if request.query.get("key") != KEY or request.fault == "unauthorized":
        return Answer(400, b"[ERROR 400] Invalid or missing API key", {"Content-Type": "text/plain"}, billed=False)
    if request.path == "/api/":
        return _free(_pixabay_photographs(request))
    assert request.path == "/api/videos/"
    large, small = _addresses(request)
    hit = {
        "id": 2,
        "pageURL": "https://pixabay.com/videos/id-2/",
        "duration": 12,
        "user": "ravi",
        "videos": {"large": large, "small": small, "tiny": {"url": "", "width": 0, "height": 0, "size": 0}},
    }
    return _free({"total": 1, "totalHits": 1, "hits": [] if "nothing" in request.query["q"] else [hit]})


def freesound(request: RecordedCall) -> Answer:
    if request.path.startswith("/previews/"):
        seconds = 0.01 if request.fault == "truncated" else 8.0
        return Answer(200, music(seconds, 44_100, "MP3"), {"Content-Type": "audio/mpeg"}, billed=False)
    if request.headers.get("authorization") != f"Token {KEY}" or request.fault == "unauthorized":
        return _free({"detail": "Invalid token."}, 401)
    assert request.path == "/apiv2/search/text/"
    address = f"http://{request.headers['host']}/{request.provider}/previews/1-hq.mp3"
    sounds = [
        {
            "id": number,
            "url": f"https://freesound.org/s/{number}/",
            "license": licence,
            "username": "meera",
            "previews": {"preview-hq-mp3": address},
        }
        for number, licence in (
            (1, "https://creativecommons.org/licenses/by-nc/4.0/"),
            (2, "https://creativecommons.org/licenses/by/4.0/"),
        )
    ]
    return _free({"count": 2, "results": [] if "nothing" in request.query["query"] else sounds})
