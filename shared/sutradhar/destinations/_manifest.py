"""Describe a video to other programs: its files, their names, and a manifest with its words."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import PurePosixPath
from typing import Any

from sutradhar.domain.core.utc_time import format_utc
from sutradhar.ports.publishing import Package

MANIFEST = "manifest.json"
"""It is written last: a folder with a manifest is complete."""


@dataclass(frozen=True)
class PackageFile:
    """One file of a video."""

    blob: str
    name: str
    """The name that the file has beside the video's other files."""
    query: str
    """The end of its URL at the API (``functions/api/files.py``)."""


def list_files(package: Package) -> Iterator[PackageFile]:
    """Yield the files of the video, the video first."""
    yield PackageFile(package.video, "video.mp4", "kind=video")
    suffix = PurePosixPath(package.thumbnail).suffix
    yield PackageFile(package.thumbnail, f"thumbnail{suffix}", "kind=thumbnail")
    for track in package.captions:
        for form, blob in (("srt", track.srt), ("vtt", track.vtt), ("lrc", track.lrc)):
            if not blob:
                continue
            query = f"kind=captions&lang={track.language}&format={form}"
            yield PackageFile(blob, f"captions.{track.language}.{form}", query)
    for language, blob in package.audio.items():
        yield PackageFile(blob, f"audio.{language}.m4a", f"kind=audio&lang={language}")
    if package.provenance:
        yield PackageFile(package.provenance, "provenance.json", "kind=provenance")


def name_folder(package: Package) -> str:
    """Return the name of the folder for the video's files: it begins with the title, and no other video has it."""
    title = _spell_for_path(package.details.title)[:60].strip("-")
    return f"{title or 'video'}{make_folder_end(package)}"


def _spell_for_path(text: str) -> str:
    """Return the letters and digits of ``text`` with hyphens between its words. Letters keep their marks, since vowels
    are marks in Indian scripts."""
    kinds = [(character, unicodedata.category(character)) for character in text]
    kept = "".join(
        character if kind[0] in "LMN" or character == "_" else "-" for character, kind in kinds if kind != "Cf"
    )
    words = ("".join(dropwhile(lambda one: unicodedata.category(one)[0] == "M", word)) for word in kept.split("-"))
    return "-".join(filter(None, words))


def make_folder_end(package: Package) -> str:
    """Return the end of the folder's name, which is the same whatever the title is."""
    return f"-{package.marker[-12:]}"


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
        "files": [file.name for file in list_files(package)],
        "metadata": dict(package.metadata),
        "localizations": {
            language: {"title": words.title, "description": words.description}
            for language, words in package.localizations.items()
        },
    }
