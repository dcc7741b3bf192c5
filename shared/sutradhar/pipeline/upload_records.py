"""Keep the records of uploads: find, list and change them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import NotFound, RecordError
from sutradhar.domain.plan.upload import Upload
from sutradhar.pipeline.services import Services
from sutradhar.ports.documents import DocumentPage, Facts, Kind
from sutradhar.telemetry import log

_DELETE_AGAIN = timedelta(minutes=1)
"""Age from which the sweep orders an unfinished deletion again: its message may be lost."""
_MAX_RECENT = 100
_OLD = "upload/"
"""The beginning of the names under which earlier versions kept uploads in the key-value store."""


def _describe(upload: Upload) -> Facts:
    return Facts(
        id=upload.id,
        owner=upload.owner,
        created_at=upload.created_at,
        state="deleting" if upload.deleting_since else "kept",
        due_at=upload.deleting_since and upload.deleting_since + _DELETE_AGAIN,
    )


UPLOADS = Kind("upload", Upload, _describe)


def get_upload(
    services: Services, upload_id: str, caller: ApiKey | None = None, *, with_deleted: bool = False
) -> Upload:
    """Return the upload.

    Args:
        with_deleted: also return one that was deleted, as long as its files exist.

    Raises:
        NotFound: it does not exist, or ``caller`` must not see it.
    """
    upload = _read_all(services, [upload_id]).get(upload_id)
    if upload and upload.deleting_since and not with_deleted:
        upload = None
    if upload is None or (caller and not caller.may_see(upload.owner)):
        raise NotFound(f"there is no upload {upload_id}")
    return upload


def read_uploads(services: Services, upload_ids: Collection[str]) -> Mapping[str, Upload]:
    """Return the existing uploads among ``upload_ids``, by id, without those that were deleted."""
    uploads = _read_all(services, upload_ids)
    return {one: upload for one, upload in uploads.items() if not upload.deleting_since}


def _read_all(services: Services, upload_ids: Collection[str]) -> Mapping[str, Upload]:
    stored = services.documents.get_many(UPLOADS, upload_ids) if upload_ids else {}
    missing = [one for one in upload_ids if one not in stored]
    if missing and (old := _adopt_uploads(services, missing)):
        return {**stored, **old}
    return stored


def update_upload(services: Services, upload_id: str, change: Callable[[Upload], Upload]) -> Upload:
    """Apply the pure function ``change`` to the upload, store the result, and return it. Raise NotFound."""
    return services.documents.update(UPLOADS, upload_id, change)


def list_uploads(
    services: Services, caller: ApiKey | None = None, limit: int = _MAX_RECENT, after: str | None = None
) -> DocumentPage[Upload]:
    """Return a page of the uploads that ``caller`` may see, the newest first.

    Raises:
        InvalidRequest: ``after`` is no cursor.
    """
    if after is None:
        adopt_old_uploads(services)
    owner = None if caller is None or caller.role == "admin" else caller.id
    return services.documents.list(UPLOADS, owner=owner, state="kept", limit=limit, after=after)


def find_upload_ids(services: Services, names: Sequence[str], caller: ApiKey | None = None) -> dict[str, str]:
    """Return the ids of uploads of ``caller`` by ``names``, each of which is an id or the file name of one of the
    hundred newest uploads; the newest one of a file name counts. Names without an upload are left out."""
    recent = list_uploads(services, caller).records
    by_file = {upload.filename: upload.id for upload in reversed(recent)}
    by_id = {
        one.id: one.id for one in read_uploads(services, names).values() if not caller or caller.may_see(one.owner)
    }
    return {name: upload_id for name in names if (upload_id := by_id.get(name) or by_file.get(name))}


def adopt_old_uploads(services: Services) -> int:
    """Move the uploads of earlier versions, a hundred at a time, to where this version lists them; return how many were
    moved."""
    names = services.records.list_names(_OLD)
    if not names:
        return 0
    return len(_adopt_uploads(services, [name.removeprefix(_OLD) for name in names], skip_unreadable=True))


def forget_old_upload(services: Services, upload_id: str) -> None:
    """Delete what an earlier version stored of the upload."""
    services.records.delete([f"{_OLD}{upload_id}"])


def forget_old_index(services: Services, owner: str) -> None:
    """Delete the list of the owner's uploads that an earlier version stored."""
    services.records.delete([f"uploads/{owner}"])


def _adopt_uploads(
    services: Services, upload_ids: Collection[str], *, skip_unreadable: bool = False
) -> Mapping[str, Upload]:
    """Move the uploads that an earlier version stored among ``upload_ids``, and return them as they are now. A repeat
    after a crash moves the rest."""
    texts = services.records.read([f"{_OLD}{one}" for one in upload_ids])
    moved: dict[str, Upload] = {}
    for name, text in texts.items():
        try:
            upload, _ = services.documents.create(UPLOADS, Upload.from_record(text))
        except RecordError as exc:
            if not skip_unreadable:
                raise
            log("upload_unreadable", level="error", exc=exc, upload_id=name.removeprefix(_OLD))
        else:
            moved[upload.id] = upload
    if moved:
        services.records.delete([f"{_OLD}{one}" for one in moved])
    return moved
