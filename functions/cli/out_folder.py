"""Check the output folder before work begins, and deliver videos to it. A folder holds one video at a time."""

import errno
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from functions.cli.console import describe_os_error
from sutradhar.domain.core.errors import FieldError, InvalidRequest, NotFound
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.result import list_result_files
from sutradhar.ports.backend import Backend
from sutradhar.ports.stores import BlobStore, JobStore

REFUSED = "video.refused.mp4"
"""File name of a video that the quality gate refused."""
_OURS = re.compile(
    r"video(\.refused)?\.mp4|thumbnail\.png|job_summary\.json|provenance\.json|captions\.[a-z]+\.(srt|vtt|lrc)"
)
_MEDIA = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".gif", ".mp3", ".wav", ".m4a", ".json", ".srt")
_FULL = 2_000_000
"""Free bytes below which a disk counts as full."""
_LEAST_FREE = 100_000_000
"""Free bytes that a folder must have; a minute in 1080p takes about 40 MB."""


@dataclass(frozen=True)
class Earlier:
    """A video that a folder already holds."""

    job_id: str
    title: str


def prepare_out(out: Path) -> Path:
    """Return the folder to deliver to, with ``~`` expanded. The check leaves no files behind.

    Raises:
        InvalidRequest: a video cannot be delivered to the folder.
    """
    folder = out.expanduser()
    if os.path.exists(folder) and not folder.is_dir():
        raise _refusal(f"names a folder, and {out} is a file; name another folder")
    if not os.path.exists(folder) and folder.suffix.lower() in _MEDIA:
        raise _refusal(f"names a folder, and {out} looks like a file; write --out {out.with_suffix('')}")
    require_room(folder, "--out")
    if os.path.isdir(folder) and find_earlier(folder) is None:
        strangers = sorted(name for name in os.listdir(folder) if _OURS.fullmatch(name))
        if strangers:
            raise _refusal(f"({out}) holds {strangers[0]}, which sutradhar did not make; name another folder")
    return folder


def choose_folder(folder: Path, job: Job, first: Job) -> Path:
    """Return the folder for the video of ``job``: one for each language where ``first`` has versions in others."""
    return folder / job.current_plan.spoken_language if first.versions else folder


def require_room(folder: Path, name: str, least: int = _LEAST_FREE) -> None:
    """Refuse a folder that cannot be made or written, or whose disk is full. The check leaves no files behind.

    ``name`` is the option or variable that names the folder.
    """
    missing = [p for p in (folder, *folder.parents) if not os.path.lexists(p)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        free = shutil.disk_usage(folder).free
    except OSError as exc:
        problem = describe_os_error(exc) or "a part of the path is a file, or the folder cannot be made there"
        raise InvalidRequest([FieldError(name, f"({folder}) cannot be written: {problem}")]) from exc
    finally:
        for new_folder in missing:
            if os.path.isdir(new_folder) and not any(new_folder.iterdir()):
                new_folder.rmdir()
    if free < least:
        message = f"({folder}) has {free / 1e6:.0f} MB free, and a video needs {least / 1e6:.0f} MB; free some space"
        raise InvalidRequest([FieldError(name, message)])


def require_free_disk(folder: Path) -> None:
    """Raise OSError if the disk of ``folder`` is full, so that a command ends instead of waiting for ever."""
    if shutil.disk_usage(folder).free < _FULL:
        raise OSError(errno.ENOSPC, "the disk is full", str(folder))


def deliver_files(job: Job, backend: Backend, folder: Path) -> tuple[list[Path], list[str]]:
    """Copy the finished files to ``folder``; return their paths, and notes about replaced files.

    Every file is copied in full before the first one is replaced. All files of an earlier video are removed.
    """
    assert job.result is not None
    files = list_result_files(job.result)
    earlier = find_earlier(folder)
    paths = _copy(files, backend.blobs, folder)
    notes = []
    if earlier and not _has_same_request(earlier.job_id, job, backend.jobs):
        notes.append(
            f"{folder} held another video ({earlier.title or earlier.job_id}), and this one replaced it; to have both,"
            " make that one again with another --out"
        )
    return paths, notes


def deliver_refused(blobs: BlobStore, prefix: str, folder: Path) -> Path:
    """Copy a video that the quality gate refused, and its measurements; return its absolute path.

    A folder keeps the finished video that it holds: the refused one then goes into a folder beside it.
    """
    earlier = find_earlier(folder)
    if earlier and (folder / "video.mp4").exists():
        whole = Path(os.path.abspath(folder))  # "." and ".." have no names of their own
        folder = whole.with_name(f"{whole.name}.refused")
    files = {REFUSED: f"{prefix}/video.mp4", "job_summary.json": f"{prefix}/job_summary.json"}
    return _copy(files, blobs, folder)[0].absolute()


def _copy(files: Mapping[str, str], blobs: BlobStore, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as cleanup:
        halves = {}
        for name, blob in files.items():
            halves[name] = half = folder / f".{name}.{os.getpid()}"
            cleanup.callback(half.unlink, missing_ok=True)
            shutil.copyfile(blobs.fetch(blob, half), half)
        for name in os.listdir(folder):
            if _OURS.fullmatch(name) and name not in files:
                (folder / name).unlink()
        for name, half in halves.items():
            half.replace(folder / name)
    return [folder / name for name in files]


def find_earlier(folder: Path) -> Earlier | None:
    """Return the video that Sutradhar delivered to ``folder`` before, found by its other files, or None."""
    for name, key in (("provenance.json", "job_id"), ("job_summary.json", "render_id")):
        try:
            summary = json.loads((folder / name).read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(summary, dict) and str(summary.get(key, "")).startswith("job-"):
            return Earlier("-".join(str(summary[key]).split("-")[:2]), str(summary.get("title") or ""))
    return None


def _has_same_request(earlier_id: str, job: Job, jobs: JobStore) -> bool:
    try:
        return earlier_id == job.id or jobs.get(earlier_id).request_hash == job.request_hash
    except NotFound:
        return False


def _refusal(message: str) -> InvalidRequest:
    return InvalidRequest([FieldError("--out", message)])
