"""Measure how exact the composed frames are before any encoder (jitter, PSNR), how fast they are composed, and their
VMAF after encoding. The reference and the measure of displacement are those of ``reference.py``.
"""

import json
from collections.abc import Iterator

import imageio_ffmpeg
import numpy as np

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.segments import build_segment
from gpu_renderer.image.camera import Box, crop_at
from gpu_renderer.image.compositor import Compositor
from sutradhar.domain.video.timeline import Camera, Pose, Timeline
from tests.bench import measure, workload
from tests.bench.figures import Figures
from tests.bench.reference import PATCH_SIZE, Floats, draw_reference, find_textured_patches, measure_shift, read_luma
from tests.bench.stage import find_sources
from tests.bench.videos import Bench, encoder_arguments

_WIDE, _NEAR = Pose(x=0.5, y=0.5, zoom=1.0), Pose(x=0.5, y=0.44, zoom=1.4)
MOVES = {
    "zoom": Camera(start=_WIDE, end=Pose(x=0.5, y=0.48, zoom=1.15)),
    "pan": Camera(start=Pose(x=0.44, y=0.5, zoom=1.15), end=Pose(x=0.56, y=0.5, zoom=1.15)),
    "push": Camera(start=_WIDE, end=_NEAR),
}
_NOISE = 0.005
"""Pixels; a smaller step back is within the allowed jitter."""
_TAGS = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"


def measure_composition(bench: Bench, figures: Figures) -> None:
    out = bench.scratch("compose")
    paces = []
    for _ in range(bench.scale.rounds):
        bench.stage("compose", bench.cut, out)
        paces.append(json.loads((out / "compose.json").read_text())["fps"])
    spread = measure.Spread(tuple(paces))
    figures.set("compose_fps", spread.median, spread)


