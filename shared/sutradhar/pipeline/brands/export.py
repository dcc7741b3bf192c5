"""Write a brand with all its files as one ZIP archive, piece by piece, so that no process holds all of it.

The archive has the file ``brand.json``, first, and the files of the brand below ``files/``. It has no owner and no ids:
each file is named by its hash. The same brand gives the same bytes.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, cast

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.plan.brand import Brand, BrandFields
from sutradhar.domain.plan.upload import BRAND_FACTS, Upload, find_brand_uploads
from sutradhar.pipeline.brands.apply import hash_upload
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_records import read_uploads

_READ = 1 << 20
_DATE = (2020, 1, 1, 0, 0, 0)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class BrandFileEntry(Frozen):
    """A file in the archive."""

    path: str
    """Its place in the archive."""
    filename: str
    """Its name when it was sent."""
    size: int
    sha256: str


class BrandFile(Record):
    """The content of ``brand.json``."""

    history = History("brand file", keep_fields)

    kind: str = "sutradhar-brand"
    name: str
    fields: BrandFields
    """The ids of uploads are names that ``files`` has."""
    files: Mapping[str, BrandFileEntry]


def name_file(sha256: str) -> str:
    """Return the name of the file with these bytes inside the archive, which has the form of an upload's id."""
    return f"up-{sha256[:16]}"


def replace_uploads(fields: BrandFields, names: Mapping[str, str]) -> BrandFields:
    """Return ``fields`` with other ids of their uploads: ``names`` has the new id by the old one."""
    changes: dict[str, object] = {
        name: part.evolve(upload=names[part.upload])
        for name in ("logo", "intro", "outro")
        if (part := getattr(fields, name))
    }
    fonts = {script: font.evolve(upload=names[font.upload]) for script, font in fields.fonts.items()}
    return fields.evolve(**changes, fonts=fonts)


def export_brand(services: Services, brand: Brand) -> Iterator[bytes]:
    """Return the bytes of the archive of ``brand``, piece by piece.

    Raises:
        Conflict: one of its files is gone, before the first piece.
    """
    ids = sorted({use.upload_id for use in find_brand_uploads(brand.fields)})
    uploads = read_uploads(services, ids)
    for upload_id in ids:
        if upload_id not in uploads or not services.blobs.exists(uploads[upload_id].blob):
            name = uploads[upload_id].filename if upload_id in uploads else upload_id
            message = f"the file {name} of the brand is no longer kept; send it again, and save the brand with it"
            raise Conflict(message)
    hashes = {upload_id: one.sha256 or hash_upload(services, one) for upload_id, one in uploads.items()}
    by_name = {name_file(hashes[upload_id]): uploads[upload_id] for upload_id in ids}
    content = BrandFile(
        name=brand.name,
        fields=replace_uploads(brand.fields, {upload_id: name_file(hashes[upload_id]) for upload_id in ids}),
        files={
            name: BrandFileEntry(
                path=f"files/{name}-{_UNSAFE.sub('_', upload.filename)[-80:]}",
                filename=upload.filename,
                size=upload.size,
                sha256=hashes[upload.id],
            )
            for name, upload in sorted(by_name.items())
        },
    )
    return _write(services, content, by_name)


def _write(services: Services, content: BrandFile, uploads: Mapping[str, Upload]) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_make_entry(BRAND_FACTS), content.to_record(indent=2).encode())
        yield sink.take()
        for name, entry in content.files.items():
            with (
                services.blobs.open(uploads[name].blob) as source,
                archive.open(_make_entry(entry.path, entry.size), "w") as target,
            ):
                while data := source.read(_READ):
                    target.write(data)
                    yield sink.take()
            yield sink.take()
    yield sink.take()


def _make_entry(path: str, size: int = 0) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _DATE)
    entry.file_size, entry.create_system, entry.external_attr = size, 3, 0o100644 << 16
    return entry


class _Sink:
    """Takes what an archive writes, and gives it away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: ``take`` gives the pieces away."""

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
