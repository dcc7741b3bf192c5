"""Read a brand from a file that ``export`` wrote, here or in another installation. Its files become uploads."""

import hashlib
import json
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import ValidationError

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import Conflict, FieldError, InvalidRequest
from sutradhar.domain.plan.brand import Brand, BrandFields
from sutradhar.domain.plan.own_media import UploadRef
from sutradhar.domain.plan.upload import BRAND_FACTS, KIND_NAMES, MAX_BYTES, find_brand_uploads
from sutradhar.pipeline.brands.export import BrandFile, BrandFileEntry, name_file, replace_uploads
from sutradhar.pipeline.brands.save import require_name, save_brand
from sutradhar.pipeline.brands.store import BRANDS, find_owner, make_brand_id
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.pipeline.upload_check import await_checks, order_check
from sutradhar.pipeline.upload_records import get_upload, read_uploads
from sutradhar.pipeline.uploads import check_in_process, create_upload
from sutradhar.ports.stores import MAX_LEASE

_READ = 1 << 20
_MAX_FACTS_BYTES = 1_000_000
_MAX_FILES = 6
"""The most files of a brand: two fonts, a logo, an intro and an outro, and one to spare."""
CHECK_WAIT_SEC = 45.0
"""Seconds that a call waits for the check of the files that it brought."""
_DAMAGES = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError)
"""The errors of ``zipfile`` about damaged archives, passwords, and forms that it does not know."""
_DAMAGED = "is damaged; export the brand again, and send that file"


def import_upload(
    services: Services, upload_id: str, caller: ApiKey | None = None, *, name: str | None = None, replaces: bool = False
) -> tuple[Brand, bool]:
    """Store the brand in the upload, and return it with True if it is new. A repeat finds the files that were stored
    before.

    Args:
        name: the name of the brand here; None: the one in the file.
        replaces: True: it may take the place of a brand of that name.

    Raises:
        NotFound: there is no such upload, or ``caller`` must not see it.
        InvalidRequest: the file is no brand, is damaged, was made by a newer version, or its files cannot be used.
        Conflict: there is a brand of that name; or the check of its files takes longer than a call may wait.
    """
    upload = get_upload(services, upload_id, caller)
    if upload.facts is None:
        raise InvalidRequest([FieldError("upload", upload.explain_unready())])
    if upload.facts.kind != "brand":
        message = f"{upload.filename} is {KIND_NAMES[upload.facts.kind]}; send a file that GET /brands/NAME/export gave"
        raise InvalidRequest([FieldError("upload", message)])
    with services.blobs.open(upload.blob) as file, _name_file(upload.filename):
        return import_file(services, file, caller, name=name, replaces=replaces, checks_here=False)


def import_file(
    services: Services,
    file: BinaryIO,
    caller: ApiKey | None = None,
    *,
    name: str | None = None,
    replaces: bool = False,
    checks_here: bool = True,
) -> tuple[Brand, bool]:
    """Store the brand in ``file`` as ``import_upload`` does.

    Args:
        checks_here: True: this process checks its files; False: workers do, because decoding takes more memory than
            the API has.
    """
    with _open_archive(file) as archive:
        content = _read_content(archive)
        chosen = name or content.name
        require_name(chosen)
        if not replaces and services.documents.get_many(BRANDS, [make_brand_id(find_owner(caller), chosen)]):
            raise Conflict(f"there is a brand {chosen} already; import it under another name, or replace that one")
        _require_entries(archive, content)
        ids = {key: _store_file(services, archive, entry, caller) for key, entry in content.files.items()}
    _check_files(services, list(ids.values()), checks_here=checks_here)
    return save_brand(services, chosen, replace_uploads(content.fields, ids), caller)


@contextmanager
def _name_file(filename: str) -> Iterator[None]:
    """Let the errors of the block name the file."""
    try:
        yield
    except InvalidRequest as exc:
        errors = [FieldError("upload" if e.path == "file" else e.path, f"{filename} {e.message}") for e in exc.errors]
        raise InvalidRequest(errors) from exc


def _refuse(message: str) -> InvalidRequest:
    return InvalidRequest([FieldError("file", message)])


