"""Render whole videos of the workload by ``python -m gpu_renderer``, as a task of the Cloud Run job does."""

import hashlib
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gpu_renderer.encode import encoders
from sutradhar.domain.plan.choices import RenderMode
from sutradhar.domain.video.render_request import RenderRequest, RenderSummary
from sutradhar.domain.video.render_settings import RendererSettings
from sutradhar.domain.video.timeline import Timeline
from tests.bench import measure, workload
from tests.bench.measure import Cost
from tests.bench.stage import StageRequest

_ENVIRONMENT = {"ENCODER": "libx264", "FAST_PATH": "0"}
_OURS = ("CQ", "PRESET", "GOP", "VBR_TARGET", "MAXRATE", "BUFSIZE", "RENDER_MODE", "TARGET_RES", "FPS", "PARENT_FD")


@dataclass(frozen=True)
class Scale:
    """The part of the workload that is run."""

    quick: bool
    scenes: int
    scene_sec: float
    cut_scenes: int
    cut_sec: float
    """The cut goes to the raw files: a raw video of 120 s would take 11 GB."""
    rounds: int
    short_sec: float
    """Seconds of each of two scenes, for MoviePy."""
    memory_min: tuple[float, float, float]
    uhd_sec: float


FULL = Scale(False, 10, 12, 2, 12, 3, 2, (1, 5, 10), 3)
QUICK = Scale(True, 3, 4, 2, 2, 1, 0.8, (0.1, 0.15, 0.2), 1)


@dataclass(frozen=True)
class Rendered:
    cost: Cost
    summary: RenderSummary | None
    """None: the task was one of several and did not complete the video."""


@dataclass
class Bench:
    """The material and programs of every part. ``folder`` is scratch, ``home`` below it is the local backend's."""

    scale: Scale
    folder: Path

    def __post_init__(self) -> None:
        self.home = self.folder / "home"
        self.store = self.home / "blobs"
        self._count = 0

    @cached_property
    def ready(self) -> workload.Material:
        return workload.prepare(self.home, self.scale.scenes)

    @cached_property
    def video(self) -> Timeline:
        return workload.make_timeline(self.ready, scenes=self.scale.scenes, scene_sec=self.scale.scene_sec)

    @cached_property
    def cut(self) -> Timeline:
        return workload.make_timeline(self.ready, scenes=self.scale.cut_scenes, scene_sec=self.scale.cut_sec)

    @cached_property
    def first(self) -> Rendered:
        """Render the whole video, FINAL as it comes, into an empty cache."""
        return self.render(self.request(self.video))

    @cached_property
    def raw(self) -> Path:
        """Make a folder with the composed frames of the cut: 0.yuv, 1.yuv."""
        folder = self.folder / "raw"
        folder.mkdir()
        self.stage("dump", self.cut, folder)
        return folder

    def request(self, timeline: Timeline, mode: RenderMode = "FINAL") -> RenderRequest:
        self._count += 1
        return workload.make_request(timeline, mode, f"bench-{self._count}")

    def render(self, request: RenderRequest, env: dict[str, str] | None = None) -> Rendered:
        """Render ``request``.

        Raises:
            RuntimeError: the render failed.
        """
        name = f"{request.prefix}/request.json"
        self.ready.blobs.put(name, request.to_record().encode())
        log = self.folder / "render.log"
        cost = measure.run(
            measure.module("gpu_renderer"),
            env={**make_environment(self.home, name, self.folder / "work", request.render_id), **(env or {})},
            log=log,
        )
        if not self.ready.blobs.exists(request.summary_blob):
            if env and int(env.get("CLOUD_RUN_TASK_COUNT", "1")) > 1:
                return Rendered(cost, None)
            raise RuntimeError(f"the render failed: {log.read_text(errors='replace')[-2000:]}")
        summary = RenderSummary.from_record(self.ready.blobs.get(request.summary_blob))
        if broken := [f for f in summary.check_results if not f.ok]:
            print(f"    the quality gate refuses the video: {broken}", flush=True)
        return Rendered(cost, summary)

    def stage(self, name: str, timeline: Timeline, out: Path, settings: RendererSettings | None = None) -> Cost:
        """Run one stage alone in a process of its own; see ``stage.py``."""
        request_file = self.folder / f"request-{name}.json"
        request_file.write_text(
            StageRequest(
                timeline=timeline, store=self.store, out=out, settings=settings or RendererSettings()
            ).model_dump_json()
        )
        return measure.run(measure.module("tests.bench.stage", name, request_file), log=self.folder / "stage.log")

    def scratch(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return folder


def make_environment(home: Path, request: str, work: Path, render_id: str) -> dict[str, str]:
    """Return the environment of a renderer's task that makes ``request``, a blob of ``home``, with the defaults."""
    return {
        **dict.fromkeys(_OURS, ""),
        **_ENVIRONMENT,
        "SUTRADHAR_HOME": str(home),
        "RENDER_REQUEST": request,
        "TMP_WORKDIR": str(work),
        "CLOUD_RUN_EXECUTION": render_id,
    }


def encoder_arguments(preset: str | None = None, cq: int = 18) -> dict[str, str]:
    """Return ffmpeg's options for FINAL, as it comes or with another preset of x264."""
    profile = encoders.build_profile("libx264", "FINAL", RendererSettings(preset=preset, cq=cq))
    return dict(profile.options(workload.FPS))


def hash_frames(video: Path) -> str:
    """Return the sha256 of all decoded frames."""
    argv = ["ffmpeg", "-v", "error", "-i", str(video), "-map", "0:v:0", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        digest = hashlib.sha256()
        while block := process.stdout.read(1 << 20):
            digest.update(block)
    if process.returncode:
        raise RuntimeError(f"{video} cannot be decoded")
    return digest.hexdigest()
