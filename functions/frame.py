"""Define the HTTP function ``frame``: it draws single frames for ``api``, which knows who may see them.

It is a function of its own, so that ``api`` stays without numpy and OpenCV. On Google Cloud it is a Cloud Run service
that only ``api`` may call (docs/iam.md); on a laptop `sutradhar serve` runs it on the loopback interface.
"""

import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import flask
import functions_framework
from pydantic import ValidationError

from functions.garbage import pause_at_first_call
from sutradhar import bootstrap
from sutradhar.domain.core.errors import BackendError, NotInstalled, RenderError
from sutradhar.domain.video.frame_request import FrameRefusal, FrameRequest
from sutradhar.telemetry import bind_fields, log

if TYPE_CHECKING:
    from gpu_renderer.preview.service import FrameService

_MEDIA_TYPES = {"jpeg": "image/jpeg", "png": "image/png"}
_starting = threading.Lock()
_folder = tempfile.TemporaryDirectory(prefix="sutradhar-frames-", ignore_cleanup_errors=True)
"""Fetched files; removed when the process ends."""


@functions_framework.http
def frame(request: flask.Request) -> flask.typing.ResponseReturnValue:
    """Answer a FrameRequest with its image, or 304 if the caller has it (If-None-Match).

    Only JSON is taken: a web page of another site could send anything else here without being asked.
    """
    if request.method != "POST":
        return {"status": "ok"}
    if request.mimetype != "application/json":
        return _refuse(415, "the body must be JSON", "call GET /render/ID/frame of the API instead")
    request_id = request.headers.get("X-Request-Id", "")[:128]
    with bind_fields(component="frame", request_id=request_id), pause_at_first_call("frame"):
        return _answer(request)


def _answer(request: flask.Request) -> flask.typing.ResponseReturnValue:
    try:
        requested = FrameRequest.model_validate_json(request.get_data())
    except ValidationError as exc:
        log("frame_request_wrong", level="error", exc=exc)
        return _refuse(400, "the request is of another version", "deploy api and frame of the same version")
    try:
        service = _find_service()
        if service.find_key(requested) in request.if_none_match:
            return flask.Response(status=304)
        answer = service.answer(requested)
    except RenderError as exc:
        return _refuse(409, str(exc), exc.advice)
    except NotInstalled as exc:
        log("frame_failed", level="error", exc=exc)
        return _refuse(503, str(exc), "")
    except BackendError as exc:
        log("frame_failed", level="error", exc=exc)
        return _refuse(503, "the store of the files does not answer", "try again in a moment")
    response = flask.Response(answer.data, mimetype=_MEDIA_TYPES[requested.format])
    response.set_etag(answer.key)
    response.headers["Frame-Lost"] = ", ".join(map(str, answer.lost_scenes))
    return response


def _refuse(status: int, reason: str, advice: str) -> flask.Response:
    body = FrameRefusal(reason=reason, advice=advice).model_dump_json()
    return flask.Response(body, status, mimetype="application/json")


def _find_service() -> "FrameService":
    with _starting:
        return _make_service()


@cache
def _make_service() -> "FrameService":
    from gpu_renderer.preview.service import FrameService
    from gpu_renderer.preview.sources import KEPT_BYTES

    backend = bootstrap.backend()
    # the files of the local store are not copied, so they may have any size
    kept_bytes = KEPT_BYTES if bootstrap.settings().process.backend == "gcp" else sys.maxsize
    return FrameService(backend.blobs, Path(_folder.name), kept_bytes)
