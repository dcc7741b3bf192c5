"""Announce an upload, and order the check of the file."""

from datetime import timedelta

import flask

from functions.api.audit import add_facts
from functions.api.auth import caller
from functions.api.endpoint import endpoint
from functions.api.links import make_url
from functions.api.pages import find_sending_origin
from functions.api.upload_models import UploadAnnouncement, UploadAnswer, UploadList, UploadQuery, UploadTarget
from sutradhar import bootstrap
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.upload import Upload

_SESSION_TTL = timedelta(days=7)
"""Life of the URL that takes the bytes (cloud.google.com/storage/docs/resumable-uploads)."""


@endpoint(answers={201: UploadTarget})
def create_upload(body: UploadAnnouncement) -> tuple[UploadTarget, int, dict[str, str]]:
    """Create an upload. The answer has the URL and the method for its bytes; ``POST /uploads/ID/complete`` is next."""
    from sutradhar.pipeline import uploads
    from sutradhar.pipeline.audit import list_upload_facts

    services = bootstrap.services()
    upload = uploads.create_upload(services, **dict(body), caller=caller())
    add_facts(**list_upload_facts(upload))
    url = services.blobs.upload_url(upload.blob, upload.content_type, upload.size, find_sending_origin())
    target = UploadTarget(
        upload_id=upload.id,
        url=url or f"{_get_url(upload)}/bytes",
        headers={"Content-Type": upload.content_type},
        expires_at=upload.created_at + _SESSION_TTL,
    )
    return target, 201, {"Location": _get_url(upload)}


@endpoint(answers={200: UploadAnswer, 202: UploadAnswer}, errors=(409,))
def complete_upload(upload_id: str) -> tuple[UploadAnswer, int, dict[str, str]]:
    """Order the check of the file. Most checks end while this request waits; GET returns the outcome of slower ones."""
    from sutradhar.pipeline.upload_check import CHECK_WAIT_SEC, await_checks, order_check
    from sutradhar.pipeline.upload_records import get_upload

    services = bootstrap.services()
    order_check(services, upload_id, caller())
    await_checks(services, [upload_id], CHECK_WAIT_SEC)
    upload = get_upload(services, upload_id, caller())
    if upload.state == "refused":
        raise InvalidRequest([FieldError("file", f"{upload.filename} {upload.refusal}")])
    if upload.state == "checking":
        return UploadAnswer.describe(upload), 202, {"Location": _get_url(upload), "Retry-After": "1"}
    return UploadAnswer.describe(upload), 200, {}


@endpoint(answers={200: UploadAnswer})
def show_upload(upload_id: str) -> UploadAnswer:
    """Return the state of an upload, and the facts about its file once it is checked."""
    from sutradhar.pipeline.upload_records import get_upload

    return UploadAnswer.describe(get_upload(bootstrap.services(), upload_id, caller()))


@endpoint(answers={200: UploadList})
def list_uploads(query: UploadQuery) -> UploadList:
    """List your uploads, the newest first; an admin sees all."""
    from sutradhar.pipeline import upload_records

    page = upload_records.list_uploads(bootstrap.services(), caller(), query.limit, query.after)
    uploads = tuple(map(UploadAnswer.describe, page.records))
    return UploadList(uploads=uploads, has_more=page.after is not None, next=page.after)


@endpoint(answers={204: None}, errors=(409,))
def delete_upload(upload_id: str) -> flask.Response:
    """Delete an upload with its file. From now on no call finds it; a worker deletes the file within seconds.

    An upload that a job uses which has not ended is not deleted.
    """
    from sutradhar.pipeline.upload_deletion import order_deletion

    order_deletion(bootstrap.services(), upload_id, caller())
    return flask.make_response("", 204)


def _get_url(upload: Upload) -> str:
    """Return the URL of ``upload``, as this caller reaches it."""
    return make_url(f"/uploads/{upload.id}")
