"""Call the YouTube Data API over google-api-python-client; no call is repeated here."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from googleapiclient.discovery import build
from googleapiclient.http import MediaIoBaseUpload

from sutradhar.destinations.youtube.errors import NOT_YOUTUBE, name_error, translate_errors
from sutradhar.destinations.youtube.reasons import name_missing_channel
from sutradhar.ports.publishing import PublishError

Resource = dict[str, Any]
_MAX_PAGES = 4
"""The pages of 50 videos in which a video of the last day is looked for: a channel may upload 100 a day or so."""
_GONE = (404, 410)
_OK = (200, 201)
_RESUME = 308


@dataclass(frozen=True)
class SessionState:
    """The answer of an upload session."""

    video_id: str = ""
    """The id of the video if all bytes have arrived."""
    received: int = 0
    """The bytes that the session has."""
    is_gone: bool = False
    """The session does not exist any more; the video may exist or not."""


class YouTubeClient:
    """``make_http``: returns an authorized transport with the interface of ``httplib2.Http``."""

    def __init__(self, make_http: Callable[[], Any]) -> None:
        self._http = make_http()
        self._api = build("youtube", "v3", http=self._http, static_discovery=True, cache_discovery=False)
        self._used: dict[str, Any] = {}

    def open_session(self, body: Resource, size: int) -> str:
        """Return the URI of a new upload session for a video of ``size`` bytes. No byte of it is sent."""
        media = MediaIoBaseUpload(io.BytesIO(b""), "video/mp4", resumable=True)
        request = self._use("videos").insert(part=",".join(body), body=body, media_body=media, notifySubscribers=True)
        headers = {
            **request.headers,
            "X-Upload-Content-Type": "video/mp4",
            "X-Upload-Content-Length": str(size),
        }
        with translate_errors():
            answer, content = self._http.request(request.uri, method="POST", body=request.body, headers=headers)
        if answer.status != 200:
            raise name_error(answer.status, content)
        if "location" not in answer:
            raise PublishError("network", "YouTube opened no session")
        return str(answer["location"])

    def query_session(self, uri: str, size: int) -> SessionState:
        """Ask the session how many bytes it has."""
        return self._put(uri, b"", f"bytes */{size}")

    def send(self, uri: str, data: bytes, start: int, size: int) -> SessionState:
        """Send ``data``, which are the bytes from ``start`` on of ``size``."""
        return self._put(uri, data, f"bytes {start}-{start + len(data) - 1}/{size}")

    def get_channel(self) -> tuple[str, str]:
        """Return the id and the title of the channel that is signed in. Raise PublishError if there is none."""
        channels = _execute(self._api.channels().list(mine=True, part="snippet"))
        if not channels.get("items"):
            raise name_missing_channel()
        channel = channels["items"][0]
        return str(channel["id"]), str(channel["snippet"]["title"])

    def find_video(self, marker: str, since: datetime) -> str | None:
        """Return the id of the channel's video that has ``marker`` among its tags and was uploaded after ``since``."""
        channels = _execute(self._use("channels").list(mine=True, part="contentDetails"))
        if not channels.get("items"):
            raise name_missing_channel()
        playlist = channels["items"][0]["contentDetails"]["relatedPlaylists"]["uploads"]
        token: str | None = None
        for _ in range(_MAX_PAGES):
            page = self._list_uploads(playlist, token)
            ids = [item["contentDetails"]["videoId"] for item in page.get("items", [])]
            if video_id := self._match_tag(ids, marker):
                return video_id
            token = page.get("nextPageToken")
            if not token or _is_before(page["items"][-1], since):
                return None
        return None

    def get_video(self, video_id: str, part: str) -> Resource:
        """Return the parts of the video. Raise PublishError if it does not exist."""
        answer = _execute(self._use("videos").list(id=video_id, part=part))
        if not answer.get("items"):
            raise PublishError("not_found", "YouTube does not have the video any more")
        return dict(answer["items"][0])

    def update_video(self, body: Resource) -> None:
        """Write whole parts of a video: a field that is left out is reset."""
        part = ",".join(name for name in body if name != "id")
        _execute(self._use("videos").update(part=part, body=body))

    def set_thumbnail(self, video_id: str, data: bytes, media_type: str) -> None:
        media = MediaIoBaseUpload(io.BytesIO(data), media_type, resumable=False)
        _execute(self._use("thumbnails").set(videoId=video_id, media_body=media))

    def is_in_playlist(self, playlist: str, video_id: str) -> bool:
        request = self._use("playlistItems").list(playlistId=playlist, videoId=video_id, part="id")
        return bool(_execute(request).get("items"))

    def add_to_playlist(self, playlist: str, video_id: str) -> None:
        resource = {"kind": "youtube#video", "videoId": video_id}
        body = {"snippet": {"playlistId": playlist, "resourceId": resource}}
        _execute(self._use("playlistItems").insert(part="snippet", body=body))

    def insert_captions(self, video_id: str, language: str, data: bytes) -> None:
        """Add a caption track. A track of this language that exists already is left as it is."""
        body = {"snippet": {"videoId": video_id, "language": language, "name": "", "isDraft": False}}
        media = MediaIoBaseUpload(io.BytesIO(data), "application/octet-stream", resumable=False)
        request = self._use("captions").insert(part="snippet", body=body, media_body=media)
        with translate_errors():
            answer, content = self._http.request(request.uri, method="POST", body=request.body, headers=request.headers)
        is_there = answer.status == 409 and b"captionExists" in content
        if answer.status not in _OK and not is_there:
            raise name_error(answer.status, content)
        if answer.status in _OK:
            _read_id(content)

    def _use(self, collection: str) -> Any:
        """Return the methods of a collection of the API; the library builds all of them, which takes 2 ms."""
        if collection not in self._used:
            self._used[collection] = getattr(self._api, collection)()
        return self._used[collection]

    def _put(self, uri: str, data: bytes, content_range: str) -> SessionState:
        headers = {"Content-Range": content_range, "Content-Type": "video/mp4"}
        with translate_errors():
            answer, content = self._http.request(uri, method="PUT", body=data, headers=headers)
        if answer.status in _OK:
            return SessionState(video_id=_read_id(content))
        if answer.status == _RESUME:
            return SessionState(received=_read_received(answer))
        if answer.status in _GONE:
            return SessionState(is_gone=True)
        raise name_error(answer.status, content)

    def _list_uploads(self, playlist: str, token: str | None) -> Resource:
        request = self._use("playlistItems").list(
            playlistId=playlist, part="contentDetails,snippet", maxResults=50, pageToken=token
        )
        return _execute(request)

    def _match_tag(self, ids: list[str], marker: str) -> str | None:
        if not ids:
            return None
        answer = _execute(self._use("videos").list(id=",".join(ids), part="snippet"))
        for video in answer.get("items", []):
            if marker in video["snippet"].get("tags", []):
                return str(video["id"])
        return None


def _execute(request: Any) -> Resource:
    """Return the answer to the call. The client returns a page of HTML with status 200 as text, as if it were one."""
    with translate_errors():
        answer = request.execute(num_retries=0)
    if not isinstance(answer, dict):
        raise PublishError("network", NOT_YOUTUBE)
    return answer


def _read_id(content: bytes) -> str:
    """Return the id of the new resource that the answer shows. Raise PublishError if it shows none."""
    try:
        return str(json.loads(content)["id"])
    except (ValueError, KeyError, TypeError) as exc:
        raise PublishError("network", NOT_YOUTUBE) from exc


def _read_received(answer: Mapping[str, str]) -> int:
    """Return the bytes that a 308 names: ``Range: bytes=0-99`` are 100; without a range there are none."""
    text = answer.get("range", "")
    return int(text.rpartition("-")[2]) + 1 if "-" in text else 0


def _is_before(item: Resource, since: datetime) -> bool:
    added_at = item.get("snippet", {}).get("publishedAt")
    # a clock of ours that is ahead must not hide the video
    return bool(added_at) and datetime.fromisoformat(added_at) < since - timedelta(hours=1)
