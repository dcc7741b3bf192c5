"""Ask the function ``frame`` for an image."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import flask
import httpx

from functions.api.errors import FrameUnavailable
from sutradhar import bootstrap
from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.video.frame_request import FrameRefusal, FrameRequest
from sutradhar.telemetry import log

_TIMEOUT = httpx.Timeout(30.0, connect=2.0)
_PASSED_ON = ("Content-Type", "ETag")
_NOT_SET_UP = (
    "this server shows no preview frames, since no function draws them: start `sutradhar serve`, or name the function"
    " `frame` as FRAME_URL"
)
_DOWN = "the function that draws preview frames does not answer; try again in some seconds"


def fetch_frame(request: FrameRequest) -> tuple[flask.Response, Sequence[int]]:
    """Return the answer with the image, or 304 if the caller has it already, and the scenes whose files are gone.

    The whole image is read first: it is small, and an image that broke off would look like a fault of the video.

    Raises:
        FrameUnavailable: there is no such function, or it does not answer.
        Conflict: the frame cannot be drawn; says why, and what to do.
    """
    url = bootstrap.settings().api.frame_url
    if not url:
        raise FrameUnavailable(_NOT_SET_UP)
    headers = {"Content-Type": "application/json", "X-Request-Id": flask.g.request_id}
    if known := flask.request.headers.get("If-None-Match"):
        headers["If-None-Match"] = known
    if token := bootstrap.fetch_identity_token(url):
        headers["Authorization"] = f"Bearer {token}"
    try:
        answer = _open_client().post(url, content=request.model_dump_json(), headers=headers)
    except httpx.HTTPError as exc:
        log("frame_function_down", level="warning", exc=exc)
        raise FrameUnavailable(_DOWN) from exc
    if answer.status_code not in (200, 304):
        raise _explain_refusal(answer)
    response = flask.Response(answer.content, answer.status_code)
    for name in _PASSED_ON:
        if value := answer.headers.get(name):
            response.headers[name] = value
    if answer.status_code == 304:
        response.headers["ETag"] = known or ""
    lost = answer.headers.get("Frame-Lost", "")
    return response, [int(text) for text in lost.split(", ") if text]


def _explain_refusal(answer: httpx.Response) -> Exception:
    if answer.status_code in (409, 503):
        try:
            refusal = FrameRefusal.model_validate_json(answer.content)
        except ValueError:
            return FrameUnavailable(_DOWN)  # from a server in front of the function
        text = f"{refusal.reason}; {refusal.advice}" if refusal.advice else refusal.reason
        return Conflict(text) if answer.status_code == 409 else FrameUnavailable(text)
    log("frame_function_failed", level="error", status=answer.status_code, body=answer.text[:500])
    return FrameUnavailable(_DOWN)


@cache
def _open_client() -> httpx.Client:
    """Return the client of this process; its connections are used again."""
    options: dict[str, Any] = {"timeout": _TIMEOUT, "follow_redirects": False, "trust_env": False}
    return httpx.Client(transport=httpx.HTTPTransport(retries=2), **options)
