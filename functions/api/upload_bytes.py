"""Receive the bytes of an upload, whole or in pieces.

The pieces follow the protocol of a resumable session of Cloud Storage, so that one client sends to both
(cloud.google.com/storage/docs/performing-resumable-uploads).
"""

import tempfile
from pathlib import Path
from typing import IO

import flask
from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import parse_content_range_header

from functions.api.auth import caller
from functions.api.endpoint import endpoint
from sutradhar import bootstrap
from sutradhar.domain.core.errors import Conflict, FieldError, InvalidRequest, NotFound
from sutradhar.domain.plan.upload import PIECE_STEP, Upload
from sutradhar.pipeline.services import Services

_READ = 1 << 20


@endpoint(answers={204: None, 308: None}, errors=(409,))
def receive_bytes(upload_id: str) -> flask.Response:
    """Receive the bytes of an upload: all of them, or a piece that the header ``Content-Range: bytes 0-262143/300000``
    places in the file. Pieces come one after the other; the size of each but the last is a multiple of 262144 bytes.

    308 means that more is to come: the header ``Range: bytes=0-262143`` of the answer says what is there, and is absent
    while nothing is. ``Content-Range: bytes */300000`` without a body asks for that. A piece may be sent again. All
    bytes without the header replace the earlier ones.
    On Google Cloud the answer is 409: there the bytes go straight to the bucket, and the API may not replace a file.
    """
    from sutradhar.pipeline.upload_records import get_upload

    services = bootstrap.services()
    upload = get_upload(services, upload_id, caller())
    if services.blobs.has_upload_urls:
        message = "this server takes no bytes itself: send them to the url that POST /uploads answered with"
        raise Conflict(f"{message}; begin another upload if you no longer have it")
    place = flask.request.headers.get("Content-Range")
    if place is None:
        _receive_whole(services, upload)
        return flask.make_response("", 204)
    received = _receive_piece(services, upload, place)
    if received == upload.size:
        return flask.make_response("", 204)
    headers = {"Range": f"bytes=0-{received - 1}"} if received else {}
    return flask.make_response("", 308, headers)


def _receive_whole(services: Services, upload: Upload) -> None:
    from sutradhar.pipeline.upload_pieces import delete_pieces

    _require_pending(upload)
    if flask.request.content_length != upload.size:
        message = f"{upload.size} bytes were announced (got Content-Length {flask.request.content_length})"
        raise InvalidRequest([FieldError("Content-Length", message)])
    with tempfile.NamedTemporaryFile() as file:
        while data := flask.request.stream.read(_READ):
            file.write(data)
        file.flush()
        if file.tell() != upload.size:
            raise InvalidRequest([FieldError("", f"{upload.size} bytes were announced and {file.tell()} came")])
        # meanwhile another request may have completed the upload
        _require_pending(_read_again(services, upload))
        services.blobs.put_file(upload.blob, Path(file.name))
    _read_again(services, upload)
    delete_pieces(services, upload.id)


def _receive_piece(services: Services, upload: Upload, header: str) -> int:
    """Store the piece, if the request brings one; return how many bytes of the file are there."""
    from sutradhar.pipeline.upload_pieces import count_received, store_piece

    place = _read_place(upload, header)
    if upload.state == "refused":
        _require_pending(upload)
    if upload.state != "pending":
        return upload.size  # all of it was there before: this is a repeat
    if place is None:
        return count_received(services, upload)
    start, end = place
    with tempfile.NamedTemporaryFile() as file:
        came = _read_body(file.file)
        if came != end - start:  # the connection was lost on the way: keep as much as Cloud Storage would
            came -= came % PIECE_STEP
            file.truncate(came)
        file.flush()
        received = store_piece(services, upload, start, Path(file.name))
    _read_again(services, upload)
    return received


def _read_body(file: IO[bytes]) -> int:
    """Write what comes of the body into ``file``, and return the number of bytes."""
    try:
        while data := flask.request.stream.read(_READ):
            file.write(data)
    except (ClientDisconnected, OSError):
        pass
    return file.tell()


def _read_place(upload: Upload, header: str) -> tuple[int, int] | None:
    """Return the first byte of the piece and the byte after its last; None: the request asks what is there.

    Raises:
        InvalidRequest: the header is not of this file, or not of this body.
    """
    place, length = parse_content_range_header(header), flask.request.content_length or 0
    if place is None or place.units != "bytes":
        problem = f"must be such as bytes 0-{min(upload.size, PIECE_STEP) - 1}/{upload.size} (got {header[:60]!r})"
    elif place.length != upload.size:
        problem = f"must end in /{upload.size}, the size that was announced (got {header[:60]!r})"
    elif place.start is None or place.stop is None:
        if length == 0:
            return None
        problem = f"must say which bytes of the file the body has (got {header[:60]!r})"
    elif place.stop - place.start != length:
        problem = f"names {place.stop - place.start} bytes, and the body has {length}"
    elif place.stop != upload.size and length % PIECE_STEP:
        problem = f"names {length} bytes; each piece but the last must have a multiple of {PIECE_STEP}"
    else:
        return place.start, place.stop
    raise InvalidRequest([FieldError("Content-Range", problem)])


def _read_again(services: Services, upload: Upload) -> Upload:
    """Return the upload as it is now. Raise NotFound if it was deleted meanwhile; what came of it is deleted too."""
    from sutradhar.pipeline.upload_pieces import delete_pieces
    from sutradhar.pipeline.upload_records import get_upload

    try:
        return get_upload(services, upload.id, caller())
    except NotFound:  # perhaps before its file was stored
        services.blobs.delete(upload.blob)
        delete_pieces(services, upload.id)
        raise


def _require_pending(upload: Upload) -> None:
    if upload.state != "pending":
        raise Conflict(f"{upload.filename} was sent already and is {upload.state}; begin another upload")
