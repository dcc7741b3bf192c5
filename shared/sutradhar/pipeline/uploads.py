"""Create uploads, import files of this machine, and check what was sent."""

import hashlib
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import FieldError, InvalidRequest, NotFound
from sutradhar.domain.plan.upload import MAX_BYTES, MediaInfo, Upload, name_preview
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.pipeline.upload_pieces import delete_pieces
from sutradhar.pipeline.upload_records import UPLOADS, get_upload, read_uploads, update_upload
from sutradhar.ports.stores import MAX_LEASE
from sutradhar.telemetry import log


def create_upload(
    services: Services, filename: str, content_type: str, size: int, upload_id: str = "", caller: ApiKey | None = None
) -> Upload:
    """Store the record of an upload whose file is sent later.

    Args:
        size: in bytes.
        upload_id: a new id if empty.
        caller: the key that owns the upload; None: the upload has no owner.

    Raises:
        InvalidRequest: names every argument at fault.
    """
    errors = []
    if not 1 <= len(filename) <= 255:
        errors.append(FieldError("filename", f"must have 1 to 255 characters (got {len(filename)})"))
    content_type = _clean_media_type(content_type)
    if not re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", content_type):
        errors.append(FieldError("content_type", f"must be a media type such as video/mp4 (got {content_type[:60]!r})"))
    if size < 1:
        errors.append(FieldError("size", f"is {size}: the file is empty; send it again when it is whole"))
    elif size > MAX_BYTES:
        limit = f"{MAX_BYTES // 1_000_000} MB"
        errors.append(FieldError("size", f"is {size / 1e6:.0f} MB; at most {limit} are allowed; export a smaller file"))
    if errors:
        raise InvalidRequest(errors)
    upload = Upload(
        id=upload_id or f"up-{secrets.token_hex(8)}",
        filename=filename,
        content_type=content_type,
        size=size,
        created_at=services.clock.now(),
        owner=caller.id if caller else "",
    )
    stored, created = services.documents.create(UPLOADS, upload)
    return stored if created else _renew_upload(services, upload)


def _renew_upload(services: Services, upload: Upload) -> Upload:
    """Store that a file that was deleted or refused, or whose check did not end, is sent again as ``upload``."""

    def renew(stored: Upload) -> Upload:
        if stored.facts:
            # the outcome of a check is final
            return stored.evolve(deleting_since=None).note_use(upload.created_at)
        return upload.evolve(owner=stored.owner, created_at=stored.created_at, used_at=upload.created_at)

    return update_upload(services, upload.id, renew)


def check_in_process(services: Services, upload_id: str) -> Upload:
    """Check the file in this process, and return the upload with the outcome. Delete a refused file."""
    upload = get_upload(services, upload_id)
    if not upload.is_checked:
        try:
            facts = _read_facts(services, upload)
            digest = _hash_file(services, upload, facts)
        except InvalidRequest as exc:
            reason = "; ".join(error.message for error in exc.errors)
            upload = update_unchecked(services, upload.id, lambda current: current.evolve(refusal=reason))
        else:
            has_preview = _store_preview(services, upload, facts)
            upload = update_unchecked(
                services,
                upload.id,
                lambda current: current.evolve(facts=facts, has_preview=has_preview, sha256=digest),
            )
        delete_if_refused(services, upload)
    if not services.blobs.has_upload_urls:
        delete_pieces(services, upload_id)  # a piece may have come late
    return upload


def update_unchecked(services: Services, upload_id: str, change: Callable[[Upload], Upload]) -> Upload:
    """Apply ``change`` to the upload unless its check has ended: the first outcome is final."""
    return update_upload(services, upload_id, lambda current: current if current.is_checked else change(current))


def delete_if_refused(services: Services, upload: Upload) -> None:
    if upload.state == "refused":
        services.blobs.delete(upload.blob)


def import_file(services: Services, path: Path) -> Upload:
    """Store a file of this machine; the same bytes are the same upload. Raise InvalidRequest that names the file."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
    except OSError as exc:
        reason = "does not exist" if isinstance(exc, FileNotFoundError) else "cannot be read; check its permissions"
        raise InvalidRequest([FieldError(str(path), reason)]) from exc
    try:
        upload_id = f"up-{digest[:16]}"
        read_uploads(services, [upload_id])  # moves what an earlier version stored
        with hold_lease(services, f"check-{upload_id}", MAX_LEASE):  # so that no worker deletes it meanwhile
            upload = create_upload(services, decode_name(path.name), "application/octet-stream", size, upload_id)
            if not services.blobs.exists(upload.blob):
                services.blobs.put_file(upload.blob, path)
        upload = check_in_process(services, upload.id)
    except InvalidRequest as exc:
        raise InvalidRequest([FieldError(str(path), error.message) for error in exc.errors]) from exc
    if upload.refusal:
        raise InvalidRequest([FieldError(str(path), upload.refusal)])
    return upload


def decode_name(name: str) -> str:
    """Return the name of a file as text for records, also if the name is in an old encoding."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _read_facts(services: Services, upload: Upload) -> MediaInfo:
    try:
        size = services.blobs.size(upload.blob)
        if size != upload.size:
            raise InvalidRequest([FieldError("size", f"has {size} bytes; {upload.size} were announced")])
        with services.blobs.open(upload.blob) as file:
            return services.providers.media.probe(file)
    except NotFound as exc:
        raise InvalidRequest([FieldError("file", "is no longer there; send it again")]) from exc


def _hash_file(services: Services, upload: Upload, facts: MediaInfo) -> str:
    """Return the SHA-256 of a file with audio, so that the same song is analysed once, and of the files that a brand is
    drawn with; empty for other files."""
    if facts.kind not in ("font", "image") and not upload.evolve(facts=facts).has_audio:
        return ""
    try:
        # as a whole: ``open`` would ask the bucket for each piece
        with (
            TemporaryDirectory() as folder,
            services.blobs.fetch(upload.blob, Path(folder) / "file").open("rb") as file,
        ):
            return hashlib.file_digest(file, "sha256").hexdigest()
    except NotFound as exc:
        raise InvalidRequest([FieldError("file", "is no longer there; send it again")]) from exc


def _store_preview(services: Services, upload: Upload, facts: MediaInfo) -> bool:
    """Store the small image of the file, and return whether there is one. A file is as good without it."""
    if facts.kind == "brand":
        return False
    try:
        with services.blobs.open(upload.blob) as file:
            image = services.providers.media.draw_preview(file, facts)
    except (InvalidRequest, NotFound) as exc:
        log("preview_failed", level="warning", exc=exc, upload_id=upload.id)
        return False
    services.blobs.put(name_preview(upload.id), image)
    return True


def _clean_media_type(text: str) -> str:
    """Return a browser's media type without its parameters. Browsers send an empty one for an unknown kind of file."""
    return text.partition(";")[0].strip().lower() or "application/octet-stream"
