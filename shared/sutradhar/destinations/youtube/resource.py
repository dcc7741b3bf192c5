"""Build the resource of a video from its package, and change the one that YouTube has."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sutradhar.domain.core.errors import FieldError
from sutradhar.domain.core.utc_time import format_utc
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language
from sutradhar.domain.publishing.description import MAX_BYTES
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.ports.publishing import Package, PublishError

MAX_TAGS = 500
"""The most characters of all tags together; YouTube counts a tag with a space as if it stood in quotation marks
(developers.google.com/youtube/v3/docs/videos, snippet.tags)."""
_MARKER_CHARACTERS = 31
_MAX_TITLE = 100
SNIPPET_FIELDS = ("title", "description", "tags", "categoryId", "defaultLanguage", "defaultAudioLanguage")
STATUS_FIELDS = (
    "privacyStatus",
    "publishAt",
    "license",
    "embeddable",
    "publicStatsViewable",
    "selfDeclaredMadeForKids",
    "containsSyntheticMedia",
)
"""The fields that videos.update writes: one that is left out is reset, so all are sent back as they were."""


MAX_SIZE, MAX_HOURS = 256 << 30, 12
"""The most bytes (videos.insert) and hours (support.google.com/youtube/answer/71673) of a video."""


def list_problems(details: PublicationDetails) -> list[FieldError]:
    """Return the fields that YouTube would refuse."""
    problems = [
        FieldError(name, "must be without < and >, which YouTube refuses")
        for name, text in (
            ("title", details.title),
            ("description", details.description),
            ("tags", "".join(details.tags)),
        )
        if "<" in text or ">" in text
    ]
    size = len(details.description.encode())
    if size > MAX_BYTES:
        problems.append(FieldError("description", f"has {size} bytes; YouTube takes {MAX_BYTES}; shorten it"))
    used = _measure_tags(details.tags)
    if used > MAX_TAGS - _MARKER_CHARACTERS:
        room = MAX_TAGS - _MARKER_CHARACTERS
        problems.append(
            FieldError("tags", f"have {used} characters together; at most {room} are allowed; take some out")
        )
    return problems


def check_size(package: Package) -> None:
    """Raise PublishError if YouTube would take no video of this size."""
    if package.video_size > MAX_SIZE or package.duration_sec > MAX_HOURS * 3600:
        size = f"{package.video_size / (1 << 30):.1f} GiB and {package.duration_sec / 3600:.1f} hours"
        advice = "shorten the plan or lower its resolution, and publish that job"
        raise PublishError(
            "video_too_large", f"the video has {size}; YouTube takes 256 GiB and 12 hours", advice=advice
        )


def make_resource(package: Package, now: datetime) -> dict[str, Any]:
    """Return the resource of a new video, hidden until its time."""
    resource: dict[str, Any] = {"snippet": _make_snippet(package), "status": _make_status(package, now)}
    localizations = _make_localizations(package)
    return {**resource, "localizations": localizations} if localizations else resource


def find_tag(language: Language) -> str:
    """Return YouTube's tag of ``language``; empty: it has none."""
    own = FACTS[language].youtube_tag
    return language if own is None else own


def list_parts(package: Package) -> str:
    """Return the parts of the resource that ``change_resource`` needs."""
    return "snippet,status,localizations" if package.localizations else "snippet,status"


def change_resource(stored: Mapping[str, Any], package: Package, now: datetime) -> dict[str, Any]:
    """Return the resource for videos.update: ``stored`` with the words and the time of ``package``. A video that can be
    seen already stays so."""
    snippet = {name: stored["snippet"][name] for name in SNIPPET_FIELDS if name in stored["snippet"]}
    status = {name: stored["status"][name] for name in STATUS_FIELDS if name in stored["status"]}
    new_status = _make_status(package, now)
    if status.get("privacyStatus") == "public" and package.publish_at > now:
        new_status = {**new_status, "privacyStatus": "public"}  # publishAt would take a public video offline
        new_status.pop("publishAt", None)
    if "publishAt" not in new_status:
        status.pop("publishAt", None)
    changed = {
        "id": stored["id"],
        "snippet": {**snippet, **_make_snippet(package)},
        "status": {**status, **new_status},
    }
    localizations = _make_localizations(package)
    return (
        {**changed, "localizations": {**stored.get("localizations", {}), **localizations}} if localizations else changed
    )


def is_part_of(resource: Mapping[str, Any], stored: Mapping[str, Any]) -> bool:
    """Return whether the video has all that ``resource`` says, so that videos.update would change nothing."""
    return all(
        is_part_of(value, stored.get(name) or {}) if isinstance(value, Mapping) else stored.get(name) == value
        for name, value in resource.items()
    )


def _make_snippet(package: Package) -> dict[str, Any]:
    details = package.details
    return {
        "title": details.title,
        "description": package.description,
        "tags": [*details.tags, package.marker],
        "categoryId": details.category,
        **({"defaultLanguage": tag, "defaultAudioLanguage": tag} if (tag := find_tag(package.language)) else {}),
    }


def _make_localizations(package: Package) -> dict[str, dict[str, str]]:
    """Return the words in other languages. YouTube takes them only beside the language of the original words
    (developers.google.com/youtube/v3/docs/videos, localizations)."""
    if not find_tag(package.language):
        return {}
    return {
        tag: {"title": words.title[:_MAX_TITLE], "description": words.description}
        for language, words in package.localizations.items()
        if (tag := find_tag(language))
    }


def _make_status(package: Package, now: datetime) -> dict[str, Any]:
    details = package.details
    status: dict[str, Any] = {
        # never left out: a video without it is public
        "privacyStatus": details.privacy,
        "selfDeclaredMadeForKids": details.made_for_kids,
        "containsSyntheticMedia": package.has_synthetic_media,
    }
    if package.publish_at > now:
        status["privacyStatus"] = "private"
        if details.privacy == "public":
            status["publishAt"] = format_utc(package.publish_at)
    return status


def _measure_tags(tags: Sequence[str]) -> int:
    return sum(len(tag) + 2 * (" " in tag) for tag in tags) + max(len(tags) - 1, 0)
