"""Find, reuse, record and measure the stored video of a render."""

import hashlib
import shutil
from pathlib import Path

from pydantic import ValidationError

from gpu_renderer.core.cache_keys import add_marks_to_key, video_key
from gpu_renderer.core.segments import ENGINE_VERSION
from gpu_renderer.core.task import RenderContext
from gpu_renderer.encode.segment_store import SegmentPlan
from gpu_renderer.mixes import get_mixes, list_mix_blobs
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.language.tags import Language
from sutradhar.domain.video import quality_gate
from sutradhar.domain.video.file_facts import FileFacts
from sutradhar.domain.video.render_request import StoredFile
from sutradhar.domain.video.timeline import Clip
from sutradhar.ports.stores import BlobStore


class FinishedRecord(Frozen):
    """The record of a stored video, under a key of its segments, its audio, its caption tracks and its marks."""

    video: StoredFile


def _record_blob(context: RenderContext, plan: SegmentPlan) -> str:
    request = context.request
    captions = request.timeline.captions if request.soft_captions else {}
    mixes, languages = list_mix_blobs(request.timeline), [one.language for one in request.timeline.list_audio_tracks()]
    tracks = tuple(zip(languages, mixes, strict=True)) if len(mixes) > 1 else ()
    key = video_key(plan.blobs, mixes[0], captions, tracks)
    if request.marks:  # files without marks keep the keys that they have always had
        key = add_marks_to_key(key, request.marks, context.signer.fingerprint if context.signer else "")
    return f"films/{key}.json"


def find_finished(context: RenderContext, plan: SegmentPlan) -> FinishedRecord | None:
    """Return the record of a video with the same content, if its file is still as it was stored."""
    try:
        record = FinishedRecord.model_validate_json(context.blobs.get(_record_blob(context, plan)))
        return record if context.blobs.size(record.video.blob) == record.video.size else None
    except (NotFound, ValidationError):
        return None


def reuse_finished(context: RenderContext, record: FinishedRecord) -> bool:
    """Copy the finished video to the place of this render; return False if it is not there any more."""
    with context.measure_time("join"):
        target = context.request.video_blob
        try:
            if record.video.blob != target:
                context.blobs.copy(record.video.blob, target)
            video = context.blobs.fetch(target, context.workdir / "video.mp4")
        except NotFound:
            return False  # it was deleted just now
        return _hash_file(video) == record.video.sha256


def save_finished(context: RenderContext, plan: SegmentPlan, video: StoredFile) -> None:
    """Record ``video`` as the finished video of ``plan``, so that the next render with the same content reuses it."""
    context.blobs.put(_record_blob(context, plan), FinishedRecord(video=video).model_dump_json().encode())


def store_track_files(context: RenderContext) -> dict[Language, StoredFile]:
    """Store the mix of each language as a file of its own, with marks as the video has; none for a video with one audio
    track. YouTube, for one, takes further audio as files.

    Raises:
        RenderError: a file cannot be signed.
    """
    from gpu_renderer.mux.marks import mark_file

    request = context.request
    if not request.timeline.audio_languages:
        return {}
    stored = {}
    for track, mix in zip(request.timeline.list_audio_tracks(), get_mixes(context, context.cancel), strict=True):
        if not track.language:
            continue
        copy = context.workdir / f"track-{track.language}.m4a"
        shutil.copyfile(mix, copy)  # the stored mix itself stays without marks
        marked = mark_file(context, copy, track.audio_hashes)
        blob = request.audio_blob(track.language)
        context.blobs.put_file(blob, marked)
        stored[track.language] = _describe_stored(blob, marked)
        marked.unlink()
    return stored


def measure_stored(context: RenderContext, plan: SegmentPlan) -> tuple[StoredFile, StoredFile, FileFacts]:
    """Fetch the stored files again and measure them; the same bytes are not measured twice."""
    request, blobs = context.request, context.blobs
    context.report("gate", request.timeline.frames + 1, context.units)
    with context.measure_time("gate"):
        video = blobs.fetch(request.video_blob, context.workdir / "stored.mp4")
        thumbnail = blobs.fetch(request.thumbnail_blob, context.workdir / "stored.png")
        stored_video = _describe_stored(request.video_blob, video)
        stored_thumbnail = _describe_stored(request.thumbnail_blob, thumbnail)
        versions = f"{ENGINE_VERSION}-{quality_gate.VERSION}"
        name = f"measured/{stored_video.sha256}-{stored_thumbnail.sha256[:16]}-{versions}.json"
        facts = _find_facts(blobs, name)
        if facts is None:
            facts = _measure(context, plan, video, thumbnail)
            blobs.put(name, facts.model_dump_json().encode())
    return stored_video, stored_thumbnail, facts


def _measure(context: RenderContext, plan: SegmentPlan, video: Path, thumbnail: Path) -> FileFacts:
    from gpu_renderer.audio.audio_meter import read_narrations
    from gpu_renderer.audio.song_meter import read_song
    from gpu_renderer.verify import measurement_cache
    from gpu_renderer.verify.measure import measure
    from gpu_renderer.verify.source_samples import SourceSamples

    timeline, blobs = context.request.timeline, context.blobs
    facts = measure(
        video,
        thumbnail,
        context.cancel,
        content=measurement_cache.load_measurements(blobs, plan.blobs, list_mix_blobs(timeline)),
        narrations=read_narrations(timeline, blobs, context.workdir, context.cancel),
        further=[
            read_narrations(track, blobs, context.workdir, context.cancel) for track in timeline.list_audio_tracks()[1:]
        ],
        song=read_song(timeline, blobs, context.workdir, context.cancel),
        sources=SourceSamples(timeline, lambda clip: _fetch_source(context, clip), context.cancel),
    )
    if context.request.marks is None:
        return facts
    from gpu_renderer.verify.mark_check import check_marks

    with context.measure_time("marks"):
        is_signed = context.signer is not None
        return facts.evolve(
            marks=check_marks(video, context.request.marks, is_signed=is_signed),
            thumbnail_marks=check_marks(thumbnail, None, is_signed=is_signed),
        )


def _find_facts(blobs: BlobStore, name: str) -> FileFacts | None:
    if not blobs.exists(name):
        return None
    try:
        return FileFacts.model_validate_json(blobs.get(name))
    except ValidationError:
        return None  # stored by a version that measured other things


def _fetch_source(context: RenderContext, clip: Clip) -> Path:
    return context.blobs.fetch(clip.media.blob, context.workdir / f"source-{clip.media.sha256}")


def _describe_stored(blob: str, path: Path) -> StoredFile:
    return StoredFile(blob=blob, sha256=_hash_file(path), size=path.stat().st_size)


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
