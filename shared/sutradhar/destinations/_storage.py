"""Put files into a bucket of Cloud Storage, each at most once.

A write names the generation of the object that it replaces, or 0 for none. So it is harmless that the client repeats it
after a lost answer, and of two workers that write the same object, one is refused.
"""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

import google_crc32c
from google.api_core import exceptions
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, RefreshError
from google.cloud import storage
from google.cloud.storage.retry import DEFAULT_RETRY

from sutradhar.destinations._drop import Drop, DropContext, LivingFile
from sutradhar.domain.publishing.failures import MAKE_AGAIN
from sutradhar.ports.publishing import PublishError

_CALL: dict[str, Any] = {"retry": DEFAULT_RETRY.with_timeout(30.0), "timeout": (5.0, 60.0)}
"""``timeout``: seconds to connect, and between two bytes."""
_PIECE = 1 << 20
_TYPES = {
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
    ".lrc": "text/plain; charset=utf-8",
    ".json": "application/json",
}


class StorageDrop(Drop):
    """A bucket. ``prefix``: the folder in it, without slashes at its ends. ``asset_bucket``: see BucketDestination."""

    def __init__(self, bucket: str, prefix: str, asset_bucket: str) -> None:
        self._name, self._prefix, self._asset_bucket = bucket, f"{prefix}/" if prefix else "", asset_bucket

    def make_url(self, folder: str) -> str:
        return f"gs://{self._name}/{quote(self._prefix + folder)}/"

    def find_folder(self, end: str) -> str:
        folders = self._client.bucket(self._name).list_blobs(prefix=self._prefix, delimiter="/", **_CALL)
        for page in folders.pages:
            for path in page.prefixes:
                if (name := path.removeprefix(self._prefix).rstrip("/")).endswith(end):
                    return str(name)
        return ""

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        try:
            yield
        except (exceptions.Unauthorized, exceptions.Forbidden, DefaultCredentialsError, RefreshError) as exc:
            advice = f"give the account of this process roles/storage.objectUser on the bucket {self._name}"
            cause = f"Cloud Storage does not let this process write: {_describe(exc)}"
            raise PublishError("token_invalid", cause, advice=f"{advice}, and retry the publication") from exc
        except exceptions.NotFound as exc:
            advice = f"check that the bucket {self._name} exists (PUBLISH_BUCKET), and retry the publication"
            raise PublishError("not_found", f"Cloud Storage says: {_describe(exc)}", advice=advice) from exc
        except (exceptions.TooManyRequests, exceptions.ServerError, exceptions.RetryError) as exc:
            raise PublishError("network", f"Cloud Storage did not do it: {_describe(exc)}") from exc
        except exceptions.GoogleAPICallError as exc:
            raise PublishError("rejected", f"Cloud Storage refused: {_describe(exc)}") from exc
        except (GoogleAuthError, storage.exceptions.DataCorruption, OSError) as exc:
            raise PublishError("network", f"Cloud Storage could not be reached: {_describe(exc)}") from exc

    def copy_blob(self, blob: str, path: str, context: DropContext) -> None:
        if self._asset_bucket:
            self._rewrite(blob, path, context)
        else:
            with context.open(blob) as file:
                self._send(file, path)

    def get_version(self, path: str) -> str:
        stored = self._find(path)
        return str(stored.generation) if stored else ""

    def write(self, path: str, data: bytes, version: str) -> None:
        target, generation = self._make_blob(path), int(version or 0)
        self._replace(
            path,
            _encode(google_crc32c.Checksum(data)),
            lambda: target.upload_from_string(
                data, target.content_type, if_generation_match=generation, checksum="crc32c", **_CALL
            ),
        )

    @cached_property
    def _client(self) -> Any:
        return storage.Client(project=None)  # no call here needs a project

    def _make_blob(self, path: str) -> Any:
        blob = self._client.bucket(self._name).blob(self._prefix + path)
        blob.content_type = _TYPES.get(PurePosixPath(path).suffix, "application/octet-stream")
        return blob

    def _find(self, path: str) -> Any:
        """Return the stored object with its facts; None: there is none."""
        return self._client.bucket(self._name).get_blob(self._prefix + path, **_CALL)

    def _rewrite(self, blob: str, path: str, context: DropContext) -> None:
        """Let Cloud Storage copy the object. A large one that moves to another location takes several calls."""
        source = self._client.bucket(self._asset_bucket).get_blob(blob, **_CALL)
        if source is None:
            cause = f"the file {PurePosixPath(blob).name} of the video is gone"
            raise PublishError("not_found", cause, advice=MAKE_AGAIN)
        stored = self._find(path)
        if stored and stored.crc32c == source.crc32c:
            return
        target, generation = self._make_blob(path), stored.generation if stored else 0
        same = {"path": path, "generation": generation, "source": source.generation}
        note = context.note
        token = note["token"] if {name: note.get(name) for name in same} == same else None

        def copy() -> None:
            nonlocal token
            while True:
                token, _, _ = target.rewrite(
                    source,
                    token=token,
                    if_generation_match=generation,
                    if_source_generation_match=source.generation,
                    **_CALL,
                )
                if token is None:
                    return
                context.save({**same, "token": token})

        self._replace(path, source.crc32c, copy)

    def _send(self, file: LivingFile, path: str) -> None:
        """Send the file, unless the bucket has it already."""
        stored = self._find(path)
        checksum = google_crc32c.Checksum()
        while data := file.read(_PIECE):
            checksum.update(data)
        size = file.tell()
        file.seek(0)
        if stored and stored.crc32c == _encode(checksum):
            return
        target, generation = self._make_blob(path), stored.generation if stored else 0
        self._replace(
            path,
            _encode(checksum),
            lambda: target.upload_from_file(
                file,
                size=size,
                content_type=target.content_type,
                if_generation_match=generation,
                checksum="crc32c",
                **_CALL,
            ),
        )

    def _replace(self, path: str, crc32c: str, write: Callable[[], object]) -> None:
        """Call ``write``, which makes an object with the checksum ``crc32c``.

        Raises:
            PublishError: another worker has written the object meanwhile.
        """
        with suppress(exceptions.PreconditionFailed):
            write()
            return
        # the object is ours if the client repeated the call because its answer was lost
        stored = self._find(path)
        if stored is None or stored.crc32c != crc32c:
            raise PublishError("network", f"another worker writes {path} in the bucket at the same time")


def _encode(checksum: google_crc32c.Checksum) -> str:
    """Return the checksum as Cloud Storage writes it."""
    return base64.b64encode(checksum.digest()).decode()


def _describe(exc: Exception) -> str:
    return str(getattr(exc, "message", "") or exc)[:300]
