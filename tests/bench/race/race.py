"""Run the race: ours first in every slice, then the peers that are asked for, each in a folder of its own."""

import dataclasses
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sutradhar.domain.video.timeline import Timeline
from tests.bench import measure, workload
from tests.bench.figures import Figures
from tests.bench.measure import Cost, Spread
from tests.bench.parts_others import describe_machine
from tests.bench.race import ours, plot, versions
from tests.bench.race.description import describe_video
from tests.bench.race.peers import PEERS, Entry
from tests.bench.race.quality import Reference, measure_loudness, probe
from tests.bench.race.results import Results, Row
from tests.bench.videos import Bench

OURS = {
    "renderer": "ours, the renderer, FINAL as it comes",
    "job": "ours, the whole job",
    "renderer_medium": "ours, the renderer, medium CRF 18",
}
ORDER = ["renderer", "job", "zoompan_same", "zoompan_default", "renderer_medium", "zoompan_medium"]
ORDER += [name for name in PEERS if name not in ORDER]
_LAST_CHARS = 160


class Race:
    """One slice of the race, with a video of ``scenes`` × ``scene_sec`` seconds."""

    def __init__(self, bench: Bench, results: Results, scenes: int, scene_sec: float) -> None:
        self._bench, self._results = bench, results
        self._video: Timeline = workload.make_timeline(bench.ready, scenes=scenes, scene_sec=scene_sec)
        folder = bench.scratch("race")
        self._described = describe_video(self._video, bench.store, folder)
        self._reference = Reference(self._video, bench.store, folder)
        self._walls: dict[str, float] = {}

    def run(self, names: Sequence[str], rounds: int) -> None:
        """Measure the rows ``names``, and ours that they are compared with."""
        self._walls.clear()
        for name in ORDER:
            needed = name in names or any(PEERS[n].against == name for n in names if n in PEERS)
            if name == "renderer" or needed:
                self._measure(name, rounds)
                self._results.write(ORDER)

    def _measure(self, name: str, rounds: int) -> None:
        peer = PEERS.get(name)
        row = Row(
            peer.title if peer else OURS[name],
            versions.find(name),
            limit=peer.limit if peer else "race_job" if name == "job" else "",
        )
        self._results.rows[name] = row
        if peer and not peer.is_installed:
            row.problem = "not installed"
            return
        try:
            results = [self._make(name) for _ in range(rounds)]
        except RuntimeError as exc:
            print(f"    {name}: {exc}", flush=True)
            row.problem = "failed: " + str(exc)[-_LAST_CHARS:].replace("\n", " ").replace("|", "/")
            return
        row.walls = [cost.wall for cost, _ in results]
        self._walls[name] = Spread(tuple(row.walls)).median
        row.cpu = Spread(tuple(cost.cpu for cost, _ in results)).median
        row.pss_mb = max(cost.peak_mb for cost, _ in results)
        self._judge(row, results[-1][1], has_our_moves=name != "job")
        assert row.seconds is not None
        against = self._walls[peer.against if peer else "renderer"]
        row.ratio = self._walls[name] / row.seconds / (against / self._video.duration_sec)
        print(f"    {row.write()}", flush=True)

    def _make(self, name: str) -> tuple[Cost, Path]:
        if name == "job":
            return ours.make_job(self._bench, self._video)
        if name in OURS:
            env = {"PRESET": "medium", "CQ": "18"} if name == "renderer_medium" else None
            return ours.render_timeline(self._bench, self._video, env)
        folder = Path(tempfile.mkdtemp(dir=self._bench.folder, prefix=f"{name}-"))
        entry = Entry(self._video, self._described, self._bench.store, folder)
        cost = measure.run(PEERS[name].build(entry), log=folder / "log.txt")
        if not entry.output.exists():
            raise RuntimeError(f"{name} made no video: {(folder / 'log.txt').read_text(errors='replace')[-600:]}")
        return cost, entry.output

    def _judge(self, row: Row, video: Path, *, has_our_moves: bool) -> None:
        frames, row.tags = probe(video)
        row.seconds, row.file_mb = frames / self._video.fps, video.stat().st_size / 1e6
        row.lufs = measure_loudness(video)
        if not has_our_moves:
            return
        if frames != self._video.frames:
            row.tags += f"; {frames} frames instead of {self._video.frames}"
        quality = self._reference.measure(video)
        row.vmaf, row.jitter = quality.vmaf, quality.jitter
        print(f"    displaced by {quality.displacement:.3f} px", flush=True)


def measure_race(bench: Bench, figures: Figures, names: Sequence[str] = (), rounds: int = 1) -> None:
    """Run the race, or its rows ``names``; write race.json, race.md and race.png beside the other figures."""
    scenes, scene_sec = (2, 2.0) if bench.scale.quick else (4, 6.0)
    title = f"The race: a video of {scenes * scene_sec:g} s in 1080p30 ({describe_machine()})"
    results = Results(figures.folder, title)
    results.load()
    own = dataclasses.replace(bench, scale=dataclasses.replace(bench.scale, scenes=scenes))
    Race(own, results, scenes, scene_sec).run(names or ORDER, rounds)
    plot.draw(results.rows, scenes * scene_sec, figures.folder / "race.png")
    for row in results.rows.values():
        if row.limit and row.ratio is not None:
            figures.set(row.limit, row.ratio)
