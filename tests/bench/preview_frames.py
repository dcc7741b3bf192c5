"""Measure how long a caller of `api` waits for a preview frame in 1080p. Writes frames.md and frames.json.

`api` and `frame` run as `sutradhar serve` runs them, on the local backend.
"""

import json
import os
import random
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sutradhar import bootstrap
from sutradhar.config import Settings
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.messages import CheckUpload
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.services import Services
from tests.bench.calls import Callers
from tests.bench.parts_others import describe_machine
from tests.function_server import start_function
from tests.media.ffmpeg import run_ffmpeg

WARM_MS, COLD_MS = 300, 1500
_IMAGES, _CLIP_SEC = 12, 10
_CLIP_SCENE = _IMAGES
_WORDS = "The fox looked up at the grapes, and it thought for a while about the way to them."

Waits = Sequence[float]
"""Milliseconds of calls."""


def measure_preview_frames(folder: Path, *, quick: bool) -> None:
    with TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        with _serve(home) as callers:
            job_id = _make_assets(callers, home, Path(scratch))
        cold: list[float] = []
        others: list[float] = []
        for _ in range(3 if quick else 8):
            shutil.rmtree(home / "blobs" / "frames", ignore_errors=True)
            with _serve(home) as callers:
                cold.append(_time(callers, job_id, "scene=0"))
                others += [_time(callers, job_id, f"scene={scene}") for scene in range(1, 4)]
        with _serve(home) as callers:
            warm = {name: list(waits) for name, waits in _measure_warm(callers, job_id, 20 if quick else 50)}
    warm["the first frame of another scene"] = others
    _write(folder, warm, cold)


def _measure_warm(callers: Callers, job_id: str, count: int) -> Iterator[tuple[str, Iterator[float]]]:
    """Yield the waits for frames of a scene whose files are known; no frame is asked for twice."""
    draw = random.Random(16)
    for scene, name in ((0, "image"), (_CLIP_SCENE, "clip")):
        _time(callers, job_id, f"scene={scene}&at=0")
        times = draw.sample(range(1, 4000), count)
        yield (
            f"another frame, scene with {'an' if name == 'image' else 'a'} {name}",
            (_time(callers, job_id, f"scene={scene}&at={at / 1000}") for at in times),
        )
        yield (
            f"another title, scene with {'an' if name == 'image' else 'a'} {name}",
            (_time_patch(callers, job_id, scene, {"title": f"Title {number}"}) for number in range(count)),
        )
    yield (
        "other words that are spoken",
        (_time_patch(callers, job_id, 0, {"narration": f"{number}. {_WORDS}"}) for number in range(count)),
    )


def _time(callers: Callers, job_id: str, query: str) -> float:
    return _measure(lambda: callers.call(200, "GET", f"/render/{job_id}/frame?{query}"))


def _time_patch(callers: Callers, job_id: str, scene: int, change: Mapping[str, Any]) -> float:
    body = json.dumps({"scene": scene, "at": 2, "patch": {"scenes": [{"index": scene, **change}]}}).encode()
    return _measure(lambda: callers.call(200, "POST", f"/render/{job_id}/frame", body))


def _measure(make_call: Callable[[], bytes]) -> float:
    started = time.perf_counter()
    make_call()
    return 1000 * (time.perf_counter() - started)


@contextmanager
def _serve(home: Path) -> Iterator[Callers]:
    """Start both functions on ``home``; yield a caller of api when both answer."""
    env = {"PATH": os.environ["PATH"], "SUTRADHAR_HOME": str(home), "RATE_LIMIT_PER_MIN": "0"}
    with start_function(env, "frame") as frame:
        frame.wait()
        with start_function({**env, "FRAME_URL": frame.url}, "api") as api:
            api.wait()
            yield Callers(api.port)


def _make_assets(callers: Callers, home: Path, scratch: Path) -> str:
    """Return the id of a job whose assets are made: scenes with images, and one with a clip in 1080p."""
    settings = Settings.from_env({"SUTRADHAR_HOME": str(home)})
    backend = bootstrap.local_backend(settings)
    services = bootstrap.services_on(backend, settings)
    clip = _send_clip(callers, services, scratch / "clip.mp4")
    scenes = [
        {
            "narration": f"{number + 1}. {_WORDS}",
            "image_prompt": f"a fox under a vine, view {number}",
            "title": "Grapes",
        }
        for number in range(_IMAGES)
    ]
    plan = {"scenes": [*scenes, {"clip": {"upload": clip}, "title": "A clip"}], "music": False}
    job_id = str(json.loads(callers.call(202, "POST", "/render", json.dumps(plan).encode()))["job_id"])
    while (job := services.jobs.get(job_id)).state in (JobState.PLANNING, JobState.PRODUCING):
        for message in job.pending_messages():
            handle(services, message)
    backend.close()
    return job_id


def _send_clip(callers: Callers, services: Services, path: Path) -> str:
    run_ffmpeg(
        "-f",
        "lavfi",
        "-i",
        f"testsrc2=s=1920x1080:r=30:d={_CLIP_SEC}",
        "-pix_fmt",
        "yuv420p",
        "-g",
        "30",
        "-preset",
        "ultrafast",
        path,
    )
    data = path.read_bytes()
    body = {"filename": "clip.mp4", "content_type": "video/mp4", "size": len(data)}
    upload_id = str(json.loads(callers.call(201, "POST", "/uploads", json.dumps(body).encode()))["upload_id"])
    callers.call(204, "PUT", f"/uploads/{upload_id}/bytes", data)
    handle(services, CheckUpload(upload_id=upload_id))
    return upload_id


def _find_p95(waits: Waits) -> float:
    return statistics.quantiles(waits, n=20, method="inclusive")[18]


def _write(folder: Path, warm: Mapping[str, Waits], cold: Waits) -> None:
    figures = {name: (statistics.median(waits), _find_p95(waits), WARM_MS) for name, waits in warm.items()}
    figures[f"the first frame after a start, {len(cold)} starts"] = (statistics.median(cold), max(cold), COLD_MS)
    rows = [f"| {name} | {mid:.0f} | {p95:.0f} | ≤ {limit} |" for name, (mid, p95, limit) in figures.items()]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "frames.md").write_text(
        f"# Preview frames in 1080p, as a caller of the API waits for them ({describe_machine()})\n\n"
        "Every frame is another one, so none is kept already. The clip has a key frame a second, as clips of phones\n"
        "have. The worst start stands in place of the 95th percentile. `python -m tests.bench frames` measures all.\n\n"
        "| Milliseconds | median | 95th percentile | limit |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"
    )
    values = {name: {"median_ms": round(mid, 1), "p95_ms": round(p95, 1)} for name, (mid, p95, _) in figures.items()}
    (folder / "frames.json").write_text(json.dumps(values, indent=2) + "\n")
    print((folder / "frames.md").read_text())
