"""Bring a video to YouTube exactly once, hidden until its time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from sutradhar.destinations.youtube import upload
from sutradhar.destinations.youtube.costs import BUCKETS, COSTS, UNITS, QuotaGone
from sutradhar.destinations.youtube.extras import send_extras
from sutradhar.destinations.youtube.reasons import name_rejection
from sutradhar.destinations.youtube.resource import change_resource, is_part_of, list_parts, list_problems
from sutradhar.destinations.youtube.state import UploadState
from sutradhar.domain.core.errors import FieldError
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.domain.publishing.starts import LONGEST_LEAD
from sutradhar.ports.publishing import Bucket, Destination, Package, PublishContext, PublishError, Uploaded

if TYPE_CHECKING:
    from sutradhar.destinations.youtube.client import YouTubeClient

_FIRST_RATE = 1_000_000.0
"""Bytes per second that are expected before an upload was measured."""
_MARGIN = timedelta(minutes=10)
"""The time for YouTube to process a video, beside the time of the upload."""

_FLIP, _HELD_BACK = timedelta(minutes=10), timedelta(days=1)
"""The time after which a video that has no publishAt, or has one still, will not be shown by itself."""


class YouTubeDestination(Destination):
    """One channel.

    Args:
        make_client: returns a client that is signed in.
        explain_missing_setup: returns what the operator has to do first; empty: nothing.
    """

    name = "youtube"
    buckets: Sequence[Bucket] = BUCKETS

    def __init__(
        self, make_client: Callable[[], YouTubeClient], explain_missing_setup: Callable[[], str] = lambda: ""
    ) -> None:
        self._make_client, self._explain_missing_setup = make_client, explain_missing_setup

    @cached_property
    def _client(self) -> YouTubeClient:
        return self._make_client()

    def list_problems(self, details: PublicationDetails) -> Sequence[FieldError]:
        return list_problems(details)

    def explain_missing_setup(self) -> str:
        return self._explain_missing_setup()

    def get_lead_time(self, video_size: int, bytes_per_sec: float | None) -> timedelta:
        seconds = video_size / (bytes_per_sec or _FIRST_RATE)
        return min(timedelta(seconds=2 * seconds), LONGEST_LEAD) + _MARGIN

    def upload(self, package: Package, context: PublishContext) -> Uploaded:
        with _note_quota(context):
            state = upload.send_video(self._client, package, context)
            extras_at = self._send_extras(package, context, state)
        if state.needs_update(package):  # another worker opened the session before the words changed
            extras_at = context.now()
        return Uploaded(not state.is_hidden, state.sent.details if state.sent else None, extras_at)

    def confirm(self, package: Package, context: PublishContext) -> bool:
        state = UploadState.read(context.checkpoint)
        with _note_quota(context):
            context.spend(UNITS, COSTS["videos.list"])
            video = self._client.get_video(state.video_id, list_parts(package))
            status, privacy = video["status"], package.details.privacy
            if error := name_rejection(status):
                raise error
            if status["privacyStatus"] != "private" or privacy == "private":
                return True  # its owner may have chosen another privacy in YouTube Studio
            if state.needs_update(package):
                return False
            if privacy == "public":
                late = context.now() - package.publish_at
                if late < (_HELD_BACK if status.get("publishAt") else _FLIP):
                    return False
                cause = "YouTube does not show the video: it holds it back, or its time was removed in YouTube Studio"
                raise PublishError(
                    "rejected", cause, advice="look at the video in YouTube Studio, and publish it there"
                )
            context.spend(UNITS, COSTS["videos.update"])  # publishAt can only make a video public
            self._client.update_video(change_resource(video, package, context.now()))
            return True

    def update(self, package: Package, context: PublishContext, *, compare: bool) -> datetime | None:
        state = UploadState.read(context.checkpoint)
        with _note_quota(context):
            if compare or state.needs_update(package):
                context.spend(UNITS, COSTS["videos.list"])
                video = self._client.get_video(state.video_id, list_parts(package))
                changed = change_resource(video, package, context.now())
                if not is_part_of(changed, video):
                    context.spend(UNITS, COSTS["videos.update"])
                    self._client.update_video(changed)
                state = state.note_sent(package)
                context.save(state.write())
            return self._send_extras(package, context, state)

    def _send_extras(self, package: Package, context: PublishContext, state: UploadState) -> datetime | None:
        return send_extras(self._client, package, context, state)


@contextmanager
def _note_quota(context: PublishContext) -> Iterator[None]:
    """Record it if YouTube says in the block that a quota of today is used up."""
    try:
        yield
    except QuotaGone as exc:
        context.mark_spent(exc.bucket)
        raise
