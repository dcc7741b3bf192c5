"""Build the timeline: lay out a plan and its finished assets in time."""

from collections.abc import Container, Mapping

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.layout import Layout
from sutradhar.domain.video.recording_timeline import build_recording_timeline
from sutradhar.domain.video.song_timeline import build_song_timeline
from sutradhar.domain.video.timeline import Timeline


def build_timeline(
    plan: RenderPlan, assets: Mapping[Slot, Asset], captioned_scenes: Container[int] | None = None
) -> Timeline:
    """Lay the assets out in time. ``assets`` maps each slot to its finished asset.

    ``captioned_scenes``: the indices of the scenes that get captions, whose lines take most of the work; None: all.

    A scene, from the middle of its first transition to the middle of its last, lasts its narration and
    ``NARRATION_PADDING_SEC`` at both ends, or ``duration_sec`` if that is longer. So two narrations are at least
    2 × ``NARRATION_PADDING_SEC`` apart, and the narration is never cut.

    Raises:
        InvalidRequest: the video would be longer than ``MAX_VIDEO_SEC``.
    """
    if plan.song:
        return build_song_timeline(plan, assets, captioned_scenes)
    if plan.narration_audio:
        return build_recording_timeline(plan, assets, captioned_scenes)
    layout = Layout(plan, assets, captioned_scenes)
    for index in range(len(plan.scenes)):
        layout.add_scene(index)
    return layout.build()
