"""The models of the calls about uploads."""

from collections.abc import Mapping
from typing import Literal, Self

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.utc_time import UtcTime
from sutradhar.domain.plan.upload import MediaKind, Upload

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
    notices: tuple[str, ...] = ()
    """Parts of the file that are left out or shown differently."""
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
            reason=upload.refusal or None,
            **(dict(upload.facts) if upload.facts else {}),
        )


class UploadList(Frozen):
    """The newest uploads of the caller, at most a hundred."""

    uploads: tuple[UploadAnswer, ...]
