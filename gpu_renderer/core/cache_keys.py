"""Name stored results by the content that they depend on, so that they are found again.

The words and the order inside the hashed values are those of the first version; they stay when fields of the timeline
are renamed, so that segments, audio and videos of earlier versions are found. tests/unit/test_cache_keys.py pins them.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence

from gpu_renderer.core.engine import engine_key
from gpu_renderer.core.segments import ENGINE_VERSION, Segment, SegmentClip
from sutradhar import marks
from sutradhar.domain.assets.marks import MarkFacts
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.brand import BrandLook
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.timeline import (
    ClipAudio,
    Footage,
    MusicTrack,
    NarrationClip,
    SongTrack,
    SoundEffectClip,
    Timeline,
)

_MIX_VERSION = 2
"""Part of the key of a stored mix; raise it when a change makes the same audio mix, or measure, differently."""


def segment_key(segment: Segment, encoder: Sequence[str], engine: str, fonts: Mapping[str, str]) -> str:
    """Return the sha256 of all that the encoded ``segment`` depends on.

    Args:
        encoder: the arguments of the encoder.
        engine: versions of the programs and libraries that make pixels.
        fonts: hashes of the font files by name; they count only where there is text.
    """
    drawn = segment.model_dump(include={"frames", "fps", "width", "height", "cues", "caption_style"}, mode="json")
    drawn["titles"] = [title.model_dump(mode="json") for title in segment.titles]
    drawn["watermark"] = segment.watermark.model_dump(mode="json") if segment.watermark else None
    drawn["shots"] = [_describe_clip(shown, segment.frames) for shown in segment.clips]
    if segment.lyrics:  # left out elsewhere, as in the keys of videos without a song
        drawn["lyrics"] = segment.lyrics.model_dump(mode="json")
    if segment.label:  # left out elsewhere, as in the keys of videos without one
        drawn["label"] = segment.label.model_dump(mode="json")
    if segment.look:  # likewise
        drawn["look"] = segment.look.describe()
    has_text = segment.cues or segment.titles or segment.watermark or segment.lyrics or segment.label
    text = dict(fonts) if has_text else {}
    whole = [ENGINE_VERSION, engine, list(encoder), text, drawn]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _describe_clip(shown: SegmentClip, frames: int) -> dict[str, object]:
    """Return what a segment of ``frames`` shows of a clip. The clip's blob and scene are left out: its bytes count."""
    clip, at, length = shown.clip, shown.at, shown.clip.frames
    is_throughout = at <= 0 and at + length >= frames
    if clip.camera.still and not clip.footage and is_throughout and not shown.transition.frames:
        at, length = 0, frames  # a camera at rest shows the same at any time
    return {
        "sha256": clip.media.sha256,
        "camera": clip.camera.model_dump(mode="json"),
        "at": at,
        "frames": length,
        "fade_in": shown.transition.frames,
        "transition": shown.transition.kind,
        "footage": _describe_footage(clip.footage) if clip.footage else None,
        "fit": clip.fit,
    }


def _describe_footage(footage: Footage) -> dict[str, object]:
    usual = {"speed"} if footage.speed == 1 else set[str]()  # the first version had no other speed
    return footage.model_dump(mode="json", exclude=usual)


def audio_key(timeline: Timeline) -> str:
    """Return the key of the mix of all audio of ``timeline``, made by this engine."""
    tracks = {
        "fps": timeline.fps,
        "frames": timeline.frames,
        "voices": [_describe_narration(clip) for clip in timeline.narrations],
        "bed": _describe_music(timeline.music) if timeline.music else None,
        "effects": [_describe_effect(clip) for clip in timeline.sound_effects],
        "clip_sounds": [_describe_clip_audio(clip) for clip in timeline.clip_audio],
    }
    if timeline.song:
        tracks["song"] = _describe_song(timeline.song)
    return engine_key(_MIX_VERSION, tracks)


def _describe_narration(clip: NarrationClip) -> dict[str, object]:
    described: dict[str, object] = {"start": clip.start, "samples": clip.samples, "sha256": clip.media.sha256}
    if clip.source_start:
        described["source_start"] = clip.source_start
    return described


def _describe_song(track: SongTrack) -> dict[str, object]:
    return {
        "sha256": track.media.sha256,
        "samples": track.samples,
        "source_start": track.source_start,
        "fade_in": track.fade_in,
        "fade_out": track.fade_out,
    }


def _describe_music(track: MusicTrack) -> dict[str, object]:
    described: dict[str, object] = {
        "sha256": track.media.sha256,
        "samples": track.samples,
        "volume_db": track.volume_db,
        "source_start": track.source_start,
        "crossfade": track.crossfade,
        "automation": [[point.at, point.gain_db] for point in track.automation],
    }
    if track.start or track.end is not None:  # as in videos with an intro or an outro only
        described["heard"] = [track.start, track.end]
    return described


def _describe_effect(clip: SoundEffectClip) -> dict[str, object]:
    return {
        "start": clip.start,
        "samples": clip.samples,
        "sha256": clip.media.sha256,
        "volume_db": clip.volume_db,
    }


def _describe_clip_audio(clip: ClipAudio) -> dict[str, object]:
    return {
        "start": clip.start,
        "samples": clip.samples,
        "sha256": clip.media.sha256,
        "source_start": clip.source_start,
        "period": clip.period,
        "volume_db": clip.volume_db,
        "ducked": clip.ducked,
        "fade_in": clip.fade_in,
        "fade_out": clip.fade_out,
    }


def video_key(
    segment_blobs: tuple[str, ...],
    audio_blob: str,
    soft_captions: Mapping[Language, Sequence[Cue]],
    audio_tracks: Sequence[tuple[Language | None, str]] = (),
) -> str:
    """Return the key of the video that consists of these blobs and caption tracks (cues by language).

    Args:
        audio_tracks: language and blob of each of several audio tracks; empty: ``audio_blob`` is the only one.
    """
    captions = {language: [cue.model_dump() for cue in cues] for language, cues in soft_captions.items()}
    tracks = [tuple(audio_tracks)] if audio_tracks else []
    return engine_key(segment_blobs, audio_blob, captions, *tracks)


def add_marks_to_key(key: str, facts: MarkFacts, fingerprint: str) -> str:
    """Return the key of the file with the key ``key`` once it has the marks for ``facts``: other facts, or another
    certificate, make another file.

    Args:
        fingerprint: the sha256 of the certificate that signs; empty: none does.
    """
    whole = [marks.VERSION, key, facts.model_dump(mode="json"), fingerprint]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def middle_frame_key(timeline: Timeline, index: int) -> str:
    """Return the key of the middle frame of the clip ``index``, as it is without text."""
    clip = timeline.clips[index]
    size = timeline.width, timeline.height
    slowed = [clip.footage.speed] if clip.footage and clip.footage.speed != 1 else []  # its repr leaves it out
    return engine_key(clip.media.sha256, clip.camera, clip.frames, clip.footage, clip.fit, *size, *slowed)


def thumbnail_key(
    fonts: Mapping[str, str],
    title: str,
    watermark: Watermark | None,
    frame_keys: Sequence[str],
    look: BrandLook | None = None,
) -> str:
    """Return the key of the thumbnail whose frame is chosen among ``frame_keys``.

    Args:
        fonts: hashes of the font files by name.
    """
    brand = [json.dumps(look.describe(), sort_keys=True)] if look else []
    return engine_key(sorted(fonts.items()), title, watermark, list(frame_keys), *brand)
