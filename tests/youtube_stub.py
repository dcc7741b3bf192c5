"""A stub of YouTube that behaves as its documented protocol does, as a transport of google-api-python-client.

``tests/youtube_server.py`` serves the same stub over a socket. A test chooses what goes wrong with each call.
Sources: developers.google.com/youtube/v3/guides/using_resumable_upload_protocol, /docs/errors, /docs/videos/insert, and
the revision history up to November 2026.
"""

import json
import re
import struct
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import httpcore
import httplib2

from tests.youtube_answers import ERRORS, REFUSALS, Answer, ErrorWord, Fault, find_error, make_error, make_json

__all__ = ["Call", "Fault", "Session", "Video", "YouTubeStub"]
PER_DAY, UNITS_PER_DAY = 100, 10_000
UNITS = {
    ("GET", "channels"): 1,
    ("GET", "playlistItems"): 1,
    ("POST", "playlistItems"): 50,
    ("GET", "videos"): 1,
    ("PUT", "videos"): 50,
    ("POST", "thumbnails/set"): 50,
    ("POST", "captions"): 400,
}


@dataclass(frozen=True)
class Call:
    """One request, before its body is read."""

    name: str
    """``open``, ``send``, ``query``, ``videos.update``, ..."""
    uri: str
    method: str
    headers: Mapping[str, str]
    fault: Fault | ErrorWord


@dataclass
class Session:
    body: dict[str, Any]
    size: int
    data: bytes = b""
    status: int = 0
    """The status with which a dead session answers; 0: it lives."""
    video_id: str = ""

    @property
    def size_so_far(self) -> int:
        return len(self.data)


@dataclass
class Video:
    id: str
    snippet: dict[str, Any]
    status: dict[str, Any]
    uploaded_at: datetime
    public_at: datetime | None = None
    """The first moment at which viewers could see it."""
    thumbnails: int = 0
    """The number of calls that set one."""
    thumbnail: tuple[int, int] = (0, 0)
    """The width and the height of the one that viewers see."""
    progress: str = "succeeded"
    """The processingStatus of its processingDetails."""
    is_held_back: bool = False
    """True if YouTube does not show it at its time, such as during a check of its rights."""
    captions: list[str] = field(default_factory=list)


