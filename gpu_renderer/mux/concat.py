"""Join segments and audio into the video by stream copy; nothing is encoded again."""

import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import ffmpeg as graph

from gpu_renderer.core.ffmpeg_command import FILE_PROTOCOLS, finish_command, open_file
from gpu_renderer.core.ffmpeg_process import NO_CODEC, run
from gpu_renderer.mux.audio_tracks import AudioTrack, list_names, open_audio_tracks
from gpu_renderer.mux.subtitles import SubtitleTrack, open_tracks
from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.core.errors import RenderError

_PLAYLIST = "segments.txt"
_NO_DECODER = {"codec_whitelist": NO_CODEC}
"""ffmpeg decodes the first frame of each file to learn its pixel format, which a copy does not need: 17 ms of CPU for a
segment of 1080p. Without a decoder it writes the same bytes (measured for H.264 and HEVC)."""


def join_command(
    audio: Path | None,
    output: Path,
    tracks: Sequence[SubtitleTrack] = (),
    audio_tracks: Sequence[AudioTrack] = (),
) -> list[str]:
    """Return the command that joins the segments of ``segments.txt``; run it in the folder that holds that list.

    ffmpeg's concat demuxer reads the path of its list as a URL: in a folder called "Goa #1" it finds none of the files
    that the list names. So the command names the list without a folder. It writes the index of the video to the front,
    so that players start at once, and the number of frames to stdout.
    """
    captions, options = open_tracks(tracks)
    playlist = graph.input(_PLAYLIST, format="concat", safe=0, protocol_whitelist=FILE_PROTOCOLS, **_NO_DECODER)
    streams = [playlist["v:0"]]
    if audio is not None:
        streams.append(open_file(audio, **_NO_DECODER)["a:0"])
    further, audio_options = open_audio_tracks(audio_tracks, **_NO_DECODER)
    streams += further
    joined = graph.output(
        *streams,
        *captions,
        str(output),
        c="copy",
        format="mp4",
        map_metadata=-1,
        movflags="+faststart",
        movie_timescale=SAMPLE_RATE,  # exact for frames and samples alike; the usual milliseconds are not
        **audio_options,
        **options,
    )
    command = finish_command(joined.global_args("-progress", "pipe:1"))
    names = [*list_names("a", [one.name for one in audio_tracks]), *list_names("s", [one.name for one in tracks])]
    at = command.index(str(output))
    return [*command[:at], *names, *command[at:]]


def join_segments(
    segments: Sequence[Path],
    audio: Path | None,
    output: Path,
    *,
    frames: int,
    workdir: Path,
    cancel: threading.Event,
    tracks: Sequence[SubtitleTrack] = (),
    audio_tracks: Sequence[AudioTrack] = (),
) -> Path:
    """Write ``output`` (.mp4): the segments one after the other, with ``audio`` (AAC) and the caption tracks.

    Args:
        audio_tracks: several tracks instead of ``audio``, the first of which is the default.

    Raises:
        Cancelled: ``cancel`` was set.
        RenderError: ffmpeg failed, or the result does not have exactly ``frames`` frames.
    """
    lines = []
    for i, path in enumerate(segments):
        link = workdir / f"part-{i:05d}.mp4"  # a name of ours: no path has to be quoted
        link.unlink(missing_ok=True)
        link.symlink_to(path.resolve())
        lines.append(f"file {link.name}\n")
    (workdir / _PLAYLIST).write_text("".join(lines))
    files = [replace(track, path=track.path.resolve()) for track in tracks]
    named = [replace(track, path=track.path.resolve()) for track in audio_tracks]
    command = join_command(audio and audio.resolve(), output.resolve(), files, named)
    count = _read_frame_count(run(command, stage="join", cancel=cancel, folder=workdir).stdout.decode())
    if count != frames:
        raise RenderError(
            f"the joined video has {count} frames; the timeline has {frames}",
            stage="join",
            retryable=True,
            advice="a stored segment may be damaged: delete segments/ in the blob store and retry",
        )
    return output


def _read_frame_count(progress: str) -> int:
    """Return the number of video packets, one for each frame, that ffmpeg reported last."""
    return int(re.findall(r"^frame=\s*(\d+)", progress, re.MULTILINE)[-1])
