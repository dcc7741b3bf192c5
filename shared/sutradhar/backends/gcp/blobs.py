"""Blobs in a bucket of Cloud Storage. An object exists completely or not at all; CRC32C checks every transfer."""

import http
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

import google.auth.credentials
import google.auth.transport.requests
from google.api_core import exceptions
from google.auth.exceptions import TransportError
from google.cloud import storage
from google.cloud.storage.retry import DEFAULT_RETRY

from sutradhar.backends.gcp.retry import TOTAL_SEC, translate_errors
from sutradhar.domain.core.errors import BackendError, NotFound
from sutradhar.domain.core.file_names import make_disposition
from sutradhar.ports.stores import BlobStore, StoredBlob

_CALL: dict[str, Any] = {"retry": DEFAULT_RETRY.with_timeout(TOTAL_SEC), "timeout": (5.0, 60.0)}
"""``timeout``: seconds to connect, and between two bytes. The whole transfer has no limit, so large videos arrive."""
_CHECKED: dict[str, Any] = {**_CALL, "checksum": "crc32c"}
_READ_AHEAD = 1024 * 1024
_LISTED = "items(name,size,updated),nextPageToken"
"""The fields of a list; without a choice each blob has some thirty."""


class GcsBlobStore(BlobStore):
    """The blob store in a bucket. Without a key file, IAM's signBlob signs URLs in the name of ``service_account``."""

    has_upload_urls = True

    def __init__(self, project: str, bucket: str, service_account: str) -> None:
        self._project, self._name, self._service_account = project, bucket, service_account
        self._lock = threading.Lock()
        self._client: storage.Client | None = None

    def put(self, name: str, data: bytes) -> None:
        blob = self._blob(name)
        with self._translate_write_errors():
            _restart_lost_upload(lambda: blob.upload_from_string(data, "application/octet-stream", **_CHECKED))

    def put_file(self, name: str, path: Path) -> None:
        blob = self._blob(name)
        with self._translate_write_errors():
            _restart_lost_upload(lambda: blob.upload_from_filename(str(path), **_CHECKED))

    def put_new(self, name: str, data: bytes | Path) -> bool:
        blob, write_id = self._blob(name), uuid.uuid4().hex
        blob.metadata = {"writer": write_id}
        new: dict[str, Any] = {**_CHECKED, "if_generation_match": 0}

        def upload() -> None:
            if isinstance(data, bytes):
                blob.upload_from_string(data, "application/octet-stream", **new)
            else:
                blob.upload_from_filename(str(data), content_type="application/octet-stream", **new)

        with self._translate_write_errors():
            try:
                _restart_lost_upload(upload)
            except exceptions.PreconditionFailed:
                # the object is ours if it is from this call, repeated by the client because its answer was lost
                blob.reload(**_CALL)
                return (blob.metadata or {}).get("writer") == write_id
        return True

    def copy(self, name: str, target: str) -> None:
        source, into = self._blob(name), self._blob(target)
        with self._translate_read_errors(name):
            token, _, _ = into.rewrite(source, **_CALL)
            while token is not None:  # a large object that moves to another location takes several calls
                token, _, _ = into.rewrite(source, token=token, **_CALL)

    def get(self, name: str) -> bytes:
        blob = self._blob(name)
        with self._translate_read_errors(name):
            data: bytes = blob.download_as_bytes(**_CHECKED)
        return data

    def open(self, name: str) -> BinaryIO:
        blob = self._load_blob(name)
        # of this generation, in case the name gets other bytes meanwhile
        pinned = self._bucket().blob(name, generation=blob.generation)
        return cast(BinaryIO, pinned.open("rb", chunk_size=_READ_AHEAD, **_CALL))

    def fetch(self, name: str, path: Path) -> Path:
        blob = self._blob(name)
        half = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
        try:
            with self._translate_read_errors(name):
                blob.download_to_filename(str(half), **_CHECKED)
            half.replace(path)
        finally:
            half.unlink(missing_ok=True)
        return path

    def url(self, name: str, ttl: timedelta, download_name: str = "") -> str | None:
        blob, credentials = self._blob(name), self._bucket().client._credentials  # noqa: SLF001 - it has no other name
        if isinstance(credentials, google.auth.credentials.AnonymousCredentials):
            return None  # those of the emulator, which cannot sign
        by: dict[str, Any] = {}
        with self._translate_read_errors(name):
            if not isinstance(credentials, google.auth.credentials.Signing):
                if not credentials.valid:
                    credentials.refresh(google.auth.transport.requests.Request())
                by = {"service_account_email": self._service_account, "access_token": credentials.token}
            disposition = make_disposition(download_name) if download_name else None
            try:
                signed: str = blob.generate_signed_url(
                    version="v4", expiration=ttl, method="GET", response_disposition=disposition, **by
                )
            except TransportError as exc:  # one class for a refusal of IAM and for no answer; only the text differs
                if "PERMISSION_DENIED" not in str(exc):
                    raise
                raise BackendError(
                    f"bucket {self._name}: {exc}",
                    retryable=False,
                    advice=f"give {self._service_account} roles/iam.serviceAccountTokenCreator on itself (docs/iam.md)",
                ) from exc
        return signed

    def upload_url(self, name: str, content_type: str, size: int, origin: str | None = None) -> str | None:
        with self._translate_write_errors():
            upload_url: str = self._blob(name).create_resumable_upload_session(
                content_type=content_type, size=size, origin=origin, checksum=None, **_CALL
            )
        return upload_url

    def delete(self, name: str) -> None:
        with suppress(NotFound), self._translate_read_errors(name):
            self._blob(name).delete(**_CALL)

    def list(self, prefix: str) -> Iterator[StoredBlob]:
        with translate_errors(f"bucket {self._name}"):
            pages = self._bucket().list_blobs(prefix=prefix, fields=_LISTED, **_CALL)
            for blob in pages:
                yield StoredBlob(blob.name, int(blob.size), blob.updated)

    def exists(self, name: str) -> bool:
        try:
            self._load_blob(name)
        except NotFound:
            return False
        return True

    def size(self, name: str) -> int:
        return int(self._load_blob(name).size)

    def close(self) -> None:
        """Close the connections of the client; the next call opens new ones."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _bucket(self) -> Any:
        with self._lock, translate_errors(f"bucket {self._name}"):
            if self._client is None:
                self._client = storage.Client(project=self._project)
            return self._client.bucket(self._name)

    def _blob(self, name: str) -> Any:
        path = PurePosixPath(name)
        if not path.parts or path.is_absolute() or ".." in path.parts:
            raise NotFound(f"{name!r} is not a name of a file here")
        return self._bucket().blob(name)

    def _load_blob(self, name: str) -> Any:
        """Return the blob with its metadata. Raise NotFound if it does not exist."""
        blob = self._blob(name)
        with self._translate_read_errors(name):
            blob.reload(**_CALL)
        return blob

    @contextmanager
    def _translate_read_errors(self, name: str) -> Iterator[None]:
        """Turn Google's errors in the block into NotFound if the object is missing, and otherwise into BackendError."""
        with translate_errors(f"bucket {self._name}"):
            try:
                yield
            except exceptions.NotFound as exc:
                if _is_bucket_missing(exc):
                    raise
                raise NotFound(f"there is no file {name}") from exc
            except storage.exceptions.DataCorruption as exc:
                raise BackendError(f"bucket {self._name}: {exc}", retryable=True) from exc

    @contextmanager
    def _translate_write_errors(self) -> Iterator[None]:
        """Turn Google's errors in the block into BackendError, also NotFound, since the caller stores the object."""
        with translate_errors(f"bucket {self._name}"):
            try:
                yield
            except (exceptions.NotFound, exceptions.BadRequest, storage.exceptions.DataCorruption) as exc:
                # an upload session that was lost again, a name that was deleted meanwhile, or a wrong checksum
                if _is_bucket_missing(exc) or (
                    isinstance(exc, exceptions.BadRequest) and "crc32c" not in str(exc).lower()
                ):
                    raise
                raise BackendError(f"bucket {self._name}: {exc}", retryable=True) from exc


def _restart_lost_upload(send: Callable[[], object]) -> None:
    """Call ``send``, and call it again if the server has lost the session of an upload in pieces
    (cloud.google.com/storage/docs/resumable-uploads: after 404 and 410, start from the beginning)."""
    try:
        send()
    except exceptions.GoogleAPICallError as exc:
        if exc.code not in (http.HTTPStatus.NOT_FOUND, http.HTTPStatus.GONE) or _is_bucket_missing(exc):
            raise
        send()


def _is_bucket_missing(exc: Exception) -> bool:
    return isinstance(exc, exceptions.NotFound) and "bucket does not exist" in str(exc).lower()
