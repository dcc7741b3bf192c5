"""Manage the user's own files: create, fill, check and list uploads, and store them as assets."""

import hashlib
import json
import re
import secrets
import tempfile
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset, Provenance
from sutradhar.domain.assets.requests import UPLOAD_PROVIDER
from sutradhar.domain.assets.specs import UploadSpec
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import FieldError, InvalidRequest, NotFound, ProviderError
from sutradhar.domain.plan.upload import MAX_BYTES, MediaInfo, Upload
from sutradhar.pipeline.services import Services
from sutradhar.ports.records import Values
from sutradhar.ports.stores import Lease

_INDEX = "uploads"
"""The record with the ids of the newest uploads of all owners; each owner has such a record too."""
_MAX_LISTED = 100
"""The number of uploads in a list of recent ones."""
_LONGEST_SIDE = 4096
"""The maximum width and height of an image in pixels: 4K, with room for a camera move."""


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
    _write(services, upload)
    return upload


def get_upload(services: Services, upload_id: str, caller: ApiKey | None = None) -> Upload:
    """Return the upload. Raise NotFound if it does not exist, or if ``caller`` must not see it."""
    text = services.records.read([_record_name(upload_id)]).get(_record_name(upload_id))
    upload = Upload.from_record(text) if text else None
    if upload is None or (caller and not caller.may_see(upload.owner)):
        raise NotFound(f"there is no upload {upload_id}")
    return upload


def read_uploads(services: Services, upload_ids: Collection[str]) -> dict[str, Upload]:
    """Return the existing uploads among ``upload_ids``, by id."""
    texts = services.records.read(map(_record_name, upload_ids)) if upload_ids else {}
    return {one: Upload.from_record(text) for one in upload_ids if (text := texts.get(_record_name(one)))}


def update_upload(services: Services, upload_id: str, change: Callable[[Upload], Upload]) -> Upload:
    """Apply the pure function ``change`` to the upload, store the result, and return it. Raise NotFound."""
    name = _record_name(upload_id)

    def write(texts: Values) -> Values:
        if not texts.get(name):
            raise NotFound(f"there is no upload {upload_id}")
        return {name: change(Upload.from_record(texts[name])).to_record()}

    return Upload.from_record(services.records.update([name], write)[name])


def check_in_process(services: Services, upload_id: str) -> Upload:
    """Check the file in this process, and return the upload with the outcome. Delete a refused file."""
    upload = get_upload(services, upload_id)
    if not upload.is_checked:
        try:
            facts = _read_facts(services, upload)
        except InvalidRequest as exc:
            reason = "; ".join(error.message for error in exc.errors)
            upload = update_unchecked(services, upload.id, lambda current: current.evolve(refusal=reason))
        else:
            upload = update_unchecked(services, upload.id, lambda current: current.evolve(facts=facts))
        delete_if_refused(services, upload)
    return upload


def update_unchecked(services: Services, upload_id: str, change: Callable[[Upload], Upload]) -> Upload:
    """Apply ``change`` to the upload unless its check has ended: the first outcome is final."""
    return update_upload(services, upload_id, lambda current: current if current.is_checked else change(current))


def delete_if_refused(services: Services, upload: Upload) -> None:
    if upload.state == "refused":
        services.blobs.delete(upload.blob)


def import_file(services: Services, path: Path) -> Upload:
    """Store a file of this machine; the same bytes are the same upload. Raise InvalidRequest that names the file."""
    # records are text, so a name in an old encoding is decoded for them
    name = path.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
    except OSError as exc:
        reason = "does not exist" if isinstance(exc, FileNotFoundError) else "cannot be read; check its permissions"
        raise InvalidRequest([FieldError(str(path), reason)]) from exc
    try:
        upload = create_upload(services, name, "application/octet-stream", size, f"up-{digest[:16]}")
        if not services.blobs.exists(upload.blob):
            services.blobs.put_file(upload.blob, path)
        upload = check_in_process(services, upload.id)
    except InvalidRequest as exc:
        raise InvalidRequest([FieldError(str(path), error.message) for error in exc.errors]) from exc
    if upload.refusal:
        raise InvalidRequest([FieldError(str(path), upload.refusal)])
    return upload


def list_recent_uploads(services: Services, caller: ApiKey | None = None) -> Sequence[Upload]:
    """Return the hundred newest uploads that ``caller`` may see, the newest first."""
    own = _name_index(caller.id) if caller and caller.role != "admin" else _INDEX
    indexes = services.records.read([own, _INDEX])
    # earlier versions kept one index for all owners
    ids = list(dict.fromkeys([*json.loads(indexes.get(own, "[]")), *json.loads(indexes.get(_INDEX, "[]"))]))
    texts = services.records.read(map(_record_name, ids))
    uploads = [Upload.from_record(texts[_record_name(one)]) for one in ids if texts.get(_record_name(one))]
    return [upload for upload in uploads if not caller or caller.may_see(upload.owner)][:_MAX_LISTED]


