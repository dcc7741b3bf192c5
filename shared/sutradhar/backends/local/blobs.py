"""Blobs as files. A file is written under another name and then renamed, so no process ever sees half of a blob."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sutradhar.domain.core.errors import NotFound
from sutradhar.ports.stores import BlobStore, StoredBlob

_MOVES = 20
"""The attempts to move a file into its folder; each failed one means that a deletion removed the folder just then."""


class FileBlobStore(BlobStore):
    """The blob store in the folder ``root``. ``owner`` marks the unfinished files of this process, so that a later
    process can tell to which process they belonged."""

    has_upload_urls = False

    def __init__(self, root: Path, owner: str = "") -> None:
        self._root, self._owner = root.resolve(), owner or str(os.getpid())
        self._unfinished = self._root / ".unfinished"
        self._unfinished.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, data: bytes) -> None:
        with self._write_atomically(name) as path:
            path.write_bytes(data)

    def put_file(self, name: str, path: Path) -> None:
        with self._write_atomically(name) as temporary:
            shutil.copyfile(path, temporary)

    def put_new(self, name: str, data: bytes | Path) -> bool:
        path = self._path(name)
        with self._open_temporary() as temporary:
            if isinstance(data, bytes):
                temporary.write_bytes(data)
            else:
                shutil.copyfile(data, temporary)
            try:
                _move_into(path, lambda: path.hardlink_to(temporary))  # unlike a rename, it never replaces
            except FileExistsError:
                return False
        return True

    def copy(self, name: str, target: str) -> None:
        source = self.fetch(name, Path())
        with self._write_atomically(target) as temporary:
            try:
                temporary.hardlink_to(source)  # a blob's bytes never change, so two names may share them
            except OSError:  # the file system has no links, or no more of them for this file
                shutil.copyfile(source, temporary)

    def get(self, name: str) -> bytes:
        with self.open(name) as file:
            return file.read()

    def open(self, name: str) -> BinaryIO:
        try:
            return self._path(name).open("rb")
        except (FileNotFoundError, IsADirectoryError) as exc:
            raise NotFound(f"there is no file {name}") from exc

    def fetch(self, name: str, path: Path) -> Path:  # noqa: ARG002 - files are where they are; nothing to bring
        file = self._path(name)
        if not file.is_file():
            raise NotFound(f"there is no file {name}")
        return file

    def url(self, name: str, ttl: timedelta, download_name: str = "") -> str | None:  # noqa: ARG002 - files have none
        return None

    def upload_url(self, name: str, content_type: str, size: int, origin: str | None = None) -> str | None:  # noqa: ARG002 - files have none
        return None

    def delete(self, name: str) -> None:
        path = self._path(name)
        path.unlink(missing_ok=True)
        with suppress(OSError):  # a folder with other files, or one that another process has removed
            while (path := path.parent) != self._root:
                path.rmdir()

    def list(self, prefix: str) -> Iterator[StoredBlob]:
        folder, _, beginning = prefix.rpartition("/")
        try:
            path = self._path(folder) if folder else self._root
        except NotFound:
            return
        for file in _walk(path, os.fsencode(beginning), self._unfinished.name if path == self._root else ""):
            name = file.relative_to(self._root).as_posix()
            with suppress(FileNotFoundError):  # deleted meanwhile
                facts = file.stat()
                if name.startswith(prefix):
                    yield StoredBlob(name, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))

    def exists(self, name: str) -> bool:
        return self._path(name).is_file()

    def size(self, name: str) -> int:
        try:
            return self._path(name).stat().st_size
        except FileNotFoundError as exc:
            raise NotFound(f"there is no file {name}") from exc

    def list_unfinished(self) -> Iterator[tuple[str, Path]]:
        """Yield the owner and the path of every unfinished file. A process that knows that the owner is dead may delete
        it."""
        for path in self._unfinished.iterdir():
            yield path.name.split(".", 1)[0], path

    def _path(self, name: str) -> Path:
        path = (self._root / name).resolve()
        if not path.is_relative_to(self._root) or path == self._root:
            raise NotFound(f"{name!r} is not a name of a file here")
        return path

    @contextmanager
    def _write_atomically(self, name: str) -> Iterator[Path]:
        """Give the block a temporary path to write to, and rename that file to the blob ``name`` at its end."""
        target = self._path(name)
        with self._open_temporary() as temporary:
            yield temporary
            _move_into(target, lambda: temporary.replace(target))

    @contextmanager
    def _open_temporary(self) -> Iterator[Path]:
        temporary = self._unfinished / f"{self._owner}.{os.urandom(6).hex()}"
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)


def _move_into(target: Path, move: Callable[[], object]) -> None:
    """Create the folder of ``target`` and call ``move``; again if a deletion has removed the empty folder meanwhile."""
    for _ in range(_MOVES):
        with suppress(FileExistsError, FileNotFoundError):  # mkdir() itself met the deletion
            target.parent.mkdir(parents=True, exist_ok=True)
        try:
            move()
        except FileNotFoundError:
            continue
        return
    move()


def _walk(folder: Path, beginning: bytes = b"", left_out: str = "") -> Iterator[Path]:
    """Yield all files below ``folder`` in the order of the bytes of their paths. Of the entries of ``folder`` itself,
    only those that begin with ``beginning``, and without the one named ``left_out``."""
    try:
        with os.scandir(folder) as entries:
            names = [(os.fsencode(entry.name), entry.is_dir(follow_symlinks=False)) for entry in entries]
    except (FileNotFoundError, NotADirectoryError):
        return
    chosen = [(name + b"/" * is_folder, is_folder) for name, is_folder in names if name.startswith(beginning)]
    for name, is_folder in sorted(chosen):
        path = folder / os.fsdecode(name)
        if not is_folder:
            yield path
        elif path.name != left_out:
            yield from _walk(path)
