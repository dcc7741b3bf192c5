"""Upscale images that are too small for the video, each once, before the camera moves over them.

The compositor itself enlarges small images by Lanczos. ``UPSCALE`` selects another upscaler: ffmpeg's zscale
(spline 36), or Real-ESRGAN, which invents detail and needs a graphics card.
"""

import hashlib
import math
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

from gpu_renderer.core import ffmpeg_process
from gpu_renderer.core.ffmpeg_command import finish_command, open_file
from gpu_renderer.image.still import load_image
from sutradhar.domain.core.errors import NotInstalled, RenderError
from sutradhar.domain.video.render_settings import Upscaler
from sutradhar.domain.video.timeline import Clip, MediaRef, Timeline
from sutradhar.ports.stores import BlobStore

_REALESRGAN = "realesrgan-ncnn-vulkan"
_MODEL, _MODEL_SCALE = "realesrgan-x4plus", 4


def check_upscaler(upscaler: Upscaler) -> None:
    """Raise NotInstalled if ``upscaler`` cannot work on this machine."""
    if upscaler == "realesrgan" and shutil.which(_REALESRGAN) is None:
        raise NotInstalled(
            f"the program {_REALESRGAN} (UPSCALE=realesrgan)",
            advice="put it and its models on PATH (github.com/xinntao/Real-ESRGAN), or set UPSCALE=zscale",
        )


def upscale_stills(
    timeline: Timeline, upscaler: Upscaler, blobs: BlobStore, workdir: Path, cancel: threading.Event
) -> Timeline:
    """Return ``timeline`` with a larger file for every still that is smaller than the camera needs.

    Raises:
        NotInstalled: as ``check_upscaler``.
        RenderError: an image could not be enlarged; names the scene.
    """
    if upscaler == "none":
        return timeline
    check_upscaler(upscaler)
    return timeline.evolve(
        clips=tuple(_upscale_still(c, timeline, upscaler, blobs, workdir, cancel) for c in timeline.clips)
    )


def _upscale_still(
    clip: Clip, timeline: Timeline, upscaler: Upscaler, blobs: BlobStore, workdir: Path, cancel: threading.Event
) -> Clip:
    if clip.footage is not None:
        return clip
    path = blobs.fetch(clip.media.blob, workdir / f"small-{clip.media.sha256}")
    image = load_image(path, clip.media.sha256, clip.scene)
    factor = enlargement_factor(clip, timeline, *image.size)
    if factor <= 1:
        return clip
    size = (math.ceil(image.width * factor), math.ceil(image.height * factor))
    record = f"upscaled/{upscaler}-{size[0]}x{size[1]}-{clip.media.sha256}.json"
    if not blobs.exists(record):
        # the upscaler gets the image upright and in sRGB: it reads fewer formats, and no colour profiles
        upright, output = workdir / f"upright-{clip.media.sha256}.png", workdir / f"large-{clip.media.sha256}.png"
        image.save(upright, compress_level=1)
        ffmpeg_process.run(
            upscale_command(upscaler, upright, output, size), stage="picture", cancel=cancel, scene=clip.scene
        )
        upright.unlink()
        if not output.exists():
            raise RenderError(
                f"{upscaler} wrote no image for scene {clip.scene + 1}",
                stage="picture",
                scene=clip.scene,
                advice="set UPSCALE=zscale",
            )
        sha256 = hashlib.sha256(output.read_bytes()).hexdigest()
        blob = record.removesuffix("json") + "png"
        blobs.put_file(blob, output)
        blobs.put(record, MediaRef(blob=blob, sha256=sha256).model_dump_json().encode())
        output.unlink()
    return clip.evolve(media=MediaRef.model_validate_json(blobs.get(record)))


def enlargement_factor(clip: Clip, timeline: Timeline, width: int, height: int) -> float:
    """Return by what factor to enlarge a ``width`` x ``height`` image so that no frame of ``clip`` magnifies it."""
    aspect = timeline.width / timeline.height
    zoom = max(clip.camera.start.zoom, clip.camera.end.zoom, 1.0)
    return timeline.width * zoom / min(width, height * aspect)


def upscale_command(upscaler: Upscaler, path: Path, output: Path, size: tuple[int, int]) -> Sequence[str]:
    """Return the command that enlarges ``path`` to ``output`` (PNG), to ``size`` (width, height).

    Real-ESRGAN ignores ``size``: it enlarges by the factor of its model only.
    """
    if upscaler == "realesrgan":
        program = shutil.which(_REALESRGAN) or _REALESRGAN
        return [program, "-i", str(path), "-o", str(output), "-n", _MODEL, "-s", str(_MODEL_SCALE), "-f", "png"]
    small = open_file(path)
    large = small.filter("format", "gbrp").filter("zscale", w=size[0], h=size[1], filter="spline36")
    sink = large.output(f"file:{output}", vframes=1, format="image2", vcodec="png", pix_fmt="rgb24")
    return finish_command(sink)
