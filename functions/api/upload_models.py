"""The models of the calls about uploads."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field

from functions.api.links import make_url
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.utc_time import UtcTime
from sutradhar.domain.plan.upload import FontFacts, MediaKind, Upload

UploadState = Literal["pending", "checking", "ready", "refused"]


class UploadAnnouncement(Frozen):
    """A file that you are going to send."""

    filename: str
    """1 to 255 characters."""
    content_type: str = ""
    """The media type that a browser gives; the check looks at the file itself."""
    size: int
    """Bytes."""


class UploadTarget(Frozen):
    """The URL and the method for the bytes of an upload."""

    upload_id: str
    url: str
    method: Literal["PUT"] = "PUT"
    headers: Mapping[str, str]
    """Headers that the call with the bytes must have."""
    expires_at: UtcTime
    """The end of the URL's life."""


class UploadAnswer(Frozen):
    """An upload. The facts about its file are None until it is checked."""

    upload_id: str
    filename: str
    content_type: str
    size: int
    state: UploadState
    status: UploadState
    """The same as ``state``."""
    created_at: UtcTime
    kind: MediaKind | None = None
    width: int | None = None
    height: int | None = None
    """Pixels; 0 for audio."""
    duration_sec: float | None = None
    has_audio: bool | None = None
    is_silent: bool | None = None
    """True if nothing in an audio file can be heard."""
    font: FontFacts | None = None
    """The name of a font, and the scripts that it can write."""
    notices: tuple[str, ...] = ()
    """Parts of the file that are left out or shown differently."""
    preview_url: str | None = None
    """A small image that every browser shows, at most 512 pixels a side: of a video a frame, of sound its waveform, of
    a font some letters. None: there is none."""
    reason: str | None = None
    """The reason why the file was refused."""

    @classmethod
    def describe(cls, upload: Upload) -> Self:
        return cls(
            upload_id=upload.id,
            filename=upload.filename,
            content_type=upload.content_type,
            size=upload.size,
            state=upload.state,
            status=upload.state,
            created_at=upload.created_at,
            preview_url=make_url(f"/uploads/{upload.id}/preview") if upload.has_preview else None,
            reason=upload.refusal or None,
            **(dict(upload.facts) if upload.facts else {}),
        )


class UploadQuery(Frozen):
    limit: int = Field(default=100, ge=1, le=100)
    """The most uploads of the page."""
    after: str | None = Field(default=None, min_length=1, max_length=500)
    """The value of `next` of the page before."""


class UploadList(Frozen):
    uploads: tuple[UploadAnswer, ...]
    has_more: bool
    next: str | None
    """Give it as ``after`` to get the next page; null: this page is the last one."""