def measure_jitter(bench: Bench, figures: Figures) -> None:
    count = 12 if bench.scale.quick else 40
    rms: dict[str, float] = {}
    worst, backward, psnr = 0.0, 0, {}
    for name, camera in MOVES.items():
        timeline = workload.make_timeline(bench.ready, scenes=1, scene_sec=10)
        clip = timeline.clips[0].evolve(camera=camera)
        timeline = timeline.evolve(clips=(clip,), burned_captions=(), captions={}, watermark=None)
        luma = read_luma(bench.store / clip.media.blob)
        size, image_size = (timeline.width, timeline.height), (luma.shape[1], luma.shape[0])
        # from the start, where the camera is slowest and rounding shows most, and at full speed
        jumps, errors = [], []
        for first in (0, timeline.frames // 2):
            shifts = []
            before: Box | None = None
            corners = find_textured_patches(
                draw_reference(luma, crop_at(camera, first, timeline.frames, image_size, size[0] / size[1]), size)
            )
            for n, frame in _draw_frames(bench, timeline, first, first + count // 2):
                shown = crop_at(camera, n, timeline.frames, image_size, size[0] / size[1])
                ideal = draw_reference(luma, shown, size)
                shifts.append([measure_shift(frame, ideal, corner) for corner in corners])
                if (n - first) % 4 == 0:
                    errors.append(float(np.mean((np.clip(ideal, 0, 255) - frame) ** 2)))
                if before is not None:
                    backward += _count_backward_steps(np.array(shifts[-2:]), corners, before, shown)
                before = shown
            jumps.append(np.linalg.norm(np.diff(np.array(shifts), axis=0), axis=2))
        values = np.concatenate(jumps)
        rms[name] = float(np.sqrt(np.mean(values**2)))
        worst = max(worst, float(values.max()))
        psnr[name] = float(10 * np.log10(255**2 / np.mean(errors)))
    figures.set("jitter_rms_px", max(rms.values()), ", ".join(f"{name} {value:.5f}" for name, value in rms.items()))
    figures.set("jitter_worst_px", worst)
    figures.set("jitter_backward", backward)
    figures.set("psnr_y_db", min(psnr.values()), ", ".join(f"{name} {value:.2f}" for name, value in psnr.items()))


def _draw_frames(bench: Bench, timeline: Timeline, first: int, last: int) -> Iterator[tuple[int, Floats]]:
    """Yield number and luma of the composed frames."""
    part = build_segment(timeline, first, last)
    frame = Frame(timeline.width, timeline.height)
    with Compositor(timeline.width, timeline.height).open(part, find_sources(part, bench.store)) as draw:
        for n in range(part.frames):
            draw(n, frame)
            yield first + n, frame.planes[0].astype(np.float64)


def _count_backward_steps(shifts: Floats, corners: list[tuple[int, int]], before: Box, after: Box) -> int:
    """Return how many patches moved back by more than noise between two frames. ``shifts`` (2, patches, 2)."""
    moved = shifts[1] - shifts[0]
    count = 0
    for (x, y), extra in zip(corners, moved, strict=True):
        here = np.array([x + PATCH_SIZE / 2, y + PATCH_SIZE / 2])
        # the place in the frame before of what is here now
        point = np.array([after.left, after.top]) + here * after.width / 1920
        previous = (point - np.array([before.left, before.top])) * 1920 / before.width
        step = here - previous
        direction = step / max(float(np.linalg.norm(step)), 1e-9)
        count += int(direction @ (step + extra) < -_NOISE)
    return count


def measure_vmaf(bench: Bench, figures: Figures) -> None:
    """Compare FINAL as it comes with x264's presets on the raw frames of the cut; one thread, like segments."""
    points: dict[str, dict[str, str]] = {"FINAL as it comes": encoder_arguments()}
    for preset, crf in (("superfast", "18"), ("veryfast", "18"), ("faster", "18"), ("medium", "18")):
        plain = {
            key: value
            for key, value in encoder_arguments(preset).items()
            if key not in ("x264-params", "maxrate", "bufsize")
        }
        points[f"{preset} CRF {crf}"] = {**plain, "crf": crf}
    if bench.scale.quick:
        points = {name: points[name] for name in ("FINAL as it comes", "faster CRF 18")}
    values = {}
    for name, options in points.items():
        values[name] = _score(bench, options)
        figures.front.append((name, *values[name]))
        print(f"    {name}: VMAF {values[name][0]:.2f}, {values[name][1]:.1f} CPU s", flush=True)
    ours, other = values["FINAL as it comes"], values["faster CRF 18"]
    figures.set("vmaf_default", ours[0])
    figures.set("vmaf_cpu_vs_faster18", ours[1] / other[1], f"{ours[1]:.1f} against {other[1]:.1f} s")


def _score(bench: Bench, options: dict[str, str]) -> tuple[float, float]:
    """Encode both halves of the raw frames with ``options``; return their mean VMAF and the CPU seconds."""
    frames = min(bench.cut.frames // 2, 180)
    output, log = bench.scratch("vmaf") / "encoded.mp4", bench.scratch("vmaf") / "vmaf.json"
    chosen = [part for key, value in options.items() for part in (f"-{key}", value)]
    ffmpeg, size = ["-v", "error", "-nostdin"], f"{bench.cut.width}x{bench.cut.height}"
    # in step by frame number, since the two files count time in different units; tagged alike, or ffmpeg would
    # convert one to the other's colour matrix and the score would be 10 too low
    same = f"settb=1/{workload.FPS},setpts=N,{_TAGS}"
    graph = f"[0:v]{same}[a];[1:v]trim=end_frame={frames},{same}[b];"
    graph += f"[a][b]libvmaf=n_threads=2:log_path={log}:log_fmt=json"
    scores, cpu = [], 0.0
    for half in range(2):
        source = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-framerate", str(workload.FPS)]
        source += ["-i", str(bench.raw / f"{half}.yuv")]
        command = ["ffmpeg", *ffmpeg, "-y", *source, "-frames:v", str(frames), *chosen, str(output)]
        cpu += measure.run(command).cpu
        compare = [imageio_ffmpeg.get_ffmpeg_exe(), *ffmpeg, "-i", str(output), *source, "-lavfi", graph]
        measure.run([*compare, "-f", "null", "-"], log=bench.folder / "vmaf.log")
        result = json.loads(log.read_text())
        if len(result["frames"]) != frames:
            raise RuntimeError(f"VMAF compared {len(result['frames'])} frames, not {frames}")
        scores.append(result["pooled_metrics"]["vmaf"]["mean"])
    return float(np.mean(scores)), cpu
