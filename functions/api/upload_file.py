"""Send an uploaded file back: a page plays the song that its caller chose."""

import mimetypes
from pathlib import Path

from werkzeug.wrappers import Response

from functions.api.auth import caller
from functions.api.endpoint import endpoint
from functions.api.files import send_blob
from sutradhar import bootstrap
from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.plan.upload import Upload

_BYTES = "application/octet-stream"
_SHOWN = ("audio/", "video/", "image/")


@endpoint(
    answers={200: "application/octet-stream", 206: "application/octet-stream", 302: None, 304: None}, errors=(409, 416)
)
def show_file(upload_id: str) -> Response:
    """Answer with the file of a checked upload, as it was sent.

    The answer is a redirect (302) to a signed URL if the store has such URLs, otherwise the bytes. Ranges work in both
    cases.
    """
    from sutradhar.pipeline.upload_records import get_upload

    upload = get_upload(bootstrap.services(), upload_id, caller())
    if upload.state != "ready":
        raise Conflict(f"{upload.filename} cannot be played: it is {upload.state}; see GET /uploads/{upload.id}")
    return send_blob(upload.blob, _choose_media_type(upload), Path(upload.filename).name)


def _choose_media_type(upload: Upload) -> str:
    """Return the media type that the sender named if it is one of a file that the check lets in; a browser then shows
    nothing else, such as a page."""
    named = upload.content_type.partition(";")[0].strip().lower()
    guessed = mimetypes.guess_type(upload.filename)[0] or ""
    return next((one for one in (named, guessed) if one.startswith(_SHOWN)), _BYTES)