def find_upload_ids(services: Services, names: Sequence[str], caller: ApiKey | None = None) -> dict[str, str]:
    """Return the ids of uploads of ``caller`` by ``names``, each of which is an id or the file name of a recent upload;
    the newest one of a file name counts. Names without an upload are left out."""
    recent = list_recent_uploads(services, caller)
    by_file = {upload.filename: upload.id for upload in reversed(recent)}
    by_id = {
        one.id: one.id for one in read_uploads(services, names).values() if not caller or caller.may_see(one.owner)
    }
    return {name: upload_id for name in names if (upload_id := by_id.get(name) or by_file.get(name))}


def store_asset(services: Services, key: str, spec: UploadSpec, lease: Lease) -> Asset:
    """Store the user's file that ``spec`` names as the asset ``key``: a clip or a song unchanged, an image as a JPEG
    that is ready to be shown.

    Raises:
        ProviderError: the file is gone, or cannot be used.
    """
    name = f"the upload {spec.upload}"
    try:
        upload = get_upload(services, spec.upload)
        name = f"the file {upload.filename}"
        with tempfile.TemporaryDirectory() as folder:
            asset = _as_asset(services, key, spec, upload, Path(folder))
    except (NotFound, InvalidRequest) as exc:
        reason = "is no longer kept"
        if isinstance(exc, InvalidRequest):
            reason = "; ".join(error.message for error in exc.errors)
        raise ProviderError(
            f"{name} cannot be used: it {reason}",
            provider="upload",
            retryable=False,
            advice="send the file again and name the new upload in a new job",
        ) from exc
    services.assets.save(asset, lease)
    return asset


def _as_asset(services: Services, key: str, spec: UploadSpec, upload: Upload, folder: Path) -> Asset:
    path = services.blobs.fetch(upload.blob, folder / "file")
    facts = _current_facts(services, upload, path)
    if facts.kind == "image":
        image = services.providers.media.image(path, _LONGEST_SIDE)
        digest, size = hashlib.sha256(image.data).hexdigest(), len(image.data)
        blob, width, height = f"assets/{digest}.jpg", image.width, image.height
        services.blobs.put(blob, image.data)
    else:
        if facts.kind == "video":
            path = services.providers.media.video(path, folder / "clip.mp4")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size, width, height = path.stat().st_size, facts.width, facts.height
        blob = f"assets/{digest}{'.mp4' if facts.kind == 'video' else '.audio'}"
        services.blobs.put_file(blob, path)
    has_audio = facts.kind == "audio" or facts.has_audio
    if spec.kind == "music" and not has_audio:
        raise InvalidRequest([FieldError("file", "has no sound")])
    is_clip = facts.kind == "video" and spec.kind == "image"
    return Asset(
        key=key,
        kind=spec.kind,
        blob=blob,
        sha256=digest,
        size=size,
        provider=str(UPLOAD_PROVIDER),
        samples=round(facts.duration_sec * SAMPLE_RATE) if has_audio else 0,
        width=width,
        height=height,
        clip_sec=facts.duration_sec if is_clip else None,
        is_video=is_clip,
        provenance=Provenance(model="upload", licence="the user's own", source=upload.filename),
    )


def _current_facts(services: Services, upload: Upload, path: Path) -> MediaInfo:
    """Return the facts of the file; probe it again if an earlier version checked it."""
    if upload.facts and (upload.facts.kind != "video" or upload.facts.has_audio is not None):
        return upload.facts
    with path.open("rb") as file:
        return services.providers.media.probe(file)


def _read_facts(services: Services, upload: Upload) -> MediaInfo:
    try:
        size = services.blobs.size(upload.blob)
        if size != upload.size:
            raise InvalidRequest([FieldError("size", f"has {size} bytes; {upload.size} were announced")])
        with services.blobs.open(upload.blob) as file:
            return services.providers.media.probe(file)
    except NotFound as exc:
        raise InvalidRequest([FieldError("file", "is no longer there; send it again")]) from exc


def _write(services: Services, upload: Upload) -> None:
    def change(texts: Values) -> Values:
        text = texts.get(_record_name(upload.id))
        stored = Upload.from_record(text) if text else None
        current = stored if stored and stored.facts else upload  # the outcome of a check is final
        return {_record_name(upload.id): current.to_record()} | {
            name: _add_id(texts, name, upload.id) for name in indexes
        }

    indexes = [_INDEX, *([_name_index(upload.owner)] if upload.owner else [])]
    services.records.update([_record_name(upload.id), *indexes], change)


def _add_id(texts: Values, index: str, upload_id: str) -> str:
    """Return the ids of ``index`` with ``upload_id`` as the newest."""
    others = (one for one in json.loads(texts.get(index, "[]")) if one != upload_id)
    return json.dumps([upload_id, *others][:_MAX_LISTED])


def _name_index(owner: str) -> str:
    return f"{_INDEX}/{owner}"


def _clean_media_type(text: str) -> str:
    """Return a browser's media type without its parameters. Browsers send an empty one for an unknown kind of file."""
    return text.partition(";")[0].strip().lower() or "application/octet-stream"


def _record_name(upload_id: str) -> str:
    return f"upload/{upload_id}"