class YouTubeStub:
    """One channel. ``now`` is the clock of YouTube."""

    def __init__(self, now: Callable[[], datetime], list_delay: timedelta = timedelta(0)) -> None:
        self.now, self.list_delay = now, list_delay
        self.sessions: dict[str, Session] = {}
        self.videos: dict[str, Video] = {}
        self.playlists: dict[str, list[str]] = {}
        self.choose_fault: Callable[[str], Fault | ErrorWord] = lambda _call: ""
        """Return the fault of the call, whose name is given: ``open``, ``send``, ``query``, ``videos.update``, ..."""
        self.calls: Counter[str] = Counter()
        self.used: dict[str, Counter[str]] = {}
        """The uploads and the units of each Pacific day that YouTube accepted."""
        self.is_signed_out = False
        self.has_channel = True
        """False: the Google account has none."""
        self.address = "https://upload.youtube.test"
        """The beginning of the URIs of upload sessions."""
        self.chunk_unit = 1
        """Each chunk but the last has a multiple of so many bytes. YouTube's is 256 KiB, too much for most tests."""
        self.first_progress = "succeeded"
        """The processingStatus of a video that has just arrived."""

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_options: Any,
    ) -> tuple[httplib2.Response, bytes]:
        """Answer as YouTube does. Raise an error of the transport if the request or the answer is lost."""
        data = body.encode() if isinstance(body, str) else body or b""
        call = self.begin(uri, method, headers or {})
        if call.fault == "lost_request":
            raise httpcore.ConnectError("the network is down")
        status, fields, content = self.answer(call, data[: len(data) // 2] if call.fault == "cut" else data)
        if call.fault in ("lost_answer", "cut", "trickle"):
            raise httpcore.ReadTimeout("no answer")
        if call.fault == "closed":
            raise httpcore.RemoteProtocolError("Server disconnected without sending a response.")
        return httplib2.Response({**fields, "status": str(status)}), content

    def begin(self, uri: str, method: str, headers: Mapping[str, str]) -> Call:
        """Count the call, and choose its fault."""
        fields = {name.lower(): text for name, text in headers.items()}
        name = self._name_call(uri, method, fields)
        self.calls[name] += 1
        return Call(name, uri, method, fields, self.choose_fault(name))

    def answer(self, call: Call, data: bytes) -> Answer:
        """Do the work of the call, and return its answer. ``data``: the part of the body that arrived."""
        if call.fault == "token" or self.is_signed_out:
            return make_error("authError")
        if call.fault in REFUSALS:
            return REFUSALS[call.fault]
        if call.fault in ERRORS:
            return make_error(call.fault)
        if call.fault == "cut" and call.name != "send":
            return 400, {}, b""  # half a request does nothing, and its sender is gone
        return self._answer(call.uri, call.method, data, call.headers, call.name, call.fault)

    def close(self) -> None:
        """Do nothing; a transport can be closed."""

    def settle(self) -> None:
        """Publish the videos whose time has come."""
        for video in self.videos.values():
            at = None if video.is_held_back else video.status.get("publishAt")
            if video.status["privacyStatus"] == "private" and at and _read_time(at) <= self.now():
                video.status["privacyStatus"] = "public"
                video.status.pop("publishAt")
                video.public_at = video.public_at or _read_time(at)

    def _name_call(self, uri: str, method: str, headers: Mapping[str, str]) -> str:
        if uri in self.sessions or "/session/" in uri:
            return "query" if headers.get("content-range", "").startswith("bytes */") else "send"
        if uri == f"{self.address}/token":
            return "sign-in"
        path = urlsplit(uri).path.rpartition("/youtube/v3/")[2]
        if path == "videos" and method == "POST":
            return "open"
        return f"{path}.{ {'GET': 'list', 'POST': 'insert', 'PUT': 'update'}[method] }"

    def _answer(self, uri: str, method: str, data: bytes, headers: Mapping[str, str], name: str, fault: str) -> Answer:
        self.settle()
        if name in ("query", "send"):
            return self._answer_session(uri, data, headers, fault)
        path = urlsplit(uri).path.rpartition("/youtube/v3/")[2]
        query = {key: values[0] for key, values in parse_qs(urlsplit(uri).query).items()}
        if name == "open":
            return self._open(data, headers, fault)
        return self._take_units(UNITS[method, path]) or self._call(method, path, query, data, headers)

    def _call(
        self, method: str, path: str, query: Mapping[str, str], data: bytes, headers: Mapping[str, str]
    ) -> Answer:
        match method, path:
            case "GET", "channels":
                lists = {"relatedPlaylists": {"uploads": "UU-uploads"}}
                parts = {"contentDetails": lists, "snippet": {"title": "Tea & Tales"}}
                items = [{"id": "UC-channel", query["part"]: parts[query["part"]]}] if self.has_channel else []
                return make_json({"items": items})
            case "GET", "playlistItems":
                return self._list_playlist(query)
            case "POST", "playlistItems":
                snippet = json.loads(data)["snippet"]
                self.playlists.setdefault(snippet["playlistId"], []).append(snippet["resourceId"]["videoId"])
                return make_json({"id": "item"})
            case "GET", "videos":
                return self._list_videos(query)
            case "PUT", "videos":
                return self._update_video(json.loads(data))
            case "POST", "thumbnails/set":
                return self._set_thumbnail(query["videoId"], data, headers)
            case "POST", "captions":
                return self._insert_captions(data, headers)
        raise AssertionError(f"the stub knows no {method} {path}")

    def _open(self, data: bytes, headers: Mapping[str, str], fault: str) -> Answer:
        day = self.day()
        if fault == "limit":
            return make_error("uploadLimitExceeded")
        if day["uploads"] >= PER_DAY:
            return make_error("rateLimitExceeded")
        body = json.loads(data)
        if error := find_error(body):
            return error
        day["uploads"] += 1
        uri = f"{self.address}/session/{len(self.sessions) + 1}"
        self.sessions[uri] = Session(body, int(headers["x-upload-content-length"]))
        return 200, {"location": uri}, b""

    def _answer_session(self, uri: str, data: bytes, headers: Mapping[str, str], fault: str) -> Answer:
        session = self.sessions[uri]
        session.status = {"session_dies": 404, "session_ends": 410}.get(fault, session.status)
        if session.status:
            return session.status, {}, b""
        if session.video_id:
            return make_json({"id": session.video_id})
        if fault == "forgets":
            session.data = b""
            return 308, {}, b""
        if data:
            match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", headers["content-range"])
            assert match, headers
            start = int(match[1])
            assert fault == "cut" or int(match[2]) - start + 1 == len(data)
            if int(match[2]) + 1 < session.size and len(data) % self.chunk_unit and fault != "cut":
                return 400, {}, b""
            if start > session.size_so_far:
                return make_error("backendError")
            # a worker that is late may send bytes that the session has already
            session.data += data[session.size_so_far - start :]
        if session.size_so_far < session.size:
            fields = {"range": f"bytes=0-{session.size_so_far - 1}"} if session.size_so_far else {}
            return 308, fields, b""
        session.video_id = self._make_video(session.body)
        return make_json({"id": session.video_id})

    def _make_video(self, body: dict[str, Any]) -> str:
        video_id = f"video-{len(self.videos) + 1}"
        # a video without a privacy is public (since 2 November 2026)
        status = {"uploadStatus": "processed", "privacyStatus": "public", "license": "youtube", **body["status"]}
        snippet = {"tags": [], **body["snippet"]}
        video = Video(video_id, snippet, status, self.now(), progress=self.first_progress)
        if status["privacyStatus"] != "private":
            video.public_at = self.now()
        self.videos[video_id] = video
        self.settle()
        return video_id

    def _list_playlist(self, query: Mapping[str, str]) -> Answer:
        playlist = query["playlistId"]
        if playlist != "UU-uploads":
            ids = [one for one in self.playlists.get(playlist, []) if one == query.get("videoId", one)]
            return make_json({"items": [{"id": one} for one in ids]})
        shown = [video for video in self.videos.values() if video.uploaded_at + self.list_delay <= self.now()]
        newest = sorted(shown, key=lambda video: video.uploaded_at, reverse=True)
        start, size = int(query.get("pageToken", 0)), int(query.get("maxResults", 5))
        page: dict[str, Any] = {
            "items": [
                {
                    "contentDetails": {"videoId": video.id},
                    "snippet": {"publishedAt": video.uploaded_at.isoformat()},
                }
                for video in newest[start : start + size]
            ]
        }
        if start + size < len(newest):
            page["nextPageToken"] = str(start + size)
        return make_json(page)

    def _list_videos(self, query: Mapping[str, str]) -> Answer:
        matching = [self.videos[one] for one in query["id"].split(",") if one in self.videos]
        items = []
        for video in matching:
            width, height = video.thumbnail
            shape = "shortsAspectRatio" if height > width else "maxres"
            parts = {
                "snippet": {**video.snippet, "thumbnails": {shape: {"width": width, "height": height}}},
                "status": video.status,
                "processingDetails": {"processingStatus": video.progress},
            }
            items.append({"id": video.id, **{part: parts[part] for part in query["part"].split(",")}})
        return make_json({"items": items})

    def _update_video(self, body: dict[str, Any]) -> Answer:
        video = self.videos.get(body["id"])
        if video is None:
            return make_error("videoNotFound")
        if error := find_error(body):
            return error
        if "snippet" in body:
            video.snippet = {"tags": [], **body["snippet"]}  # a field that is left out is reset
        if "status" in body:
            video.status = {"uploadStatus": "processed", "privacyStatus": "public", **body["status"]}
            if video.status["privacyStatus"] != "private":
                video.public_at = video.public_at or self.now()
            self.settle()
        return make_json({"id": video.id})

    def _set_thumbnail(self, video_id: str, data: bytes, headers: Mapping[str, str]) -> Answer:
        video = self.videos.get(video_id)
        if video is None:
            return make_error("videoNotFound")
        if len(data) > 50 << 20 or headers["content-type"] not in ("image/jpeg", "image/png"):
            return make_error("invalidImage")
        video.thumbnails += 1
        width, height = struct.unpack(">II", data[16:24]) if data.startswith(b"\x89PNG") else (0, 0)
        if height <= width or video.progress == "succeeded":  # that of a Short is lost while it is processed
            video.thumbnail = (width, height)
        return make_json({"items": [{}]})

    def _insert_captions(self, data: bytes, headers: Mapping[str, str]) -> Answer:
        whole = message_from_bytes(b"content-type: " + headers["content-type"].encode() + b"\r\n\r\n" + data)
        parts: Any = whole.get_payload()
        snippet = json.loads(parts[0].get_payload(decode=True))["snippet"]
        video = self.videos[snippet["videoId"]]
        if snippet["language"] in video.captions:
            return make_error("captionExists")
        video.captions.append(snippet["language"])
        return make_json({"id": "caption"})

    def day(self) -> Counter[str]:
        """Return what was used of today's quota; a test may change it."""
        day = self.now().astimezone(ZoneInfo("America/Los_Angeles")).date().isoformat()
        return self.used.setdefault(day, Counter())

    def _take_units(self, units: int) -> Answer | None:
        day = self.day()
        if day["units"] + units > UNITS_PER_DAY:
            return make_error("quotaExceeded")
        day["units"] += units
        return None


def _read_time(text: str) -> datetime:
    return datetime.fromisoformat(text)
