"""Run `sutradhar backup` and `sutradhar restore`: copy a home into one file, and make a home of it again."""

import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer

from functions.cli.console import print_line, report_errors
from functions.cli.output import AsJson, print_json
from functions.cli.start import prepare_home
from sutradhar import bootstrap
from sutradhar.domain.core.errors import Conflict, FieldError, InvalidRequest

_DATABASE, _BLOBS = "state.db", "blobs"
File = Annotated[Path, typer.Argument(metavar="FILE", help="A tar file, such as sutradhar-2026-11-27.tar.")]


def backup(file: File, as_json: AsJson = False) -> None:
    """Copy all jobs, keys, uploads and videos of this SUTRADHAR_HOME into FILE, also while a server runs."""
    with report_errors():
        home = _find_home()
        if file.exists():
            raise Conflict(f"{file} exists already; choose another name")
        if not (home / _DATABASE).exists():
            raise Conflict(f"there are no jobs in {home}")
        half = file.with_name(f"{file.name}.part")
        try:
            with tarfile.open(half, "w") as tar, tempfile.TemporaryDirectory(dir=file.parent) as folder:
                # the database first: every file that its records name is stored before the record
                copy = Path(folder) / _DATABASE
                with closing(sqlite3.connect(home / _DATABASE)) as source, closing(sqlite3.connect(copy)) as target:
                    source.backup(target)
                tar.add(copy, _DATABASE)
                for path in sorted((home / _BLOBS).rglob("*")):
                    if path.is_file() and not path.relative_to(home / _BLOBS).parts[0].startswith("."):
                        tar.add(path, str(path.relative_to(home)))
            half.replace(file)
        finally:
            half.unlink(missing_ok=True)
    size = file.stat().st_size
    if as_json:
        print_json({"file": str(file), "bytes": size})
    else:
        print_line(f"{file} has all of {home} ({size / 1e6:.0f} MB). `sutradhar restore {file}` makes a home of it.")


def restore(file: File, as_json: AsJson = False) -> None:
    """Put what `sutradhar backup` wrote into FILE into this SUTRADHAR_HOME, which must have no jobs yet."""
    with report_errors():
        home = _find_home()
        if (home / _DATABASE).exists():
            raise Conflict(f"{home} has jobs already; set SUTRADHAR_HOME to a new folder, or run `sutradhar clean`")
        try:
            with tarfile.open(file) as tar:
                members = tar.getmembers()
                if not _is_backup(members):
                    raise InvalidRequest([FieldError("FILE", f"{file} is no backup of Sutradhar")])
                for member in reversed(members):  # the database last: a restore that breaks off can be repeated
                    _write_member(tar, member, home)
        except FileNotFoundError as exc:
            raise InvalidRequest([FieldError("FILE", f"there is no file {file}")]) from exc
        except tarfile.TarError as exc:
            raise InvalidRequest([FieldError("FILE", f"{file} is damaged, or no backup of Sutradhar")]) from exc
    if as_json:
        print_json({"home": str(home), "files": len(members)})
    else:
        print_line(f"{home} has all of {file} again. `sutradhar serve` goes on with its jobs.")


def _is_backup(members: Sequence[tarfile.TarInfo]) -> bool:
    """Return whether ``members`` are files that a backup may have: none of them leaves the home."""
    paths = [PurePosixPath(member.name) for member in members]
    inside = all(path.parts[0] in (_DATABASE, _BLOBS) and ".." not in path.parts for path in paths)
    return inside and all(member.isfile() for member in members) and PurePosixPath(_DATABASE) in paths


def _write_member(tar: tarfile.TarFile, member: tarfile.TarInfo, home: Path) -> None:
    source = tar.extractfile(member)
    assert source is not None, "only files are in a backup"
    path = home / member.name
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.part")
    with source, half.open("wb") as target:
        shutil.copyfileobj(source, target)
    half.replace(path)


def _find_home() -> Path:
    prepare_home(least_free=0)
    if bootstrap.settings().process.backend != "local":
        message = "works on this machine only; docs/ops tells how Firestore and the bucket are restored"
        raise InvalidRequest([FieldError("BACKEND", message)])
    return bootstrap.settings().home
