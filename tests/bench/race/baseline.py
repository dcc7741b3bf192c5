"""Compare FINAL with that of an earlier build, checked out beside this one, in alternation on the same workload.

The earlier build runs with this environment's packages, whose versions it pins as well, from a worktree of its own.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.bench import measure, workload
from tests.bench.figures import Figures
from tests.bench.measure import Cost, Spread, compare_rounds
from tests.bench.race.ours import empty_cache, render_timeline
from tests.bench.race.quality import Reference
from tests.bench.videos import Bench, make_environment

COMMIT = "0550582"
_ROOT = Path(__file__).parents[3]
_REQUEST = "bench/request.json"
# in the words of that build
_PROGRAM = f"""
import sys
from pathlib import Path
from tests.bench import workload
home, scenes, scene_sec = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
ready = workload.prepare(home, scenes)
request = workload.request(workload.film(ready, scenes=scenes, scene_sec=scene_sec), "FINAL", "baseline")
ready.blobs.put("{_REQUEST}", request.model_dump_json().encode())
print(request.summary_blob)
"""


class EarlierBuild:
    """A worktree of ``COMMIT`` in ``folder``, with the workload in a home of its own."""

    def __init__(self, folder: Path, scenes: int, scene_sec: float) -> None:
        self._folder, self._tree, self._home = folder, folder / "tree", folder / "home"
        subprocess.run(["git", "-C", str(_ROOT), "worktree", "prune"], check=True)
        argv = ["git", "-C", str(_ROOT), "worktree", "add", "-q", "--detach", str(self._tree), COMMIT]
        subprocess.run(argv, check=True)
        program = [sys.executable, "-c", _PROGRAM, str(self._home), str(scenes), str(scene_sec)]
        env = {**os.environ, **self._paths}
        done = subprocess.run(program, cwd=self._tree, env=env, capture_output=True, text=True, check=True)
        self._summary = self._home / "blobs" / done.stdout.split()[-1]

    @property
    def _paths(self) -> dict[str, str]:
        return {"PYTHONPATH": f"{self._tree}:{self._tree / 'shared'}"}

    def render(self) -> tuple[Cost, Path]:
        """Render the workload into an empty cache; return the cost and the video."""
        store = self._home / "blobs"
        empty_cache(store)
        program = ["env", "-C", str(self._tree), *measure.module("gpu_renderer")]
        env = make_environment(self._home, _REQUEST, self._folder / "work", "baseline")
        cost = measure.run(program, env={**env, **self._paths}, log=self._folder / "render.log")
        return cost, store / json.loads(self._summary.read_text())["video"]["blob"]

    def remove(self) -> None:
        argv = ["git", "-C", str(_ROOT), "worktree", "remove", "--force", str(self._tree)]
        subprocess.run(argv, check=True)


def measure_against_baseline(bench: Bench, figures: Figures) -> None:
    """Render the workload with both builds, round after round; then compare their VMAF."""
    scale = bench.scale
    scenes, scene_sec = scale.scenes, scale.scene_sec
    rounds = min(scale.rounds, 2)
    earlier = EarlierBuild(bench.scratch("baseline"), scenes, scene_sec)
    try:
        theirs, ours = [], []
        for _ in range(rounds):
            theirs.append(earlier.render())
            ours.append(render_timeline(bench, bench.video))
        wall = compare_rounds([cost.wall for cost, _ in ours], [cost.wall for cost, _ in theirs])
        cpu = compare_rounds([cost.cpu for cost, _ in ours], [cost.cpu for cost, _ in theirs])
        reference = Reference(bench.video, bench.store, bench.scratch("ideal"))
        files = (ours[-1][1], theirs[-1][1])
        now, before = (reference.measure(path).vmaf for path in files)
        sizes = [path.stat().st_size / 1e6 for path in files]
    finally:
        earlier.remove()
    walls = [Spread(tuple(cost.wall for cost, _ in each)).median for each in (ours, theirs)]
    cpus = [Spread(tuple(cost.cpu for cost, _ in each)).median for each in (ours, theirs)]
    figures.set("baseline_wall", wall.median, f"{walls[0]:.1f} against {walls[1]:.1f} s; {wall}")
    figures.set("baseline_cpu", cpu.median, f"{cpus[0]:.1f} against {cpus[1]:.1f} s; {cpu}")
    figures.set("baseline_vmaf", now - before, f"{now:.2f} against {before:.2f}")
    figures.set("baseline_size", sizes[0] / sizes[1], f"{sizes[0]:.2f} against {sizes[1]:.2f} MB")
    seconds = bench.video.frames / workload.FPS
    figures.note(
        f"The build of commit {COMMIT} rendered the first {scenes} scenes, {seconds:g} s, in alternation with ours."
    )
