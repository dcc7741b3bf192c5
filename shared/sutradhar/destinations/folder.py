"""Publish into a folder: the files of the video, and last a manifest. It needs no account and no network."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sutradhar.destinations._drop import Drop, DropContext, DropDestination
from sutradhar.destinations._manifest import MANIFEST
from sutradhar.ports.destination_setup import DestinationSetup
from sutradhar.ports.publishing import PublishError

__all__ = ["MANIFEST", "FolderDestination", "make_destination"]


class FolderDestination(DropDestination):
    """A folder of this machine.

    Args:
        root: the folder; None: the operator has not named one.
    """

    def __init__(self, root: Path | None) -> None:
        missing = "" if root else "set PUBLISH_FOLDER to the folder that gets the videos"
        super().__init__("folder", lambda: FolderDrop(root or Path()), missing)


def make_destination(setup: DestinationSetup) -> FolderDestination:
    return FolderDestination(setup.folder)


class FolderDrop(Drop):
    """A folder. It cannot tell whether another worker has written a file meanwhile."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def make_url(self, folder: str) -> str:
        return (self._root / folder).absolute().as_uri()

    def find_folder(self, end: str) -> str:
        names = (path.name for path in self._root.iterdir()) if self._root.is_dir() else ()
        return next((name for name in names if name.endswith(end)), "")

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            cause, advice = _explain(exc)
            raise PublishError("network", cause, advice=f"{advice}; the publication then goes on by itself") from exc

    def copy_blob(self, blob: str, path: str, context: DropContext) -> None:
        with context.open(blob) as source, self._replace(path) as target:
            shutil.copyfileobj(source, target, 1 << 20)

    def get_version(self, path: str) -> str:
        try:
            return str((self._root / path).stat().st_mtime_ns)
        except FileNotFoundError:
            return ""

    def write(self, path: str, data: bytes, version: str) -> None:
        with self._replace(path) as target:
            target.write(data)

    @contextmanager
    def _replace(self, path: str) -> Iterator[BinaryIO]:
        """Open a file that takes the place of ``path`` at the end of the block, unless the block fails."""
        whole = self._root / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        for left in whole.parent.glob(f".{whole.name}.*"):
            left.unlink(missing_ok=True)  # a worker was killed while it wrote this
        half = whole.with_name(f".{whole.name}.{os.urandom(4).hex()}")
        try:
            with half.open("wb") as target:
                yield target
            half.replace(whole)
        finally:
            half.unlink(missing_ok=True)


def _explain(error: OSError) -> tuple[str, str]:
    """Return the cause of an error of the file system, and its remedy, in the words of the user."""
    cause, advice = str(error.strerror or error), "check that PUBLISH_FOLDER is set to a folder whose disk is connected"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        cause, advice = "this process may not write there", "let its user write into PUBLISH_FOLDER"
    elif error.errno in (errno.ENOSPC, errno.EDQUOT):
        cause, advice = "its disk is full", "make room on the disk of PUBLISH_FOLDER"
    elif error.errno in (errno.ENOTDIR, errno.EEXIST):
        cause = "its path, or a part of it, is a file"
        advice = "remove that file, or set PUBLISH_FOLDER to another folder and start again"
    return f"the folder cannot be written: {cause}", advice
