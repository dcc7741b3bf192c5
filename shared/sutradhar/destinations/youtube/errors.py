"""Name the errors of the YouTube Data API (developers.google.com/youtube/v3/docs/errors)."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import google.auth.exceptions
import httpcore
from googleapiclient.errors import HttpError

from sutradhar.destinations.youtube.costs import UNITS, UPLOADS, QuotaGone
from sutradhar.destinations.youtube.reasons import ERRORS
from sutradhar.domain.publishing.failures import Reason
from sutradhar.ports.publishing import PublishError

_CHANNEL_LIMIT_WAIT = timedelta(hours=6)
"""The channel's own limit is one of the last 24 hours, and YouTube does not say when it ends."""
_THUMBNAIL_WAIT = timedelta(hours=1)
"""The pause after the channel has set too many thumbnails; YouTube does not say how long it lasts."""
_INCOMPLETE = ("The credentials do not contain", "Reauthentication is needed")
"""The beginnings of google-auth's own texts about credentials that are no longer enough."""
NOT_YOUTUBE = "the answer did not come from YouTube; look whether the network wants a sign-in of its own"
_TOO_FAST = ("rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED")
_BY_STATUS: Mapping[int, Reason] = {401: "token_invalid", 404: "not_found", 413: "video_too_large"}


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn the errors of the client in the block into PublishError."""
    try:
        yield
    except HttpError as exc:
        raise name_error(exc.resp.status, exc.content) from exc
    except google.auth.exceptions.RefreshError as exc:
        raise _name_refusal(exc) from exc
    except (google.auth.exceptions.TransportError, OSError) as exc:
        raise PublishError("network", f"YouTube could not be reached: {exc}") from exc
    except (UnicodeDecodeError, TypeError) as exc:
        # a TypeError: google-auth reads a page as JSON (findings/google_auth_calls_a_503_final_if_it_is_a_page.sh)
        raise PublishError("network", NOT_YOUTUBE) from exc
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as exc:
        raise PublishError("network", f"the connection to YouTube broke: {type(exc).__name__}") from exc


def _name_refusal(error: google.auth.exceptions.RefreshError) -> PublishError:
    """Return the error for an access token that was not given: by Google, which says why in an object, by google-auth
    itself in a text, or by a page of HTML, which is a text too and says nothing about the access."""
    text = str(error.args[0])
    is_refusal = isinstance(error.args[-1], Mapping) and "error" in error.args[-1]
    if error.retryable or not (is_refusal or text.startswith(_INCOMPLETE)):
        return PublishError("network", "Google's sign-in did not answer as it should")
    return PublishError("token_invalid", f"Google refused the stored access to the channel: {text}")


def name_error(status: int, content: bytes) -> PublishError:
    """Return the error that an answer of the API stands for."""
    word, message = read_error(content)
    cause = f"YouTube answered {status}: {message or word or 'without a reason'}"
    if word == "uploadRateLimitExceeded":  # it is about thumbnails, not about videos
        return PublishError("network", cause, wait=_THUMBNAIL_WAIT)
    if status == 429 or word in _TOO_FAST:
        if "per day" in message.lower():
            return QuotaGone(UPLOADS if "upload" in message.lower() else UNITS, cause)
        return PublishError("network", cause, wait=timedelta(minutes=1))
    reason, advice = ERRORS.get(word, (_BY_STATUS.get(status, "rejected"), ""))
    if reason == "quota_exceeded":
        return QuotaGone(UNITS, cause)
    if status >= 500 or status == 408:
        return PublishError("network", cause)
    if status < 400:
        return PublishError("network", f"{NOT_YOUTUBE} (a redirect, {status})")
    wait = _CHANNEL_LIMIT_WAIT if reason == "upload_limit_exceeded" else None
    return PublishError(reason, cause, wait=wait, advice=advice)


def read_error(content: bytes) -> tuple[str, str]:
    """Return the reason's word and the message of an error in Google's format; empty texts if it is none."""
    try:
        error: Any = json.loads(content)["error"]
        details = error.get("errors") or [one for one in error.get("details", []) if "reason" in one] or [{}]
        return str(details[0].get("reason", "")), str(error.get("message", ""))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return "", ""
