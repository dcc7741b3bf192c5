"""The answers of the stub of YouTube, and the faults that a test can choose for a call.

Source of the errors: developers.google.com/youtube/v3/docs/errors and the page of each method, read in November 2026.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal, get_args

Answer = tuple[int, dict[str, str], bytes]
"""The status, the headers and the body."""
Fault = Literal[
    "",
    "lost_request",
    "lost_answer",
    "closed",
    "trickle",
    "cut",
    "pieces",
    "gzip",
    "server_error",
    "redirect",
    "portal",
    "token",
    "session_dies",
    "session_ends",
    "forgets",
    "limit",
]
"""``lost_request``: the call never arrives. ``lost_answer``: it does its work, and no answer comes. ``closed``: it does
its work, and the connection is closed without an answer. ``trickle``: so does it, and the answer begins byte by byte
and stops. ``cut``: a part of the bytes arrives. ``pieces``, ``gzip``: the answer comes in chunks, or compressed.
``redirect``, ``portal``: a network with a page to sign in answers in YouTube's place. ``token``: the access was
refused. ``session_dies``, ``session_ends``: the upload session is gone before the call (404, 410). ``forgets``: the
session loses the bytes that it had. ``limit``: the channel has had its videos of the day."""
ErrorWord = Literal[
    "accessNotConfigured",
    "accountSuspended",
    "authError",
    "authenticatedUserAccountSuspended",
    "backendError",
    "captionExists",
    "channelSuspended",
    "forbidden",
    "forbiddenPrivacySetting",
    "insufficientPermissions",
    "invalidCategoryId",
    "invalidDescription",
    "invalidImage",
    "invalidMetadata",
    "invalidPublishAt",
    "invalidTags",
    "invalidTitle",
    "invalidVideoMetadata",
    "mediaBodyRequired",
    "playlistContainsMaximumNumberOfVideos",
    "playlistNotFound",
    "processingFailure",
    "quotaExceeded",
    "rateLimitExceeded",
    "uploadLimitExceeded",
    "uploadRateLimitExceeded",
    "userRateLimitExceeded",
    "videoNotFound",
    "youtubeSignupRequired",
]
"""The word of an error in Google's format; the fault of that name is that error."""
_VIDEO_UPLOADS = "Quota exceeded for quota metric 'Video Uploads' and limit 'Video Uploads per day' of service"
ERRORS: Mapping[str, tuple[int, str]] = dict.fromkeys(get_args(ErrorWord), (400, "The request is wrong.")) | {
    "accessNotConfigured": (403, "YouTube Data API v3 has not been used in project 7 before or it is disabled."),
    "accountSuspended": (403, "The account is suspended."),
    "authError": (401, "Invalid Credentials"),
    "authenticatedUserAccountSuspended": (403, "The YouTube account of the user is suspended."),
    "backendError": (503, "Backend Error"),
    "captionExists": (409, "The track exists."),
    "channelSuspended": (403, "The channel was suspended."),
    "forbidden": (403, "The request might not be properly authorized."),
    "forbiddenPrivacySetting": (403, "The request tries to set an invalid privacy setting."),
    "insufficientPermissions": (403, "Request had insufficient authentication scopes."),
    "playlistContainsMaximumNumberOfVideos": (403, "The playlist is full."),
    "playlistNotFound": (404, "The playlist cannot be found."),
    "quotaExceeded": (403, "The request cannot be completed: you have exceeded your quota."),
    "rateLimitExceeded": (429, f"{_VIDEO_UPLOADS} 'youtube.googleapis.com' for consumer 'project_number:7'."),
    "uploadLimitExceeded": (400, "The user has exceeded the number of videos they may upload."),
    "uploadRateLimitExceeded": (429, "The channel has uploaded too many thumbnails recently. Try again later."),
    "userRateLimitExceeded": (403, "User Rate Limit Exceeded"),
    "videoNotFound": (404, "The video cannot be found."),
    "youtubeSignupRequired": (401, "Unauthorized"),
}
_PAGE = b"<!DOCTYPE html><html><title>Sign in</title></html>"
REFUSALS: Mapping[str, Answer] = {
    "server_error": (502, {"content-type": "text/html; charset=UTF-8"}, b"<!DOCTYPE html><title>Error 502</title>"),
    "redirect": (302, {"content-type": "text/html", "location": "http://10.0.0.1/sign-in"}, _PAGE),
    "portal": (200, {"content-type": "text/html"}, _PAGE),
}
"""The answers of what stands before YouTube; the call does nothing."""
_CATEGORIES = ["1", "2", "10", "15", "17", "19", "20", "22", "23", "24", "25", "26", "27", "28", "29"]
"""The categories that a video may have (videoCategories.list, region US)."""


def make_json(body: Mapping[str, Any]) -> Answer:
    return 200, {"content-type": "application/json; charset=UTF-8"}, json.dumps(body).encode()


def make_error(word: str) -> Answer:
    """Return the error in Google's format."""
    status, message = ERRORS[word]
    details = [{"reason": word, "domain": "youtube", "message": message}]
    _, headers, content = make_json({"error": {"code": status, "message": message, "errors": details}})
    return status, headers, content


def find_error(body: Mapping[str, Any]) -> Answer | None:
    """Return the error of videos.insert and videos.update about a resource; None: it is right."""
    snippet, status = body.get("snippet"), body.get("status")
    if snippet is not None:
        title, description = snippet.get("title", ""), snippet.get("description", "")
        if not 0 < len(title) <= 100 or {"<", ">"} & set(title):
            return make_error("invalidTitle")
        if len(description.encode()) > 5000 or {"<", ">"} & set(description):
            return make_error("invalidDescription")
        if len(",".join(f'"{tag}"' if " " in tag else tag for tag in snippet.get("tags", []))) > 500:
            return make_error("invalidTags")
        if snippet.get("categoryId") not in _CATEGORIES:
            return make_error("invalidCategoryId")
    if status is not None and status.get("publishAt") and status.get("privacyStatus") != "private":
        return make_error("invalidPublishAt")
    return None
