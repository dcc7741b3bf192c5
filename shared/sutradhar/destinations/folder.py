"""Publish into a folder: the files of the video, and last a manifest. It needs no account and no network."""

import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sutradhar.domain.core.errors import FieldError, NotFound
from sutradhar.domain.core.utc_time import format_utc
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.ports.publishing import Bucket, Destination, Package, PublishContext, PublishError, Uploaded

MANIFEST = "manifest.json"
"""It is written last: a folder with a manifest is complete."""


class FolderDestination(Destination):
    """A folder of this machine. Each video gets a folder of its own in it, whose name begins with its title.

    Args:
        root: the folder; None: the operator has not named one.
    """

    name = "folder"
    buckets: Sequence[Bucket] = ()

    def __init__(self, root: Path | None) -> None:
        self._root = root

    def list_problems(self, details: PublicationDetails) -> Sequence[FieldError]:
        if details.playlist:
            return [FieldError("playlist", "a folder has no playlists; leave it out")]
        return []

    def explain_missing_setup(self) -> str:
        return "" if self._root else "set PUBLISH_FOLDER to the folder that gets the videos"

    def get_lead_time(self, video_size: int, bytes_per_sec: float | None) -> timedelta:  # noqa: ARG002 - a file in a folder can be seen at once, so it comes at its time
        return timedelta(0)

    def upload(self, package: Package, context: PublishContext) -> Uploaded:
        context.start_upload()
        folder = self._choose_folder(package, context)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for blob, name in _list_files(package):
                _copy_blob(context, blob, folder / name)
                context.save({"folder": folder.name}, external_id=folder.name, url=folder.as_uri())
            _write_manifest(package, folder)
        except NotFound as exc:
            raise PublishError("not_found", f"a file of the video is gone: {exc}") from exc
        except OSError as exc:
            raise PublishError("network", f"the folder cannot be written: {exc.strerror or exc}") from exc
        return Uploaded(is_visible=True)

    def confirm(self, package: Package, context: PublishContext) -> bool:
        return (self._choose_folder(package, context) / MANIFEST).is_file()

    def update(self, package: Package, context: PublishContext) -> None:
        folder = self._choose_folder(package, context)
        if not folder.is_dir():
            raise PublishError("not_found", "the folder of the video is gone")
        _write_manifest(package, folder)

    def _choose_folder(self, package: Package, context: PublishContext) -> Path:
        """Return the folder of the video; later words do not change its name."""
        assert self._root is not None  # nothing is published to a destination that is not set up
        title = re.sub(r"[^\w-]+", "-", package.details.title).strip("-")[:60]
        name = context.checkpoint.get("folder") or f"{title}-{package.marker[-8:]}".lstrip("-")
        return self._root / str(name)


def _list_files(package: Package) -> Iterator[tuple[str, str]]:
    """Yield the blob and the file name of each file."""
    yield package.video, "video.mp4"
    yield package.thumbnail, f"thumbnail{Path(package.thumbnail).suffix}"
    for track in package.captions:
        yield track.srt, f"captions.{track.language}.srt"
        yield track.vtt, f"captions.{track.language}.vtt"
    if package.provenance:
        yield package.provenance, "provenance.json"


def _copy_blob(context: PublishContext, blob: str, path: Path) -> None:
    """Copy the blob into the file; the file exists whole or not at all."""
    half = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        with context.open_blob(blob) as source, half.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def _write_manifest(package: Package, folder: Path) -> None:
    half = folder / f".{MANIFEST}.{os.urandom(4).hex()}"
    half.write_text(json.dumps(make_manifest(package), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    half.replace(folder / MANIFEST)


def make_manifest(package: Package) -> dict[str, Any]:
    """Return what other programs need to know of the video."""
    details = package.details
    return {
        "publication_id": package.publication_id,
        "job_id": package.job_id,
        "title": details.title,
        "description": package.description,
        "tags": list(details.tags),
        "privacy": details.privacy,
        "language": package.language,
        "publish_at": format_utc(package.publish_at),
        "duration_sec": package.duration_sec,
        "width": package.width,
        "height": package.height,
        "contains_synthetic_media": package.has_synthetic_media,
        "made_for_kids": details.made_for_kids,
        "files": [name for _, name in _list_files(package)],
        "metadata": dict(package.metadata),
    }
