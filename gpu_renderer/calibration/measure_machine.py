"""Measure all figures of this machine, one step after another."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from gpu_renderer.calibration.graphics_card import measure_card
from gpu_renderer.calibration.material import FPS, draw_material
from gpu_renderer.calibration.memory import MemoryMonitor
from gpu_renderer.calibration.sampler import Sampler, SampleRequest, measure_together
from gpu_renderer.calibration.stages import FrameCosts
from gpu_renderer.core import ffmpeg_process
from gpu_renderer.encode import encoders
from gpu_renderer.encode.segment_store import choose_worker_count, measure_free_memory_mb
from sutradhar.bootstrap.machine import count_cores
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.plan.choices import RenderMode
from sutradhar.domain.video.render_settings import RendererSettings

_FULL_HD, _HD = (1920, 1080), (1280, 720)
_PROXY_AREA = (_FULL_HD[0] * _FULL_HD[1]) / (_HD[0] * _HD[1])
"""A PROXY has 720p; the figures belong to frames of 1080p."""
_SHORT_FRAMES = 2
"""Frames of each scene of the short video."""
_SCENE_SEC = 6.0
"""The usual length of a scene."""

Step = Callable[[str], None]
"""Called with the name of each step before it begins."""


@dataclass(frozen=True)
class Effort:
    """The size of the measurement."""

    scene_frames: int
    """Frames of each of two scenes."""
    rounds: int
    card_frames: int
    """Frames that each session of the card encodes."""


FULL, QUICK = Effort(scene_frames=60, rounds=2, card_frames=300), Effort(scene_frames=8, rounds=1, card_frames=60)
STEPS = ("images", "one core", "all cores", "proxy", "graphics card")


@dataclass(frozen=True)
class MachineFigures:
    """The measured figures of a machine."""

    alone: FrameCosts
    """FINAL in one process, while all other cores are idle."""
    together: Sequence[FrameCosts]
    """FINAL in as many processes as a render has on this machine."""
    proxy: Sequence[FrameCosts]
    process_start_sec: float
    tree_mb: float
    nvenc_fps: float | None
    no_card: str
    """The reason why ``nvenc_fps`` is None."""

    def to_model_figures(self) -> dict[str, float]:
        """Return the figures of the cost model that were measured, in its units. All cores are busy in a render, so
        those of ``together`` count: two hyperthreads of a core slow each other."""
        figures = {
            "compose_ms": mean(one.compose_ms for one in self.together),
            "final_ms": mean(one.encode_ms for one in self.together),
            "proxy_ms": _PROXY_AREA * mean(one.encode_ms for one in self.proxy),
            "check_ms": mean(one.check_ms for one in self.together),
        }
        if self.nvenc_fps is not None:
            figures["nvenc_fps"] = self.nvenc_fps
        return figures


def measure_machine(settings: RendererSettings, effort: Effort, begin_step: Step) -> MachineFigures:
    """Measure this machine.

    Raises:
        NotInstalled: ffmpeg is missing.
        RenderError: it failed, or a process of the renderer did.
    """
    with tempfile.TemporaryDirectory(prefix="calibrate-") as folder, ExitStack() as stack:
        begin_step(STEPS[0])
        ffmpeg_process.find_program("ffmpeg")
        material = draw_material(Path(folder))

        def measure(samplers: Sequence[Sampler], mode: RenderMode, size: tuple[int, int]) -> list[FrameCosts]:
            samples = measure_together(samplers, request(mode, size))
            usual = material.make_timeline(size, round(_SCENE_SEC * FPS))
            return [sample.compute_frame_costs(usual) for sample in samples]

        def request(mode: RenderMode, size: tuple[int, int]) -> SampleRequest:
            return SampleRequest(
                short=material.make_timeline(size, _SHORT_FRAMES),
                long=material.make_timeline(size, effort.scene_frames),
                sources=material.images,
                profile=encoders.build_profile("libx264", mode, settings),
            )

        begin_step(STEPS[1])
        count = choose_worker_count(
            request("FINAL", _FULL_HD).profile, *_FULL_HD, count_cores(), measure_free_memory_mb()
        )
        with MemoryMonitor() as memory:
            samplers = [stack.enter_context(Sampler())]
            alone = [measure(samplers, "FINAL", _FULL_HD)[0] for _ in range(effort.rounds)]
            begin_step(STEPS[2])
            samplers += [stack.enter_context(Sampler()) for _ in range(count - 1)]
            rounds = effort.rounds if count > 1 else 0  # a single process has been measured
            together = [cost for _ in range(rounds) for cost in measure(samplers, "FINAL", _FULL_HD)] or alone
        begin_step(STEPS[3])
        proxy = measure(samplers, "PROXY", _HD)
        begin_step(STEPS[4])
        nvenc_fps, no_card = None, ""
        try:
            nvenc_fps = measure_card(material, settings, _FULL_HD, effort.card_frames)
        except RenderError as exc:
            no_card = str(exc)
        return MachineFigures(
            alone=min(alone, key=lambda cost: cost.encode_ms),
            together=together,
            proxy=proxy,
            process_start_sec=min(sampler.start_sec for sampler in samplers),
            tree_mb=memory.peak_mb,
            nvenc_fps=nvenc_fps,
            no_card=no_card,
        )
