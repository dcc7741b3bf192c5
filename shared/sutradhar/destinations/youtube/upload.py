"""Send a video over a resumable session, so that it arrives once whatever is lost on the way.

The session's URI is stored before the first byte is sent, and a session makes one video at most. An answer that is lost
is asked for at the session. Where the session is gone too, the channel's own uploads are searched for the job's marker
before another session is opened: the list may be late, so the search begins anew after a while.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sutradhar.destinations.youtube.costs import FIND_COST, UNITS, UPLOADS
from sutradhar.destinations.youtube.resource import check_size, make_resource
from sutradhar.destinations.youtube.state import UploadState
from sutradhar.ports.publishing import Package, Pause, PublishContext

if TYPE_CHECKING:
    from sutradhar.destinations.youtube.client import SessionState, YouTubeClient

CHUNK = 16 << 20
"""Bytes of one PUT: a multiple of 256 KiB, as the protocol demands
(developers.google.com/youtube/v3/guides/using_resumable_upload_protocol)."""
SETTLE = timedelta(minutes=15)
"""The time that a finished upload may take to appear among the channel's uploads."""


def send_video(client: YouTubeClient, package: Package, context: PublishContext) -> UploadState:
    """Return the state with the video's id. Raises as ``Destination.upload`` does."""
    state = UploadState.read(context.checkpoint)
    while not state.video_id:
        if state.session:
            state = _continue_session(client, package, context, state)
        elif state.lost_at or (package.may_exist and state.opened_at is None):
            state = _search(client, package, context, state)
        if not state.session and not state.video_id and not state.lost_at:
            state = _open_session(client, package, context, state)
    return state


def _open_session(client: YouTubeClient, package: Package, context: PublishContext, state: UploadState) -> UploadState:
    check_size(package)
    context.spend(UPLOADS, 1)
    context.start_upload()
    now = context.now()
    session = client.open_session(make_resource(package, now), package.video_size)
    state = state.evolve(
        session=session, opened_at=state.opened_at or now, is_hidden=package.publish_at > now
    ).note_sent(package)
    context.save(state.write())
    return state


def _continue_session(
    client: YouTubeClient, package: Package, context: PublishContext, state: UploadState
) -> UploadState:
    """Ask the session what it has, and send the rest."""
    answer = client.query_session(state.session, package.video_size)
    sent, time = 0, timedelta(0)
    try:
        while not answer.video_id and not answer.is_gone:
            start, began_at = answer.received, context.now()
            answer = _send_chunk(client, package, context, state, start)
            sent += package.video_size - start if answer.video_id else max(answer.received - start, 0)
            time += context.now() - began_at
    finally:
        context.note_upload(sent, time)
    if answer.is_gone:
        lost = state.evolve(session="", lost_at=context.now())
        context.save(lost.write())
        return lost
    return _note_video(context, state, answer.video_id)


def _send_chunk(
    client: YouTubeClient, package: Package, context: PublishContext, state: UploadState, start: int
) -> SessionState:
    with context.open_blob(package.video) as file:
        file.seek(start)
        data = file.read(CHUNK)
    answer = client.send(state.session, data, start, package.video_size)
    if not answer.video_id and not answer.is_gone:
        context.save(state.write())  # it lengthens the claim
    return answer


def _search(client: YouTubeClient, package: Package, context: PublishContext, state: UploadState) -> UploadState:
    """Look for the video of a session that is gone; give up only after the channel's list had time to show it."""
    context.spend(UNITS, FIND_COST)
    context.start_upload()
    since = state.opened_at or package.created_at
    if video_id := client.find_video(package.marker, since):
        return _note_video(context, state, video_id)
    now = context.now()
    lost_at = state.lost_at or now
    if now < lost_at + SETTLE:
        context.save(state.evolve(lost_at=lost_at).write())
        raise Pause(lost_at + SETTLE, "the outcome of an upload is unknown; the channel is searched for the video")
    state = state.evolve(lost_at=None, opened_at=state.opened_at or now)
    context.save(state.write())
    return state


def _note_video(context: PublishContext, state: UploadState, video_id: str) -> UploadState:
    state = state.evolve(video_id=video_id, session="", lost_at=None)
    context.save(state.write(), external_id=video_id, url=f"https://www.youtube.com/watch?v={video_id}")
    return state
