"""Announce an upload, receive its bytes, and order the check of the file."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import flask

from functions.api.auth import caller
from functions.api.body import read_json_body
from functions.api.endpoint import endpoint
from functions.api.links import make_url
from functions.api.pages import find_page_origin
from sutradhar import bootstrap
from sutradhar.domain.core.errors import Conflict, FieldError, InvalidRequest
from sutradhar.domain.core.utc_time import format_utc
from sutradhar.domain.plan.upload import Upload

_SESSION_TTL = timedelta(days=7)
"""Life of the URL that takes the bytes (cloud.google.com/storage/docs/resumable-uploads)."""
_PIECE = 1 << 20


@endpoint(answers={201: "application/json"})
def create_upload() -> flask.Response:
    """Create an upload. The answer has the URL and the method for its bytes; ``POST /uploads/ID/complete`` is next."""
    from sutradhar.pipeline import uploads

    services = bootstrap.services()
    upload = uploads.create_upload(services, **_read_announcement(read_json_body()), caller=caller())
    url = services.blobs.upload_url(upload.blob, upload.content_type, upload.size, find_page_origin())
    body = {
        "upload_id": upload.id,
        "url": url or f"{_get_url(upload)}/bytes",
        "method": "PUT",
        "headers": {"Content-Type": upload.content_type},
        "expires_at": format_utc(upload.created_at + _SESSION_TTL),
    }
    return flask.make_response(body, 201, {"Location": _get_url(upload)})


@endpoint(answers={204: None}, errors=(409,))
def receive_bytes(upload_id: str) -> flask.Response:
    """Receive the bytes of an upload if the store has no upload URLs of its own. Bytes that are sent again replace the
    earlier ones."""
    from sutradhar.pipeline.uploads import get_upload

    services = bootstrap.services()
    upload = get_upload(services, upload_id, caller())
    _require_pending(upload)
    if flask.request.content_length != upload.size:
        message = f"{upload.size} bytes were announced (got Content-Length {flask.request.content_length})"
        raise InvalidRequest([FieldError("Content-Length", message)])
    with tempfile.NamedTemporaryFile() as file:
        while piece := flask.request.stream.read(_PIECE):
            file.write(piece)
        file.flush()
        if file.tell() != upload.size:
            raise InvalidRequest([FieldError("", f"{upload.size} bytes were announced and {file.tell()} came")])
        # meanwhile another request may have completed the upload
        _require_pending(get_upload(services, upload_id, caller()))
        services.blobs.put_file(upload.blob, Path(file.name))
    return flask.make_response("", 204)


@endpoint(answers={200: "application/json", 202: "application/json"}, errors=(409,))
def complete_upload(upload_id: str) -> flask.Response:
    """Order the check of the file. Most checks end while this request waits; GET returns the outcome of slower ones."""
    from sutradhar.pipeline.upload_check import CHECK_WAIT_SEC, await_checks, order_check
    from sutradhar.pipeline.uploads import get_upload

    services = bootstrap.services()
    order_check(services, upload_id, caller())
    await_checks(services, [upload_id], CHECK_WAIT_SEC)
    upload = get_upload(services, upload_id, caller())
    if upload.state == "refused":
        raise InvalidRequest([FieldError("file", f"{upload.filename} {upload.refusal}")])
    if upload.state == "checking":
        return flask.make_response(upload.to_api(), 202, {"Location": _get_url(upload), "Retry-After": "1"})
    return flask.make_response(upload.to_api())


@endpoint(answers={200: "application/json"})
def show_upload(upload_id: str) -> flask.Response:
    """Return the state of an upload, and the facts about its file once it is checked."""
    from sutradhar.pipeline.uploads import get_upload

    return flask.make_response(get_upload(bootstrap.services(), upload_id, caller()).to_api())


@endpoint(answers={200: "application/json"})
def list_uploads() -> flask.Response:
    """List the newest uploads of the caller."""
    from sutradhar.pipeline.uploads import list_recent_uploads

    uploads = list_recent_uploads(bootstrap.services(), caller())
    return flask.make_response({"uploads": [upload.to_api() for upload in uploads]})


def _require_pending(upload: Upload) -> None:
    if upload.state != "pending":
        raise Conflict(f"{upload.filename} was sent already and is {upload.state}; begin another upload")


def _get_url(upload: Upload) -> str:
    """Return the URL of ``upload``, as this caller reaches it."""
    return make_url(f"/uploads/{upload.id}")


def _read_announcement(body: Any) -> dict[str, Any]:
    fields: dict[str, type] = {"filename": str, "content_type": str, "size": int}
    if not isinstance(body, dict):
        raise InvalidRequest([FieldError("", "the body must be a JSON object: {filename, content_type, size}")])
    wrong = [
        FieldError(name, _describe_wrong(body.get(name), "a number of bytes" if kind is int else "a text"))
        for name, kind in fields.items()
        if type(body.get(name, "" if name == "content_type" else None)) is not kind
    ]
    wrong += [FieldError(str(name), "is not a field of an upload") for name in body if name not in fields]
    if wrong:
        raise InvalidRequest(wrong)
    return {"content_type": "", **body}


def _describe_wrong(value: object, expected: str) -> str:
    return f"is required: {expected}" if value is None else f"must be {expected} (got {value!r:.60})"
