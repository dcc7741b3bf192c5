"""Choose how segments are encoded: profiles, the command (pure), and a probe of the encoders of this machine."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gpu_renderer.core import ffmpeg_process
from gpu_renderer.core.ffmpeg_command import finish_command, open_stdin
from gpu_renderer.encode.x264_options import choose_x264_options
from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.plan.choices import Codec, RenderMode
from sutradhar.domain.video.render_settings import RendererSettings

_PROXY_STEP = 5
"""Steps of CQ by which a PROXY of NVENC is coarser than the final video."""

_FULL_HD_PIXELS = 1920 * 1080
_NO_CARD = ("Cannot load libcuda", "Cannot load nvcuda", "no CUDA-capable device", "No capable devices found")
"""Parts of ffmpeg's messages on a machine without a graphics card for NVENC."""

Options = tuple[tuple[str, str], ...]


_COLOURS = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv"}
"""All four fields, or players guess BT.601 for small videos."""


@dataclass(frozen=True)
class Profile:
    """An encoder and its quality. All segments of a video have the same profile."""

    codec: Codec
    quality: Options
    """Options of ``codec`` that set quality and speed."""
    gop: int | None = None
    """Frames from one keyframe to the next at most; None: one keyframe for each segment."""

    def options(self, fps: int) -> dict[str, str]:
        """Return all options that shape the encoded stream; they are part of a segment's key."""
        return {
            "c:v": self.codec,
            **dict(self.quality),
            "pix_fmt": "yuv420p",
            "g": str(self.gop or fps * 8),  # segments are shorter than that: one closed group of pictures each
            "flags": "+cgop",
            **_COLOURS,
            "video_track_timescale": str(fps * 512),
            # lengths in whole samples; in the usual milliseconds a joined video drifts by a tick for each segment
            "movie_timescale": str(SAMPLE_RATE),
            # one thread each, since several segments are encoded at once: that costs 7 % less than x264's own frame
            # threads, and gives the same bytes on every machine
            **({"threads": "1"} if self.codec == "libx264" else {}),
        }

    def arguments(self, fps: int) -> tuple[str, ...]:
        """Return ``options`` as they stand in ``encode_command``."""
        return tuple(part for name, value in sorted(self.options(fps).items()) for part in (f"-{name}", value))


@dataclass(frozen=True)
class EncoderSelection:
    """The profile that works on this machine, the requested encoder, and the reason for the choice."""

    profile: Profile
    requested: str
    reason: str


def build_profile(
    codec: Codec, mode: RenderMode, settings: RendererSettings, *, pixels: int = _FULL_HD_PIXELS
) -> Profile:
    """Return the profile of ``codec`` for ``mode`` and frames of ``pixels``: FINAL follows ``settings``, PROXY is
    quicker and coarser."""
    chosen = settings.preset if settings.preset and _has_preset(codec, settings.preset) else None
    if codec == "libx264":
        quality = choose_x264_options(mode, chosen, settings.cq, pixels)
    else:
        cq = min(settings.cq + (_PROXY_STEP if mode == "PROXY" else 0), 51)
        quality = _choose_nvenc_options(codec, mode, chosen or ("p2" if mode == "PROXY" else "p6"), cq)
    if mode == "FINAL":
        quality |= {"maxrate": settings.maxrate, "bufsize": settings.bufsize}
        if codec != "libx264":
            quality["b:v"] = settings.vbr_target
    return Profile(codec, tuple(quality.items()), settings.gop)


def _has_preset(codec: Codec, name: str) -> bool:
    """Return whether ``name`` is a preset of ``codec``. NVENC's are p1 to p7, and ffmpeg 9 knows no others."""
    return (codec == "libx264") != (name[0] == "p" and name[1:].isdigit())


