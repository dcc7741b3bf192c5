"""Publish by a drop of files: the files of the video, and last a manifest. Folders and buckets share this."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import cached_property
from typing import Any, BinaryIO, Protocol

from sutradhar.destinations._manifest import MANIFEST, list_files, make_folder_end, make_manifest, name_folder
from sutradhar.domain.core.errors import FieldError
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.ports.publishing import Bucket, Destination, Package, Pause, PublishContext, PublishError, Uploaded

SIGN_OF_LIFE = timedelta(seconds=30)
"""While a large file is copied, the claim is lengthened this often."""


class Drop(Protocol):
    """A place for files. Names are relative paths with forward slashes."""

    def make_url(self, folder: str) -> str:
        """Return the URL of a folder of the place."""
        ...

    def find_folder(self, end: str) -> str:
        """Return the name of the folder of the place whose name ends with ``end``; empty: there is none."""
        ...

    def translate_errors(self) -> AbstractContextManager[None]:
        """Turn the errors of the place in the block into PublishError."""
        ...

    def copy_blob(self, blob: str, path: str, context: "DropContext") -> None:
        """Make the file ``path`` equal to the blob. The file exists whole or not at all. Raise PublishError
        (``not_found``) if the blob is gone."""
        ...

    def get_version(self, path: str) -> str:
        """Return the version of the file, which changes with each write; empty: there is none."""
        ...

    def write(self, path: str, data: bytes, version: str) -> None:
        """Write the file whole, in place of ``version``.

        Raises:
            PublishError: another worker has written it, where the place can tell.
        """
        ...


class DropContext:
    """The acts of a drop that copies one file: it may keep a note, and says that it still works."""

    def __init__(self, context: PublishContext, folder: str, url: str) -> None:
        self._context, self.folder, self._url = context, folder, url
        self._said_at = context.now()

    @property
    def note(self) -> Mapping[str, Any]:
        """The last note; empty at first."""
        note: Mapping[str, Any] = self._context.checkpoint.get("note") or {}
        return note

    def save(self, note: Mapping[str, Any] | None = None) -> None:
        """Store the checkpoint with ``note``. Raises as ``PublishContext.save`` does."""
        checkpoint = {"folder": self.folder, **({"note": dict(note)} if note else {})}
        self._context.save(checkpoint, external_id=self.folder, url=self._url)
        self._said_at = self._context.now()

    def open(self, blob: str) -> "LivingFile":
        """Return a seekable file of the blob whose reads lengthen the claim. Raises as ``PublishContext.open_blob``."""
        return LivingFile(self._context.open_blob(blob), self)

    def say_that_it_works(self) -> None:
        """Lengthen the claim if that was long ago. Raise StaleLease."""
        if self._context.now() - self._said_at >= SIGN_OF_LIFE:
            try:
                self.save(self.note)
            except Pause:
                # one file that is sent from this machine cannot go on elsewhere, and no function does this
                self._said_at = self._context.now()


class LivingFile(io.RawIOBase):
    """A file whose reads lengthen the claim of the worker that copies it."""

    def __init__(self, file: BinaryIO, context: DropContext) -> None:
        self._file, self._context = file, context

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        self._context.say_that_it_works()
        return self._file.read(-1 if size is None else size)

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()


class DropDestination(Destination):
    """A place for files. Each video gets a folder of its own in it, whose name begins with its title.

    A file in such a place can be seen at once, so the files come at the publication's time, and the manifest last.

    Args:
        make_drop: returns the place; it is called when the first video is published.
        missing_setup: what the operator has to do first; empty: nothing.
    """

    buckets: Sequence[Bucket] = ()

    def __init__(self, name: str, make_drop: Callable[[], Drop], missing_setup: str) -> None:
        self.name, self._make_drop, self._missing_setup = name, make_drop, missing_setup

    def list_problems(self, details: PublicationDetails) -> Sequence[FieldError]:
        if details.playlist:
            return [FieldError("playlist", f"a {self.name} has no playlists; leave it out")]
        return []

    def explain_missing_setup(self) -> str:
        return self._missing_setup

    def get_lead_time(self, video_size: int, bytes_per_sec: float | None) -> timedelta:
        return timedelta(0)

    def upload(self, package: Package, context: PublishContext) -> Uploaded:
        context.start_upload()
        with self._drop.translate_errors():
            drop_context = self._make_context(package, context)
            drop_context.save(drop_context.note)
            for file in list_files(package):
                self._drop.copy_blob(file.blob, f"{drop_context.folder}/{file.name}", drop_context)
                drop_context.save()
            self._write_manifest(package, drop_context)
        return Uploaded(is_visible=True)

    def confirm(self, package: Package, context: PublishContext) -> bool:
        with self._drop.translate_errors():
            return bool(self._drop.get_version(f"{self._make_context(package, context).folder}/{MANIFEST}"))

    def update(self, package: Package, context: PublishContext, *, compare: bool) -> None:
        with self._drop.translate_errors():
            self._write_manifest(package, self._make_context(package, context), must_exist=True)

    @cached_property
    def _drop(self) -> Drop:
        return self._make_drop()

    def _make_context(self, package: Package, context: PublishContext) -> DropContext:
        """Return the context of the video's folder; later words do not change its name."""
        folder = str(context.checkpoint.get("folder", ""))
        if not folder and package.may_exist:
            # an earlier publication, with another title, may have left the video
            folder = self._drop.find_folder(make_folder_end(package))
        folder = folder or name_folder(package)
        return DropContext(context, folder, self._drop.make_url(folder))

    def _write_manifest(self, package: Package, context: DropContext, must_exist: bool = False) -> None:
        path = f"{context.folder}/{MANIFEST}"
        version = self._drop.get_version(path)
        if must_exist and not version:
            raise PublishError("not_found", f"the manifest of the video is gone from the {self.name}")
        # a worker that lost its claim ends here, before it can put older words in place of newer ones
        context.save()
        text = json.dumps(make_manifest(package), ensure_ascii=False, indent=2) + "\n"
        self._drop.write(path, text.encode(), version)
