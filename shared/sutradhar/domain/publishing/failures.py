"""The reasons for which a publication fails, and the advice about each."""

from collections.abc import Mapping
from typing import Literal

from sutradhar.domain.core.base import Frozen

Reason = Literal[
    "quota_exceeded",
    "upload_limit_exceeded",
    "token_invalid",
    "network",
    "video_too_large",
    "duplicate",
    "rejected",
    "not_found",
    "job_failed",
    "slot_missed",
]

ADVICE: Mapping[Reason, str] = {
    "quota_exceeded": "wait until the quota is renewed at midnight Pacific time, or ask Google for more quota",
    "upload_limit_exceeded": "wait a day, or verify the channel's phone number, since the channel took its limit of"
    " videos today",
    "token_invalid": "run `sutradhar youtube login` again, since the access was revoked or has expired",
    "network": "check the connection to the destination; the upload goes on where it stopped",
    "video_too_large": "render the video with a lower resolution or quality, and publish that job",
    "duplicate": "look at the destination: it has this video already",
    "rejected": "read what the destination says, change the title, description or tags, and retry the publication",
    "not_found": "check that the video, the playlist or the channel still exists",
    "job_failed": "retry the job, and the publication goes on with it",
    "slot_missed": "order it for another time, or retry the publication, which makes it at once",
}
MAKE_AGAIN = "make the video again, and publish that job"
"""The advice about a video of which a file, or its job, is gone."""
RETRYABLE: frozenset[Reason] = frozenset({"quota_exceeded", "upload_limit_exceeded", "network"})
"""The reasons that time may remove."""
QUOTA: frozenset[Reason] = frozenset({"quota_exceeded", "upload_limit_exceeded"})
"""Failures for these reasons do not count against the objective of docs/objectives.md."""


class PublicationFailure(Frozen):
    """The last failure of a publication."""

    reason: Reason
    cause: str
    """A sentence with what the destination said."""
    advice: str

    @property
    def retryable(self) -> bool:
        return self.reason in RETRYABLE

    @classmethod
    def name(cls, reason: Reason, cause: str, advice: str = "") -> "PublicationFailure":
        """Return the failure with ``advice``, or with the advice that fits every failure for this reason."""
        return cls(reason=reason, cause=cause[:500], advice=advice or ADVICE[reason])
