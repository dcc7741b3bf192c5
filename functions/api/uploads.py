"""Announce an upload, receive its bytes, and order the check of the file."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import flask

from functions.api.auth import caller
from functions.api.body import read_json_body
from functions.api.pages import find_page_origin
from sutradhar import bootstrap
from sutradhar.domain.core.errors import Conflict, FieldError, InvalidRequest
from sutradhar.domain.plan.upload import Upload

blueprint = flask.Blueprint("uploads", __name__)

_SESSION_TTL = timedelta(days=7)
"""Life of the URL that takes the bytes (cloud.google.com/storage/docs/resumable-uploads)."""
_PIECE = 1 << 20


@blueprint.post("/uploads")
def create() -> flask.typing.ResponseReturnValue:
    """Create an upload. The answer has the URL and the method for its bytes; ``POST /uploads/ID/complete`` is next."""
    from sutradhar.pipeline.uploads import create_upload

    services = bootstrap.services()
    upload = create_upload(services, **_read_announcement(read_json_body()), caller=caller())
    url = services.blobs.upload_url(upload.blob, upload.content_type, upload.size, find_page_origin())
    body = {
        "upload_id": upload.id,
        "url": url or f"{flask.request.url_root}uploads/{upload.id}/bytes",
        "method": "PUT",
        "headers": {"Content-Type": upload.content_type},
        "expires_at": (upload.created_at + _SESSION_TTL).isoformat(),
    }
    return body, 201, {"Location": _get_path(upload)}


@blueprint.put("/uploads/<upload_id>/bytes")
def send(upload_id: str) -> flask.typing.ResponseReturnValue:
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
    return "", 204


@blueprint.post("/uploads/<upload_id>/complete")
def complete(upload_id: str) -> flask.typing.ResponseReturnValue:
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
        return upload.to_api(), 202, {"Location": _get_path(upload), "Retry-After": "1"}
    return upload.to_api()


@blueprint.get("/uploads/<upload_id>")
def show(upload_id: str) -> flask.typing.ResponseReturnValue:
    from sutradhar.pipeline.uploads import get_upload

    return get_upload(bootstrap.services(), upload_id, caller()).to_api()


@blueprint.get("/uploads")
def index() -> flask.typing.ResponseReturnValue:
    from sutradhar.pipeline.uploads import list_recent_uploads

    return {"uploads": [upload.to_api() for upload in list_recent_uploads(bootstrap.services(), caller())]}


def _require_pending(upload: Upload) -> None:
    if upload.state != "pending":
        raise Conflict(f"{upload.filename} was sent already and is {upload.state}; begin another upload")


def _get_path(upload: Upload) -> str:
    """Return the path of ``upload``, as this caller reaches it."""
    return f"{flask.request.script_root}/uploads/{upload.id}"


def is_file_transfer(method: str, path: str) -> bool:
    """Return whether a request's body is a file, which may be larger than any other body."""
    return method == "PUT" and path.startswith("/uploads/") and path.endswith("/bytes")


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