@contextmanager
def _open_archive(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except (*_DAMAGES, ValueError) as exc:
        raise _refuse("is no exported brand; send a file that an export gave") from exc
    with archive:
        yield archive


def _read_content(archive: zipfile.ZipFile) -> BrandFile:
    """Return the content of the archive. Raise InvalidRequest: it is damaged, or of a newer version."""
    try:
        info = archive.getinfo(BRAND_FACTS)
    except KeyError as exc:
        raise _refuse(f"has no {BRAND_FACTS}, so it is no exported brand; send a file that an export gave") from exc
    if info.file_size > _MAX_FACTS_BYTES:
        raise _refuse(_DAMAGED)
    try:
        stored = json.loads(archive.read(info))
        version = stored.get("schema", 0)
        if isinstance(version, int) and version > BrandFile.history.version:
            newest = BrandFile.history.version
            message = f"was made by a newer version of Sutradhar (its form is {version}, this one reads up to {newest})"
            raise _refuse(f"{message}; update this installation, or export the brand from one like it")
        facts = BrandFile.history.upgrade(stored)
        if facts.get("kind") != "sutradhar-brand":
            raise _refuse(_DAMAGED)
        entries = {str(key): BrandFileEntry.model_validate(one) for key, one in facts["files"].items()}
        return BrandFile(name=str(facts["name"]), fields=_parse_fields(facts["fields"]), files=entries)
    except InvalidRequest:
        raise
    except (*_DAMAGES, ValidationError, ValueError, KeyError, AttributeError, TypeError) as exc:
        raise _refuse(_DAMAGED) from exc


def _parse_fields(body: Any) -> BrandFields:
    """Return the fields of the brand. Raise InvalidRequest, which names every field that this version refuses."""
    try:
        return BrandFields.parse(body)
    except InvalidRequest as exc:
        errors = [FieldError(f"fields.{error.path}" if error.path else "fields", error.message) for error in exc.errors]
        raise InvalidRequest(errors) from exc


def _require_entries(archive: zipfile.ZipFile, content: BrandFile) -> None:
    """Refuse an archive that lacks a file, or whose files are too large. Raise InvalidRequest."""
    used = {use.upload_id for use in find_brand_uploads(content.fields)}
    if used != content.files.keys() or len(used) > _MAX_FILES:
        raise _refuse(_DAMAGED)
    for key, entry in content.files.items():
        try:
            size = archive.getinfo(entry.path).file_size
        except KeyError as exc:
            raise _refuse(f"lacks {entry.path}; export the brand again, and send that file") from exc
        UploadRef.model_validate(key)
        if size != entry.size or size > MAX_BYTES or key != name_file(entry.sha256):
            raise _refuse(_DAMAGED)


def _store_file(services: Services, archive: zipfile.ZipFile, entry: BrandFileEntry, caller: ApiKey | None) -> str:
    """Store a file of the archive as an upload of ``caller`` and return its id, which is the same for a repeat."""
    owner = find_owner(caller)
    # without an owner, the id is that of a file which the terminal imports
    digest = hashlib.sha256(f"{owner}/{entry.sha256}".encode()).hexdigest() if owner else entry.sha256
    upload_id = f"up-{digest[:16]}"
    with tempfile.NamedTemporaryFile() as copy:
        try:
            with archive.open(entry.path) as source:
                hashed = hashlib.sha256()
                while data := source.read(_READ):
                    hashed.update(data)
                    copy.write(data)
        except _DAMAGES as exc:
            raise _refuse(_DAMAGED) from exc
        copy.flush()
        if hashed.hexdigest() != entry.sha256:
            raise _refuse(f"has a changed {entry.path}; export the brand again, and send that file")
        read_uploads(services, [upload_id])  # moves what an earlier version stored
        with hold_lease(services, f"check-{upload_id}", MAX_LEASE):  # so that no worker deletes it meanwhile
            upload = create_upload(services, entry.filename, "application/octet-stream", entry.size, upload_id, caller)
            if not services.blobs.exists(upload.blob):
                # where files go to a bucket, the API may add one and replace none
                services.blobs.put_new(upload.blob, Path(copy.name))
    return upload_id


def _check_files(services: Services, upload_ids: list[str], *, checks_here: bool) -> None:
    """Wait until all files are checked. Raise InvalidRequest: one is refused; or Conflict: it takes too long."""
    for upload_id in upload_ids:
        if checks_here:
            check_in_process(services, upload_id)
        else:
            order_check(services, upload_id)
    await_checks(services, upload_ids, CHECK_WAIT_SEC)
    uploads: Mapping[str, Any] = read_uploads(services, upload_ids)
    if refused := [one for one in uploads.values() if one.state == "refused"]:
        raise InvalidRequest([FieldError("file", f"has {one.filename}, which {one.refusal}") for one in refused])
    if any(one.state != "ready" for one in uploads.values()):
        raise Conflict("the files of the brand are still being checked; send the same call again in a minute")
