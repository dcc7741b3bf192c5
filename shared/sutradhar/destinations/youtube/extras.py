"""Send what a video on YouTube can do without: its thumbnail, its place in a playlist, and its captions.

None of them holds up the video or the others. One that YouTube refuses is not sent again: the caller gets a notice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sutradhar.destinations.youtube.costs import COSTS, UNITS, QuotaGone
from sutradhar.destinations.youtube.resource import find_tag
from sutradhar.destinations.youtube.state import UploadState
from sutradhar.ports.publishing import CaptionTrack, Package, Pause, PublishContext, PublishError

if TYPE_CHECKING:
    from sutradhar.destinations.youtube.client import YouTubeClient

_LOOK_AGAIN = timedelta(minutes=5)
"""The pause before the next attempt, and before the next look at a video that YouTube still processes."""


@dataclass(frozen=True)
class _Part:
    name: str
    send: Callable[[], None]
    mark: Callable[[UploadState], UploadState]
    """Return the state without need of this part."""


def send_extras(
    client: "YouTubeClient", package: Package, context: PublishContext, state: UploadState
) -> datetime | None:
    """Send the parts that are missing. Return when to go on; None: all is sent or refused.

    Raises:
        QuotaGone: YouTube says that today's units are used up.
        PublishError: the access to the channel was refused.
        Pause, StaleLease: this worker has to stop.
    """
    later: list[datetime] = []
    for part in _Sender(client, package, context, state.video_id).list_missing(state):
        try:
            part.send()
        except Pause as pause:
            context.notice(pause.notice)
            later.append(pause.until)
            break
        except PublishError as exc:
            if isinstance(exc, QuotaGone) or exc.failure.reason == "token_invalid":
                raise
            if exc.retryable:
                later.append(context.now() + (exc.wait or _LOOK_AGAIN))
                if exc.wait:
                    continue
                break  # the network is down
            context.notice(f"YouTube has the video, but did not take {part.name}: {exc}; {exc.advice}")
        state = part.mark(state)
        context.save(state.write())
    return min(later, default=None)


class _Sender:
    """The parts of one video."""

    def __init__(self, client: "YouTubeClient", package: Package, context: PublishContext, video_id: str) -> None:
        self._client, self._package, self._context, self._video_id = client, package, context, video_id

    def list_missing(self, state: UploadState) -> Iterator[_Part]:
        if not state.has_thumbnail:
            yield _Part("the thumbnail", self._send_thumbnail, lambda one: one.evolve(has_thumbnail=True))
        playlist = self._package.details.playlist
        if playlist and state.playlist != playlist:
            add = partial(self._add_to_playlist, playlist)
            yield _Part(f"a place in the playlist {playlist}", add, lambda one: one.evolve(playlist=playlist))
        for track in self._package.captions:
            if track.language not in state.captions:
                yield _Part(
                    f"the captions in {track.language}", partial(self._send_captions, track), partial(_mark, track)
                )

    def _send_thumbnail(self) -> None:
        """Send it. YouTube may drop that of a Short which it has not processed yet
        (developers.google.com/youtube/data/reference/rest/v3/thumbnails/set)."""
        package = self._package
        if package.height > package.width and self._is_processing():
            raise PublishError("network", "YouTube still processes the video", wait=_LOOK_AGAIN)
        self._context.spend(UNITS, COSTS["thumbnails.set"])
        media_type = "image/png" if PurePosixPath(package.thumbnail).suffix == ".png" else "image/jpeg"
        with self._context.open_blob(package.thumbnail) as file:
            self._client.set_thumbnail(self._video_id, file.read(), media_type)

    def _is_processing(self) -> bool:
        self._context.spend(UNITS, COSTS["videos.list"])
        video = self._client.get_video(self._video_id, "processingDetails,status")
        progress = video.get("processingDetails", {}).get("processingStatus")
        return bool(progress == "processing" or (not progress and video["status"].get("uploadStatus") == "uploaded"))

    def _add_to_playlist(self, playlist: str) -> None:
        self._context.spend(UNITS, COSTS["playlistItems.list"] + COSTS["playlistItems.insert"])
        if not self._client.is_in_playlist(playlist, self._video_id):
            self._client.add_to_playlist(playlist, self._video_id)

    def _send_captions(self, track: CaptionTrack) -> None:
        self._context.spend(UNITS, COSTS["captions.insert"], essential=False)
        with self._context.open_blob(track.srt) as file:
            self._client.insert_captions(self._video_id, find_tag(track.language) or track.language, file.read())


def _mark(track: CaptionTrack, state: UploadState) -> UploadState:
    return state.evolve(captions=(*state.captions, track.language))
