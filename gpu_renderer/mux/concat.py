"""Segments and sound -> the film: stream copy, nothing is encoded again."""

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import ffmpeg as graph

from gpu_renderer.core import ffmpeg_process
from gpu_renderer.core.ffmpeg_command import FILE_PROTOCOLS, finish_command, open_file
from gpu_renderer.mux import subtitles
from gpu_renderer.mux.subtitles import Track
from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.core.errors import RenderError

_PLAYLIST = "segments.txt"


def join_command(sound: Path | None, output: Path, tracks: Sequence[Track] = ()) -> list[str]:
    """Return the command that joins the segments of ``segments.txt``; run it in the folder that holds that list.

    ffmpeg's concat demuxer reads the path of its list as a URL: in a folder called "Goa #1" it finds none of the files
    that the list names. So the command names the list without a folder. It writes the index of the video to the front,
    so that players start at once.
    """
    captions, options = subtitles.streams(tracks)
    picture = graph.input(_PLAYLIST, format="concat", safe=0, protocol_whitelist=FILE_PROTOCOLS)
    streams = [picture["v:0"]]
    if sound is not None:
        streams.append(open_file(sound)["a:0"])
    joined = graph.output(
        *streams,
        *captions,
        str(output),
        c="copy",
        format="mp4",
        map_metadata=-1,
        movflags="+faststart",
        movie_timescale=SAMPLE_RATE,  # exact for frames and samples alike; the usual milliseconds are not
        **options,
    )
    return finish_command(joined)


def join(
    segments: Sequence[Path],
    sound: Path | None,
    output: Path,
    *,
    frames: int,
    workdir: Path,
    cancel: threading.Event,
    tracks: Sequence[Track] = (),
) -> Path:
    """Write ``output`` (.mp4): the segments one after the other, with ``sound`` (AAC) and caption tracks beside them.

    Raises:
        Cancelled, RenderError: also if the result does not have exactly ``frames`` frames.
    """
    lines = []
    for i, path in enumerate(segments):
        link = workdir / f"part-{i:05d}.mp4"  # a name of ours: no path has to be quoted
        link.unlink(missing_ok=True)
        link.symlink_to(path.resolve())
        lines.append(f"file {link.name}\n")
    (workdir / _PLAYLIST).write_text("".join(lines))
    files = [replace(track, path=track.path.resolve()) for track in tracks]
    ffmpeg_process.run(
        join_command(sound and sound.resolve(), output.resolve(), files), stage="join", cancel=cancel, folder=workdir
    )
    counted = count_frames(output, cancel)
    if counted != frames:
        raise RenderError(
            f"the joined video has {counted} frames; the timeline has {frames}",
            stage="join",
            retryable=True,
            advice="a stored segment may be damaged: delete segments/ in the blob store and retry",
        )
    return output


def count_frames(video: Path, cancel: threading.Event | None = None) -> int:
    """Packets of the first video stream, one a frame; reads the index only."""
    found = ffmpeg_process.run(
        [
            ffmpeg_process.program("ffprobe"),
            "-protocol_whitelist",
            FILE_PROTOCOLS,
            "-v",
            "error",
            "-select_streams",
            "v:0",
            "-show_entries",
            "stream=nb_frames",
            "-of",
            "json",
            str(video),
        ],
        stage="join",
        cancel=cancel,
    )
    return int(json.loads(found.stdout)["streams"][0]["nb_frames"])
