"""Bring a video to YouTube exactly once, hidden until its time."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import PurePosixPath

from sutradhar.destinations.youtube import upload
from sutradhar.destinations.youtube.client import YouTubeClient
from sutradhar.destinations.youtube.costs import BUCKETS, COSTS
from sutradhar.destinations.youtube.errors import UNITS, QuotaGone
from sutradhar.destinations.youtube.reasons import name_rejection
from sutradhar.destinations.youtube.resource import change_resource, is_part_of, list_problems
from sutradhar.destinations.youtube.state import UploadState
from sutradhar.domain.core.errors import FieldError
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.ports.publishing import Bucket, Destination, Package, Pause, PublishContext, PublishError, Uploaded

_FIRST_RATE = 1_000_000.0
"""Bytes per second that are expected before an upload was measured."""
_MARGIN = timedelta(minutes=10)
"""The time for YouTube to process a video, beside the time of the upload."""
_LOOK_AGAIN = timedelta(minutes=5)
"""The pause before the next look at a video that YouTube still processes."""


class YouTubeDestination(Destination):
    """One channel.

    Args:
        make_client: returns a client that is signed in.
        missing_setup: what the operator has to do first; empty: nothing.
    """

    name = "youtube"
    buckets: Sequence[Bucket] = BUCKETS

    def __init__(self, make_client: Callable[[], YouTubeClient], missing_setup: str = "") -> None:
        self._make_client, self._missing_setup = make_client, missing_setup

    @cached_property
    def _client(self) -> YouTubeClient:
        return self._make_client()

    def list_problems(self, details: PublicationDetails) -> Sequence[FieldError]:
        return list_problems(details)

    def explain_missing_setup(self) -> str:
        return self._missing_setup

    def get_lead_time(self, video_size: int, bytes_per_sec: float | None) -> timedelta:
        seconds = video_size / (bytes_per_sec or _FIRST_RATE)
        return timedelta(seconds=2 * seconds) + _MARGIN

    def upload(self, package: Package, context: PublishContext) -> Uploaded:
        try:
            state = upload.send_video(self._client, package, context)
            extras_at = self._send_extras(package, context, state)
            if state.needs_update(package):  # another worker opened the session before the words changed
                extras_at = context.now()
            return Uploaded(not state.is_hidden, state.sent.details if state.sent else None, extras_at)
        except QuotaGone as exc:
            context.mark_spent(exc.bucket)
            raise

    def confirm(self, package: Package, context: PublishContext) -> bool:
        state = UploadState.read(context.checkpoint)
        context.spend(UNITS, COSTS["videos.list"])
        video = self._client.get_video(state.video_id, "snippet,status")
        status = video["status"]
        if error := name_rejection(status):
            raise error
        if package.details.privacy != "unlisted" or status["privacyStatus"] != "private":
            return bool(status["privacyStatus"] == package.details.privacy)
        context.spend(UNITS, COSTS["videos.update"])  # publishAt can only make a video public
        self._client.update_video(change_resource(video, package, context.now()))
        return True

    def update(self, package: Package, context: PublishContext, *, compare: bool) -> datetime | None:
        state = UploadState.read(context.checkpoint)
        try:
            if compare or state.needs_update(package):
                context.spend(UNITS, COSTS["videos.list"])
                video = self._client.get_video(state.video_id, "snippet,status")
                changed = change_resource(video, package, context.now())
                if not is_part_of(changed, video):
                    context.spend(UNITS, COSTS["videos.update"])
                    self._client.update_video(changed)
                state = state.note_sent(package)
                context.save(state.write())
            return self._send_extras(package, context, state)
        except QuotaGone as exc:
            context.mark_spent(exc.bucket)
            raise

    def _send_extras(self, package: Package, context: PublishContext, state: UploadState) -> datetime | None:
        """Send the thumbnail, the place in the playlist and the captions. Return when to go on; None: all is sent. None
        of them holds up the video."""
        look_again: datetime | None = None
        try:
            if not state.has_thumbnail:
                if package.height > package.width and not self._is_processed(context, state):
                    # YouTube may drop the thumbnail of a Short that it still processes (thumbnails.set)
                    look_again = context.now() + _LOOK_AGAIN
                else:
                    state = self._send_thumbnail(package, context, state)
            if package.details.playlist and state.playlist != package.details.playlist:
                state = self._add_to_playlist(package.details.playlist, context, state)
            for track in package.captions:
                if track.language not in state.captions:
                    context.spend(UNITS, COSTS["captions.insert"], essential=False)
                    with context.open_blob(track.srt) as file:
                        self._client.insert_captions(state.video_id, track.language, file.read())
                    state = state.evolve(captions=(*state.captions, track.language))
                    context.save(state.write())
        except Pause as pause:
            if pause.until <= context.now():
                raise  # this worker's time is over
            context.notice(pause.notice)
            return min(pause.until, look_again or pause.until)
        except PublishError as exc:
            if isinstance(exc, QuotaGone) or exc.failure.reason == "token_invalid":
                raise
            if exc.retryable:
                return context.now() + _LOOK_AGAIN
            context.notice(f"the video is there, but a part of it was refused: {exc}")
            return None
        return look_again

    def _send_thumbnail(self, package: Package, context: PublishContext, state: UploadState) -> UploadState:
        context.spend(UNITS, COSTS["thumbnails.set"])
        media_type = "image/png" if PurePosixPath(package.thumbnail).suffix == ".png" else "image/jpeg"
        with context.open_blob(package.thumbnail) as file:
            self._client.set_thumbnail(state.video_id, file.read(), media_type)
        state = state.evolve(has_thumbnail=True)
        context.save(state.write())
        return state

    def _add_to_playlist(self, playlist: str, context: PublishContext, state: UploadState) -> UploadState:
        context.spend(UNITS, COSTS["playlistItems.list"] + COSTS["playlistItems.insert"])
        if not self._client.is_in_playlist(playlist, state.video_id):
            self._client.add_to_playlist(playlist, state.video_id)
        state = state.evolve(playlist=playlist)
        context.save(state.write())
        return state

    def _is_processed(self, context: PublishContext, state: UploadState) -> bool:
        context.spend(UNITS, COSTS["videos.list"])
        details = self._client.get_video(state.video_id, "processingDetails").get("processingDetails", {})
        return bool(details.get("processingStatus") != "processing")
