"""Take the bytes of an upload in pieces, where callers send them through the API: on the local backend.

A piece is stored whole or not at all, as a blob that is named by its place. When the pieces cover the file they become
the one blob of the upload. They may come twice, late, or from two pages at once, and a process may die after any step:
the next piece, or the next question, goes on from what is stored.
"""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.plan.upload import Upload, name_pieces
from sutradhar.pipeline.services import Services


@dataclass(frozen=True)
class _Part:
    """The bytes of a stored piece that follow the bytes of the piece before."""

    name: str
    skipped: int
    """Bytes at its beginning that the piece before has too."""


def store_piece(services: Services, upload: Upload, start: int, path: Path) -> int:
    """Store the bytes in ``path``, which are those from ``start`` on, and return how many bytes of the file are there
    from its beginning on. A piece that leaves a gap, or brings nothing new, is not stored."""
    end, received = start + path.stat().st_size, _join_pieces(services, upload)
    if start > received or end <= received:
        return received
    services.blobs.put_file(f"{name_pieces(upload.id)}{start:012}-{end:012}", path)
    return _join_pieces(services, upload)


def count_received(services: Services, upload: Upload) -> int:
    """Return how many bytes of the file are there from its beginning on, without a gap."""
    return _join_pieces(services, upload)  # the process may have died before it joined them


def delete_pieces(services: Services, upload_id: str) -> None:
    for blob in list(services.blobs.list(name_pieces(upload_id))):
        services.blobs.delete(blob.name)


def _join_pieces(services: Services, upload: Upload) -> int:
    """Make the blob of the upload, if all of its bytes are there; return how many are there."""
    parts, received = _choose_parts(services, upload)
    if received < upload.size:
        return upload.size if services.blobs.exists(upload.blob) else received
    with tempfile.NamedTemporaryFile() as file:
        try:
            for part in parts:
                with services.blobs.open(part.name) as piece:
                    piece.seek(part.skipped)
                    shutil.copyfileobj(piece, file)
        except NotFound:  # another process has joined them meanwhile, or the upload was deleted
            return upload.size if services.blobs.exists(upload.blob) else 0
        file.flush()
        services.blobs.put_file(upload.blob, Path(file.name))
    delete_pieces(services, upload.id)  # last: after a crash before this they are joined again
    return upload.size


def _choose_parts(services: Services, upload: Upload) -> tuple[Sequence[_Part], int]:
    """Return the parts that give the beginning of the file, in their order, and how many bytes they have."""
    prefix, parts, received = name_pieces(upload.id), list[_Part](), 0
    for blob in services.blobs.list(prefix):  # in the order of their names, which is that of their places
        start, end = map(int, blob.name.removeprefix(prefix).split("-"))
        if start <= received < end:
            parts.append(_Part(blob.name, received - start))
            received = end
    return parts, received
