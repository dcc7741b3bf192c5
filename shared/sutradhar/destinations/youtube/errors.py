"""Name the errors of the YouTube Data API (developers.google.com/youtube/v3/docs/errors)."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import google.auth.exceptions
import httpcore
from googleapiclient.errors import HttpError

from sutradhar.domain.publishing.failures import Reason
from sutradhar.ports.publishing import PublishError

UPLOADS, UNITS = "uploads", "units"
"""The buckets of the quota."""
_CHANNEL_LIMIT_WAIT = timedelta(hours=6)
"""The channel's own limit is one of the last 24 hours, and YouTube does not say when it ends."""
_REASONS: Mapping[str, Reason] = {
    "uploadLimitExceeded": "upload_limit_exceeded",
    "quotaExceeded": "quota_exceeded",
    "dailyLimitExceeded": "quota_exceeded",
    "authError": "token_invalid",
    "youtubeSignupRequired": "token_invalid",
    "accountClosed": "token_invalid",
    "accountSuspended": "token_invalid",
    "insufficientPermissions": "token_invalid",
    "videoNotFound": "not_found",
    "playlistNotFound": "not_found",
    "channelNotFound": "not_found",
    "duplicate": "duplicate",
    "uploadTooLarge": "video_too_large",
}
_BY_STATUS: Mapping[int, Reason] = {401: "token_invalid", 404: "not_found", 413: "video_too_large"}


class QuotaGone(PublishError):
    """YouTube says that today's quota is used up. ``bucket``: which one."""

    def __init__(self, bucket: str, cause: str) -> None:
        self.bucket = bucket
        super().__init__("quota_exceeded", cause)


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn the errors of the client in the block into PublishError."""
    try:
        yield
    except HttpError as exc:
        raise name_error(exc.resp.status, exc.content) from exc
    except google.auth.exceptions.RefreshError as exc:
        if exc.retryable:
            raise PublishError("network", f"Google's sign-in did not answer: {exc}") from exc
        raise PublishError("token_invalid", "Google refused the stored access to the channel") from exc
    except (google.auth.exceptions.TransportError, OSError) as exc:
        raise PublishError("network", f"YouTube could not be reached: {exc}") from exc
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as exc:
        raise PublishError("network", f"the connection to YouTube broke: {type(exc).__name__}") from exc


def name_error(status: int, content: bytes) -> PublishError:
    """Return the error that an answer of the API stands for."""
    word, message = read_error(content)
    cause = f"YouTube answered {status}: {message or word or 'without a reason'}"
    if status == 429 or word in ("rateLimitExceeded", "userRateLimitExceeded"):
        if "upload" in message.lower():
            return QuotaGone(UPLOADS, cause)
        return PublishError("network", cause, wait=timedelta(minutes=1))
    if _REASONS.get(word) == "quota_exceeded":
        return QuotaGone(UNITS, cause)
    if word == "uploadLimitExceeded":
        return PublishError("upload_limit_exceeded", cause, wait=_CHANNEL_LIMIT_WAIT)
    if status >= 500 or status == 408:
        return PublishError("network", cause)
    return PublishError(_REASONS.get(word) or _BY_STATUS.get(status, "rejected"), cause)


def read_error(content: bytes) -> tuple[str, str]:
    """Return the reason's word and the message of an error in Google's format; empty texts if it is none."""
    try:
        error: Any = json.loads(content)["error"]
        details = error.get("errors") or [{}]
        return str(details[0].get("reason", "")), str(error.get("message", ""))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return "", ""