def _choose_nvenc_options(codec: Codec, mode: RenderMode, preset: str, cq: int) -> dict[str, str]:
    """Return options of Debian's ffmpeg 5.1 (``ffmpeg -h encoder=h264_nvenc``), which newer versions have too."""
    quality = {
        "preset": preset,
        "tune": "hq",
        "profile:v": "high" if codec == "h264_nvenc" else "main",
        "rc": "vbr",
        "cq": str(cq),
        "b:v": "0",  # with cq: as many bits as the quality needs
        "forced-idr": "1",
    }
    if mode == "FINAL":
        quality |= {
            "multipass": "qres",
            "spatial-aq": "1",
            "temporal-aq": "1",
            "rc-lookahead": "20",
            "bf": "3",
            "b_ref_mode": "middle",
        }
    if codec == "hevc_nvenc":
        quality["tag:v"] = "hvc1"  # the only HEVC that Apple's players open
    return quality


def encode_command(profile: Profile, *, width: int, height: int, fps: int, output: Path) -> list[str]:
    """Return the command that reads raw yuv420p frames from stdin and writes one segment (.mp4) to ``output``.

    The frames are tagged as well: ffmpeg 9 takes untagged ones for BT.601 and converts them to the output's matrix.
    """
    frames = open_stdin(format="rawvideo", pix_fmt="yuv420p", s=f"{width}x{height}", framerate=fps, **_COLOURS)
    return finish_command(frames.output(str(output), format="mp4", **profile.options(fps)))


def list_candidates(settings: RendererSettings) -> Sequence[Codec]:
    """Return the encoders to try, in this order; the last one needs no hardware."""
    match settings.encoder:
        case "auto":
            return ("h264_nvenc", "libx264") if settings.fast_path else ("libx264",)
        case "libx264":
            return ("libx264",)
        case hardware:
            return (hardware, "libx264")


_refusals: dict[tuple[str, ...], str] = {}
"""The reasons why encoders do not work on this machine, by their arguments."""


def select_encoder(
    settings: RendererSettings, mode: RenderMode, *, width: int, height: int, fps: int, workdir: Path
) -> EncoderSelection:
    """Return the first of ``list_candidates`` that encodes a frame on this machine.

    libx264 is not tried here: when no segment is missing it is not needed, and otherwise ``probe_encoder`` says what is
    wrong.
    """
    reasons: list[str] = []
    for codec in list_candidates(settings):
        profile = build_profile(codec, mode, settings, pixels=width * height)
        key = (*profile.arguments(fps), f"{width}x{height}")
        if codec != "libx264" and key not in _refusals:
            try:
                probe_encoder(profile, width=width, height=height, fps=fps, workdir=workdir)
            except RenderError as exc:
                _refusals[key] = str(exc)
        if codec == "libx264" or not _refusals.get(key):
            break
        reasons.append(_refusals[key])
    reason = "as asked" if settings.encoder == codec else "the first that works here"
    return EncoderSelection(profile, settings.encoder, "; ".join(reasons) or reason)


def explain_refusal(stderr: str) -> str:
    """Return why an encoder does not work: in our words where the reason is known, else ffmpeg's own message."""
    if any(words in stderr for words in _NO_CARD):
        return "this machine has no NVIDIA graphics card, or its driver is missing"
    return re.sub(r"\[(\w+) @ 0x[0-9a-f]+\]", r"\1:", stderr)


def probe_encoder(profile: Profile, *, width: int, height: int, fps: int, workdir: Path) -> None:
    """Encode one black frame with the arguments of the video: that ffmpeg lists an encoder does not mean that it works.

    Raises:
        RenderError: the encoder failed; the error has ffmpeg's message.
    """
    output = workdir / "probe.mp4"
    black = b"\x10" * (width * height) + b"\x80" * (width * height // 2)
    try:
        with ffmpeg_process.Process(
            encode_command(profile, width=width, height=height, fps=fps, output=output), stage="picture", pipe=True
        ) as process:
            try:
                process.stdin.write(black)
                process.stdin.close()
            except BrokenPipeError:
                pass  # ffmpeg ended before the frame; finish() raises its error
            process.finish()
    except RenderError as exc:
        raise RenderError(
            f"{profile.codec} does not work here: {explain_refusal(str(exc))}",
            stage="picture",
            advice="install an ffmpeg with libx264 (Debian and Ubuntu: apt-get install ffmpeg)",
        ) from exc
    finally:
        output.unlink(missing_ok=True)
