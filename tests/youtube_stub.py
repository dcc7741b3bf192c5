"""A stub of YouTube that behaves as its documented protocol does, as a transport of google-api-python-client.

Sources: developers.google.com/youtube/v3/guides/using_resumable_upload_protocol, /docs/errors, /docs/videos/insert, and
the revision history up to November 2026. A test chooses what goes wrong with each call (``Fault``).
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import httpcore
import httplib2

Fault = Literal["", "lost_request", "lost_answer", "server_error", "cut", "token", "session_dies", "limit"]
"""``lost_request``: the call never arrives. ``lost_answer``: it does its work, and no answer comes. ``cut``: a part of
the bytes arrives. ``session_dies``: the upload session is gone before the call. ``limit``: the channel has had its
videos of the day. ``token``: the access was refused."""
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
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Session:
    body: dict[str, Any]
    size: int
    received: int = 0
    is_dead: bool = False
    video_id: str = ""


@dataclass
class Video:
    id: str
    snippet: dict[str, Any]
    status: dict[str, Any]
    uploaded_at: datetime
    public_at: datetime | None = None
    """The first moment at which viewers could see it."""
    thumbnails: int = 0
    captions: list[str] = field(default_factory=list)


class YouTubeStub:
    """One channel. ``now`` is the clock of YouTube."""

    def __init__(self, now: Callable[[], datetime], list_delay: timedelta = timedelta(0)) -> None:
        self.now, self.list_delay = now, list_delay
        self.sessions: dict[str, Session] = {}
        self.videos: dict[str, Video] = {}
        self.playlists: dict[str, list[str]] = {}
        self.choose_fault: Callable[[str], Fault] = lambda _call: ""
        """Return the fault of the call, whose name is given: ``open``, ``send``, ``query``, ``videos.update``, ..."""
        self.calls: Counter[str] = Counter()
        self.used: dict[str, Counter[str]] = {}
        """The uploads and the units of each Pacific day that YouTube accepted."""
        self.is_signed_out = False

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
        fields = {name.lower(): text for name, text in (headers or {}).items()}
        name = self._name_call(uri, method, fields)
        self.calls[name] += 1
        fault = self.choose_fault(name)
        status, answer_headers, content = 503, dict[str, str](), b"backend error"
        if fault == "lost_request":
            raise httpcore.ConnectError("the network is down")
        if fault == "token" or self.is_signed_out:
            status, answer_headers, content = _make_error(401, "authError", "Invalid Credentials")
        elif fault != "server_error":
            status, answer_headers, content = self._answer(uri, method, data, fields, name, fault)
        if fault in ("lost_answer", "cut"):
            raise httpcore.ReadTimeout("no answer")
        return httplib2.Response({**answer_headers, "status": str(status)}), content

    def close(self) -> None:
        """Do nothing; a transport can be closed."""

    def settle(self) -> None:
        """Publish the videos whose time has come."""
        for video in self.videos.values():
            at = video.status.get("publishAt")
            if video.status["privacyStatus"] == "private" and at and _read_time(at) <= self.now():
                video.status["privacyStatus"] = "public"
                video.status.pop("publishAt")
                video.public_at = video.public_at or _read_time(at)

    def _name_call(self, uri: str, method: str, headers: Mapping[str, str]) -> str:
        if uri in self.sessions or "/session/" in uri:
            return "query" if headers.get("content-range", "").startswith("bytes */") else "send"
        path = urlsplit(uri).path.rpartition("/youtube/v3/")[2]
        if path == "videos" and method == "POST":
            return "open"
        return f"{path}.{ {'GET': 'list', 'POST': 'insert', 'PUT': 'update'}[method] }"

    def _answer(
        self, uri: str, method: str, data: bytes, headers: Mapping[str, str], name: str, fault: Fault
    ) -> Answer:
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
                return _make_json({"items": [{"contentDetails": {"relatedPlaylists": {"uploads": "UU-uploads"}}}]})
            case "GET", "playlistItems":
                return self._list_playlist(query)
            case "POST", "playlistItems":
                snippet = json.loads(data)["snippet"]
                self.playlists.setdefault(snippet["playlistId"], []).append(snippet["resourceId"]["videoId"])
                return _make_json({"id": "item"})
            case "GET", "videos":
                return self._list_videos(query)
            case "PUT", "videos":
                return self._update_video(json.loads(data))
            case "POST", "thumbnails/set":
                return self._set_thumbnail(query["videoId"])
            case "POST", "captions":
                return self._insert_captions(data, headers)
        raise AssertionError(f"the stub knows no {method} {path}")

    def _open(self, data: bytes, headers: Mapping[str, str], fault: Fault) -> Answer:
        day = self.day()
        if fault == "limit":
            return _make_error(
                400, "uploadLimitExceeded", "The user has exceeded the number of videos they may upload."
            )
        if day["uploads"] >= PER_DAY:
            text = "Quota exceeded for quota metric 'Video Uploads' and limit 'Video Uploads per day'"
            return _make_error(429, "rateLimitExceeded", text)
        day["uploads"] += 1
        uri = f"https://upload.youtube.test/session/{len(self.sessions) + 1}"
        self.sessions[uri] = Session(json.loads(data), int(headers["x-upload-content-length"]))
        return 200, {"location": uri}, b""

    def _answer_session(self, uri: str, data: bytes, headers: Mapping[str, str], fault: Fault) -> Answer:
        session = self.sessions[uri]
        if fault == "session_dies":
            session.is_dead = True
        if session.is_dead:
            return 404, {}, b""
        if session.video_id:
            return _make_json({"id": session.video_id})
        if data:
            match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", headers["content-range"])
            assert match, headers
            assert int(match[1]) == session.received, "a chunk must begin where the session ends"
            assert int(match[2]) - int(match[1]) + 1 == len(data)
            arrived = len(data) // 2 if fault == "cut" else len(data)
            session.received += arrived
        if session.received < session.size:
            fields = {"range": f"bytes=0-{session.received - 1}"} if session.received else {}
            return 308, fields, b""
        session.video_id = self._make_video(session.body)
        return _make_json({"id": session.video_id})

    def _make_video(self, body: dict[str, Any]) -> str:
        video_id = f"video-{len(self.videos) + 1}"
        # a video without a privacy is public (since 2 November 2026)
        status = {"uploadStatus": "processed", "privacyStatus": "public", "license": "youtube", **body["status"]}
        snippet = {"tags": [], **body["snippet"]}
        video = Video(video_id, snippet, status, self.now())
        if status["privacyStatus"] != "private":
            video.public_at = self.now()
        self.videos[video_id] = video
        self.settle()
        return video_id

    def _list_playlist(self, query: Mapping[str, str]) -> Answer:
        playlist = query["playlistId"]
        if playlist != "UU-uploads":
            ids = [one for one in self.playlists.get(playlist, []) if one == query.get("videoId", one)]
            return _make_json({"items": [{"id": one} for one in ids]})
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
        return _make_json(page)

    def _list_videos(self, query: Mapping[str, str]) -> Answer:
        matching = [self.videos[one] for one in query["id"].split(",") if one in self.videos]
        processed = {"processingStatus": "succeeded"}
        items = []
        for video in matching:
            parts = {"snippet": video.snippet, "status": video.status, "processingDetails": processed}
            items.append({"id": video.id, **{part: parts[part] for part in query["part"].split(",")}})
        return _make_json({"items": items})

    def _update_video(self, body: dict[str, Any]) -> Answer:
        video = self.videos.get(body["id"])
        if video is None:
            return _make_error(404, "videoNotFound", "The video cannot be matching.")
        if "snippet" in body:
            video.snippet = {"tags": [], **body["snippet"]}  # a field that is left out is reset
        if "status" in body:
            video.status = {"uploadStatus": "processed", "privacyStatus": "public", **body["status"]}
            if video.status["privacyStatus"] != "private":
                video.public_at = video.public_at or self.now()
            self.settle()
        return _make_json({"id": video.id})

    def _set_thumbnail(self, video_id: str) -> Answer:
        if video_id not in self.videos:
            return _make_error(404, "videoNotFound", "The video cannot be matching.")
        self.videos[video_id].thumbnails += 1
        return _make_json({"items": [{}]})

    def _insert_captions(self, data: bytes, headers: Mapping[str, str]) -> Answer:
        whole = message_from_bytes(b"content-type: " + headers["content-type"].encode() + b"\r\n\r\n" + data)
        parts: Any = whole.get_payload()
        snippet = json.loads(parts[0].get_payload(decode=True))["snippet"]
        video = self.videos[snippet["videoId"]]
        if snippet["language"] in video.captions:
            return _make_error(409, "captionExists", "The track exists.")
        video.captions.append(snippet["language"])
        return _make_json({"id": "caption"})

    def day(self) -> Counter[str]:
        """Return what was used of today's quota; a test may change it."""
        day = self.now().astimezone(ZoneInfo("America/Los_Angeles")).date().isoformat()
        return self.used.setdefault(day, Counter())

    def _take_units(self, units: int) -> Answer | None:
        day = self.day()
        if day["units"] + units > UNITS_PER_DAY:
            return _make_error(403, "quotaExceeded", "The request cannot be completed: you have exceeded your quota.")
        day["units"] += units
        return None


def _make_json(body: Mapping[str, Any]) -> Answer:
    return 200, {"content-type": "application/json"}, json.dumps(body).encode()


def _make_error(status: int, reason: str, message: str) -> Answer:
    error = {
        "code": status,
        "message": message,
        "errors": [{"reason": reason, "domain": "youtube", "message": message}],
    }
    return status, {"content-type": "application/json"}, json.dumps({"error": error}).encode()


def _read_time(text: str) -> datetime:
    return datetime.fromisoformat(text)
