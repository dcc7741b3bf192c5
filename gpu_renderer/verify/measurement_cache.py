"""Store what was measured of a video's parts when they were encoded beside them, so that it is measured once."""

import threading
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from gpu_renderer.audio.mixdown import MixedAudio
from gpu_renderer.core.segments import Segment
from gpu_renderer.verify.measure import AudioFacts, ExpectedContent, SegmentFacts, measure_mix, measure_segment
from sutradhar.domain.core.errors import NotFound
from sutradhar.ports.stores import BlobStore


def facts_blob(part: str) -> str:
    """Return the name of the facts about the blob ``part``: ``segments/KEY.mp4`` has them in ``segments/KEY.json``."""
    return f"{part.rpartition('.')[0]}.json"


def store_segment(blobs: BlobStore, name: str, segment: Segment, path: Path, cancel: threading.Event) -> None:
    """Store the encoded segment ``path`` as ``name``, its facts first: so a segment that is stored was measured."""
    facts = measure_segment(path, segment.fps, cancel)
    blobs.put(facts_blob(name), facts.model_dump_json().encode())
    blobs.put_file(name, path)


def store_audio(blobs: BlobStore, name: str, mixed: MixedAudio, cancel: threading.Event) -> None:
    """Store the facts of the video's audio, then the audio itself as ``name``."""
    facts = measure_mix(mixed.path, mixed.measurement, mixed.planned_lufs, cancel)
    blobs.put(facts_blob(name), facts.model_dump_json().encode())
    blobs.put_file(name, mixed.path)


def load_measurements(blobs: BlobStore, segments: Sequence[str], mixes: Sequence[str]) -> ExpectedContent | None:
    """Return the content of the video that consists of these blobs, a mix for each audio track; None if the facts of a
    part are lost."""
    try:
        facts = [SegmentFacts.model_validate_json(blobs.get(facts_blob(name))) for name in segments]
        first, *further = [AudioFacts.model_validate_json(blobs.get(facts_blob(name))) for name in mixes]
        return ExpectedContent(facts, first, further)
    except (NotFound, ValidationError):
        return None
