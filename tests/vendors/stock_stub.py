"""The wire formats of Pexels and Pixabay: a search, and the files that it names."""

import subprocess
from functools import cache
from typing import Any

from tests.vendors.server import KEY, Answer, Seen
from tests.vendors.sounds import music

SIZES = {"large": (1920, 1080), "small": (640, 360)}


@cache
def clip(width: int, height: int) -> bytes:
    """Three seconds of a pattern that moves."""
    argv = [
        "ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=s={width}x{height}:r=25:d=3", "-c:v", "libx264",
        "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "-",
    ]  # fmt: skip
    return subprocess.run(argv, capture_output=True, check=True).stdout


def _file(seen: Seen) -> Answer:
    width, height = map(int, seen.path.removeprefix("/files/").removesuffix(".mp4").split("x"))
    data = clip(width, height)
    if seen.fault == "truncated":
        data = data[:400]
    return Answer(200, data, {"Content-Type": "video/mp4"}, billed=False)


def _free(body: Any, status: int = 200) -> Answer:
    answer = Answer.json(body, status)
    return Answer(answer.status, answer.body, answer.headers, billed=False)


def _addresses(seen: Seen) -> list[dict[str, Any]]:
    base = f"http://{seen.headers['host']}/{seen.vendor}/files"
    return [{"url": f"{base}/{w}x{h}.mp4", "width": w, "height": h} for w, h in SIZES.values()]


def pexels(seen: Seen) -> Answer:
    if seen.path.startswith("/files/"):
        return _file(seen)
    if seen.headers.get("authorization") != KEY or seen.fault == "unauthorized":
        return _free({"status": 401, "code": "Unauthorized"}, 401)
    assert seen.path == "/videos/search"
    files = [{**f, "link": f.pop("url"), "file_type": "video/mp4", "quality": "hd"} for f in _addresses(seen)]
    video = {
        "id": 1, "width": 1920, "height": 1080, "duration": 20, "url": "https://www.pexels.com/video/1/",
        "user": {"name": "Asha", "url": "https://www.pexels.com/@asha"}, "video_files": files,
    }  # fmt: skip
    return _free({"page": 1, "total_results": 1, "videos": [] if "nothing" in seen.query["query"] else [video]})


def pixabay(seen: Seen) -> Answer:
    if seen.path.startswith("/files/"):
        return _file(seen)
    if seen.query.get("key") != KEY or seen.fault == "unauthorized":
        return Answer(400, b"[ERROR 400] Invalid or missing API key", {"Content-Type": "text/plain"}, billed=False)
    assert seen.path == "/api/videos/"
    large, small = _addresses(seen)
    hit = {
        "id": 2, "pageURL": "https://pixabay.com/videos/id-2/", "duration": 12, "user": "ravi",
        "videos": {"large": large, "small": small, "tiny": {"url": "", "width": 0, "height": 0, "size": 0}},
    }  # fmt: skip
    return _free({"total": 1, "totalHits": 1, "hits": [] if "nothing" in seen.query["q"] else [hit]})


def freesound(seen: Seen) -> Answer:
    if seen.path.startswith("/previews/"):
        seconds = 0.01 if seen.fault == "truncated" else 8.0
        return Answer(200, music(seconds, 44_100, "MP3"), {"Content-Type": "audio/mpeg"}, billed=False)
    if seen.headers.get("authorization") != f"Token {KEY}" or seen.fault == "unauthorized":
        return _free({"detail": "Invalid token."}, 401)
    assert seen.path == "/apiv2/search/text/"
    address = f"http://{seen.headers['host']}/{seen.vendor}/previews/1-hq.mp3"
    sounds = [
        {
            "id": number, "url": f"https://freesound.org/s/{number}/", "license": licence, "username": "meera",
            "previews": {"preview-hq-mp3": address},
        }
        for number, licence in (
            (1, "https://creativecommons.org/licenses/by-nc/4.0/"), (2, "https://creativecommons.org/licenses/by/4.0/"),
        )
    ]  # fmt: skip
    return _free({"count": 2, "results": [] if "nothing" in seen.query["query"] else sounds})
