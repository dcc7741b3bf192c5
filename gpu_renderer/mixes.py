"""Make the mix of each audio track of a video once, and find it again by its content."""

import shutil
import threading
from pathlib import Path

from gpu_renderer.core.cache_keys import audio_key
from gpu_renderer.core.task import RenderContext
from sutradhar.domain.video.timeline import Timeline


def list_mix_blobs(timeline: Timeline) -> tuple[str, ...]:
    """Return the names of the stored mixes, in the order of the audio tracks."""
    return tuple(f"sounds/{audio_key(track)}.m4a" for track in timeline.list_audio_tracks())


def has_all_mixes(context: RenderContext) -> bool:
    return all(context.blobs.exists(name) for name in list_mix_blobs(context.request.timeline))


def get_mixes(context: RenderContext, cancel: threading.Event) -> list[Path]:
    """Return the mix of each audio track: the stored one if its content is the same, else a new one, which is stored.

    One is made after the other, in the memory of one. The files from which a further mix is made are removed again: in
    the cloud, memory is the disk.
    """
    tracks = context.request.timeline.list_audio_tracks()
    paths = []
    for number, (track, name) in enumerate(zip(tracks, list_mix_blobs(context.request.timeline), strict=True)):
        path = context.workdir / (f"sound-{number}.m4a" if number else "sound.m4a")
        if context.blobs.exists(name):
            paths.append(context.blobs.fetch(name, path))
        elif number == 0:
            paths.append(_mix(context, track, name, context.workdir, cancel))
        else:
            folder = context.workdir / f"mix-{number}"
            folder.mkdir(exist_ok=True)
            paths.append(_mix(context, track, name, folder, cancel).rename(path))
            shutil.rmtree(folder)
    return paths


def _mix(context: RenderContext, track: Timeline, name: str, folder: Path, cancel: threading.Event) -> Path:
    from gpu_renderer.audio import mixdown
    from gpu_renderer.verify import measurement_cache

    mixed = mixdown.mix_audio(track, context.blobs, folder, cancel)
    measurement_cache.store_audio(context.blobs, name, mixed, cancel)
    return mixed.path
