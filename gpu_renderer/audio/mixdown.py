"""Mix the audio of a video, encode it as AAC, and measure it until it is as loud as promised."""

import threading
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from gpu_renderer.audio import audio_meter
from gpu_renderer.audio.audio_meter import SILENT_LUFS, AudioMeasurement
from gpu_renderer.audio.mixer import CEILING, Mixer
from gpu_renderer.core.ffmpeg_command import finish_command, open_stdin
from gpu_renderer.core.ffmpeg_process import Process
from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.quality_gate import LOUDNESS_LUFS as LOUDNESS
from sutradhar.domain.video.timeline import Timeline
from sutradhar.ports.stores import BlobStore

LOUDNESS_TOLERANCE = 0.5
"""LU by which the measured loudness may differ from the target."""
TRUE_PEAK = -1.0
"""dBTP, measured after AAC."""

_DISK_ADVICE = "check that the work directory can be written to and has free space, then retry"


class MixedAudio(NamedTuple):
    """The audio of a video as a file, and its measurements."""

    path: Path
    """An .m4a file: AAC-LC 192k, 48 kHz, stereo."""
    measurement: AudioMeasurement
    """Measurement of the encoded file."""
    planned_lufs: float
    """Loudness in LUFS that the levels of the sources predict."""


def meets_target(measurement: AudioMeasurement) -> bool:
    """Return whether loudness and true peak are as promised; audio without a loudness need only keep the peak."""
    # audio that is too short or too quiet has no loudness to correct
    lufs = measurement.integrated_lufs
    error = abs(lufs - LOUDNESS) if lufs > SILENT_LUFS else 0.0
    return error <= LOUDNESS_TOLERANCE and measurement.true_peak_dbtp <= TRUE_PEAK


def mix_audio(timeline: Timeline, blobs: BlobStore, workdir: Path, cancel: threading.Event) -> MixedAudio:
    """Mix the audio of the whole video into ``workdir``/sound.m4a, ``timeline.samples`` long.

    If it does not meet the target, target and ceiling are corrected and it is encoded once more, with a song twice: AAC
    raises the peaks of drums by an amount that changes with the ceiling. A copy of the stream
    into a video keeps the exact length only with ``-movie_timescale 48000``.

    Raises:
        Cancelled: ``cancel`` was set.
        RenderError: stage ``sound``: a narration (``scene`` says which), an effect or the music cannot be used, or
            ffmpeg failed; stage ``disk``: a file could not be written.
    """
    path = workdir / "sound.m4a"
    try:
        with ExitStack() as opened:
            mixer = Mixer(timeline, blobs, workdir, cancel, opened)
            target, ceiling = LOUDNESS, CEILING
            planned: float | None = None
            measurement: AudioMeasurement | None = None
            for _ in range(3 if timeline.song else 2):
                before = mixer.loudness, mixer.ceiling
                mixer.level(target, ceiling)
                if (mixer.loudness, mixer.ceiling) == before:
                    break  # the sources allow no more: the same mix again
                planned = mixer.loudness if planned is None else planned
                _encode(mixer, path)
                measurement = audio_meter.measure_audio(path, timeline.samples / SAMPLE_RATE, cancel)
                if meets_target(measurement):
                    break
                if measurement.integrated_lufs > SILENT_LUFS:
                    # AAC changes the loudness by tenths of a dB; a larger error comes from the limiter
                    target += min(max(LOUDNESS - measurement.integrated_lufs, -1.0), 1.0)
                ceiling -= max(measurement.true_peak_dbtp - TRUE_PEAK + 0.2, 0.0)
    except OSError as exc:
        raise RenderError(
            f"cannot read or write a file of the audio: {exc}", stage="disk", advice=_DISK_ADVICE
        ) from exc
    assert planned is not None
    assert measurement is not None
    return MixedAudio(path, measurement, max(planned, SILENT_LUFS))


def encode_command(path: Path) -> list[str]:
    """Return the ffmpeg command that encodes raw 32-bit float stereo from stdin to an .m4a.

    The same samples give the same bytes.
    """
    graph = open_stdin(f="f32le", ar=SAMPLE_RATE, ac=2).output(
        f"file:{path}",
        acodec="aac",
        audio_bitrate="192k",
        # the edit list counts in the file's time scale; in milliseconds, the default, it would round the length
        movie_timescale=SAMPLE_RATE,
        fflags="+bitexact",
        map_metadata=-1,
        f="ipod",
        **{"flags:a": "+bitexact"},
    )
    return finish_command(graph)


def _encode(mixer: Mixer, path: Path) -> None:
    with Process(encode_command(path), stage="sound", pipe=True) as process:
        try:
            for block in mixer.blocks():
                process.stdin.write(block.astype("<f4").tobytes())
            process.stdin.close()
        except BrokenPipeError:
            pass  # ffmpeg has ended; finish says why
        try:
            process.finish(mixer.cancel)
        except RenderError as exc:
            raise RenderError.from_detail(exc.detail.evolve(advice=exc.advice or _DISK_ADVICE)) from exc
