"""Run the race: ours first in every slice, then the peers that are asked for, each in a folder of its own."""

import dataclasses
import pickle
import shutil
import statistics
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
    """The race over a video of ``scenes`` × ``scene_sec`` seconds, in slices.

    ``run`` measures costs and keeps the videos in the bench's folder; ``judge`` measures their quality, at any time
    later. The material is kept there as well, so that the slices of several processes share it.
    """

    def __init__(self, bench: Bench, results: Results, scenes: int, scene_sec: float) -> None:
        self._bench, self._results = bench, results
        kept = bench.folder / "material.pickle"
        if kept.exists():
            bench.__dict__["ready"] = pickle.loads(kept.read_bytes())
        else:
            kept.write_bytes(pickle.dumps(bench.ready))
        self._video: Timeline = workload.make_timeline(bench.ready, scenes=scenes, scene_sec=scene_sec)
        folder = bench.scratch("race")
        self._described = describe_video(self._video, bench.store, folder)
        self._reference = Reference(self._video, bench.store, folder)

    @property
    def rows(self) -> dict[str, Row]:
        return self._results.rows

    @property
    def seconds(self) -> float:
        """The length of the video."""
        return self._video.duration_sec

    def run(self, names: Sequence[str], rounds: int, *, alone: bool = False) -> None:
        """Measure the costs of ``names`` and, unless they are to run ``alone``, of ours that they are compared with."""
        opponents = set() if alone else {find_opponent(name) for name in names}
        costs: dict[str, list[Cost]] = {}
        for name in ORDER:
            if name in names or name in opponents:
                costs[name] = self._measure(name, rounds)
        for name in names:
            against = costs.get(find_opponent(name), [])
            self._results.rows[name].against = [cost.wall for cost in against]
        self._results.write(ORDER)

    def _measure(self, name: str, rounds: int) -> list[Cost]:
        """Return the costs of all rounds; none if the racer is missing or fails, which its row says then."""
        peer = PEERS.get(name)
        row = Row(peer.title if peer else OURS[name], versions.find(name), limit=_find_limit(name))
        self._results.rows[name] = row
        if peer and not peer.is_installed:
            row.problem = "not installed"
            return []
        try:
            results = [self._make(name) for _ in range(rounds)]
        except RuntimeError as exc:
            print(f"    {name}: {exc}", flush=True)
            row.problem = "failed: " + str(exc)[-_LAST_CHARS:].replace("\n", " ").replace("|", "/")
            return []
        shutil.copyfile(results[-1][1], self._bench.scratch("videos") / f"{name}.mp4")
        costs = [cost for cost, _ in results]
        row.walls = [cost.wall for cost in costs]
        row.cpu = Spread(tuple(cost.cpu for cost in costs)).median
        row.pss_mb = max(cost.peak_mb for cost in costs)
        print(f"    {name}: {row.wall:.1f} s, {row.cpu:.1f} CPU s, {row.pss_mb:.0f} MB", flush=True)
        return costs

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

    def judge(self, names: Sequence[str] = ORDER) -> None:
        """Measure the quality of the videos of ``names`` and of ours beside them, and compare the walls of all."""
        judged = {*names, *map(find_opponent, names)}
        for name, row in self._results.rows.items():
            video = self._bench.scratch("videos") / f"{name}.mp4"
            if name in judged and row.walls and video.exists():
                self._judge(row, video, has_our_moves=name != "job")
                self._results.write(ORDER)
        for name, row in self._results.rows.items():
            row.ratio = self._compare(name, row)
            print(f"    {row.write()}", flush=True)
        self._results.write(ORDER)

    def _compare(self, name: str, row: Row) -> float | None:
        """Return how many times as long the racer takes as ours for a second of video."""
        opponent = self._results.rows.get(find_opponent(name))
        if row.wall is None or row.seconds is None or opponent is None or opponent.wall is None:
            return None
        against = statistics.median(row.against or opponent.walls)
        return row.wall / row.seconds / (against / self._video.duration_sec)

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
        print(f"    {row.title}: displaced by {quality.displacement:.3f} px", flush=True)


def has_all_peers() -> bool:
    return all(peer.is_installed for peer in PEERS.values())


def find_opponent(name: str) -> str:
    """Return the row of ours that ``name`` is compared with."""
    return PEERS[name].against if name in PEERS else "renderer"


def _find_limit(name: str) -> str:
    return PEERS[name].limit if name in PEERS else "race_job" if name == "job" else ""


def measure_race(bench: Bench, figures: Figures, names: Sequence[str] = (), rounds: int = 1) -> None:
    """Run the race, or its rows ``names``; write race.json, race.md and race.png beside the other figures."""
    race = prepare_race(bench, figures.folder)
    race.run(names or ORDER, rounds)
    finish_race(race, figures, names or ORDER)


def prepare_race(bench: Bench, folder: Path) -> Race:
    """Make the material, or find it in the bench's folder; ``folder`` gets the results and may have earlier ones."""
    scenes, scene_sec = (2, 2.0) if bench.scale.quick else (4, 6.0)
    title = f"The race: a video of {scenes * scene_sec:g} s in 1080p30 ({describe_machine()})"
    results = Results(folder, title)
    results.load()
    own = dataclasses.replace(bench, scale=dataclasses.replace(bench.scale, scenes=scenes))
    return Race(own, results, scenes, scene_sec)


def finish_race(race: Race, figures: Figures, names: Sequence[str] = ORDER) -> None:
    """Judge the videos of ``names``, draw the plot and set the figures."""
    race.judge(names)
    plot.draw(race.rows, race.seconds, figures.folder / "race.png")
    for row in race.rows.values():
        if row.limit and row.ratio is not None:
            figures.set(row.limit, row.ratio)
