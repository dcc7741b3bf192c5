"""What was measured of a film's parts when they were encoded, kept beside them, so that it is measured once."""

import threading
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from gpu_renderer.audio.mixdown import MixedAudio
from gpu_renderer.core.segments import Segment
from gpu_renderer.verify.measure import Known, SegmentFacts, SoundFacts, sample_segment, sample_sound
from sutradhar.domain.core.errors import NotFound
from sutradhar.ports.stores import BlobStore


def facts_blob(part: str) -> str:
    """Where the facts about the blob ``part`` are: ``segments/KEY.mp4`` has them in ``segments/KEY.json``."""
    return f"{part.rpartition('.')[0]}.json"


def keep_segment(
    blobs: BlobStore, name: str, segment: Segment, path: Path, codec: str, cancel: threading.Event
) -> None:
    """Store the encoded segment ``path`` as ``name``, its facts first: a segment that is there has been measured."""
    facts = sample_segment(path, segment.fps, "hevc" if codec.startswith("hevc") else "h264", cancel)
    blobs.put(facts_blob(name), facts.model_dump_json().encode())
    blobs.put_file(name, path)


def keep_sound(blobs: BlobStore, name: str, mixed: MixedAudio, cancel: threading.Event) -> None:
    """Store the facts of the video's sound, then the sound itself as ``name``."""
    facts = sample_sound(mixed.path, mixed.measurement, mixed.planned_lufs, cancel)
    blobs.put(facts_blob(name), facts.model_dump_json().encode())
    blobs.put_file(name, mixed.path)


def known(blobs: BlobStore, segments: Sequence[str], sound: str) -> Known | None:
    """Everything that the film of these blobs consists of; None if the facts of a part are lost."""
    try:
        found = [SegmentFacts.model_validate_json(blobs.get(facts_blob(name))) for name in segments]
        return Known(found, SoundFacts.model_validate_json(blobs.get(facts_blob(sound))))
    except (NotFound, ValidationError):
        return None
