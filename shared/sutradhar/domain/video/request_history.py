"""Bring stored render requests of earlier versions to today's form (see domain/core/record.py)."""

from collections.abc import Mapping
from typing import Any

from sutradhar.domain.core.record import Fields

_TIMELINE_FIELDS = {
    "voices": "narrations",
    "bed": "music",
    "burned": "burned_captions",
    "effects": "sound_effects",
    "clip_sounds": "clip_audio",
    "stretched": "extended_scenes",
    "looped": "looped_scenes",
    "held": "held_scenes",
    "cut_short": "cut_short_scenes",
}


def rename_tracks(request: Fields) -> Fields:
    """Make the step from version 1: the tracks of the timeline get other names, a blob and its hash become one
    MediaRef, and the kind and length of a transition one Transition."""
    timeline = request["timeline"]
    fields = {_TIMELINE_FIELDS.get(name, name): value for name, value in timeline.items()}
    fields["clips"] = [_upgrade_clip(clip) for clip in fields["clips"]]
    for track in ("narrations", "sound_effects", "clip_audio"):
        fields[track] = [_join_media(clip) for clip in fields.get(track, [])]
    if fields["music"]:
        fields["music"] = _join_media(fields["music"])
        fields["music"].pop("automation", None)  # no plan ever filled it
    return {**request, "timeline": fields}


def _upgrade_clip(clip: Mapping[str, Any]) -> Fields:
    fields = _join_media(clip)
    frames = fields.pop("fade_in")
    # the first version named a kind even where no frame was left for the transition
    fields["transition"] = {"kind": fields.get("transition", "crossfade") if frames else "cut", "frames": frames}
    return fields


def _join_media(clip: Mapping[str, Any]) -> Fields:
    """Return the fields of ``clip`` with its blob and hash as one MediaRef."""
    fields = dict(clip)
    fields["media"] = {"blob": fields.pop("blob"), "sha256": fields.pop("sha256")}
    return fields
