"""Keep the results of the race in race.json, and write them as a table, race.md. A later run replaces only the rows
that it measures, so the race can be run in slices."""

import json
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.bench.figures import FIGURES

_HEAD = (
    "| | wall s | × ours | to reach | CPU s | PSS MB | file MB | jitter px RMS | VMAF | LUFS | colour tags |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
)
_NOTES = """
`make race`, or `python -m tests.bench.race [--only NAME ...]` after `.ci/setup race`. One video: 4 photo-like stills
with slow eased zooms and pans, crossfades of 0.5 s, captions, watermark, voices and music, 1080p30. Every racer gets
the same stills, the same crop for every frame, the same captions, voices and music. `× ours` is the wall of the racer
against ours, in the same slice of the run unless it ran alone (`--alone`). Ours starts from an empty cache.

- CPU is user and system time of the whole process tree; PSS is the peak of the tree, sampled five times a second.
- VMAF and jitter are measured on the encoded video against ideal frames that Pillow's Lanczos resampler draws in
  floats, which is none of the racers: 12 frames in the middle of every scene, left of the watermark and above the
  captions, so that no difference of type counts. The job chooses its own moves, so it has neither.
  An image that lies half a pixel beside its place costs points as well: the graph and MoviePy round places.
- Loudness is the integrated one of EBU R 128. Only ours levels it; the others mix what they are given.
- The graph has x264's own threads. Remotion runs two tabs with `--color-space=bt709`; HyperFrames two workers that
  take frames by the browser's own clock (`PRODUCER_FORCE_SCREENSHOT=false`: without a graphics card it would take
  slower screenshots). Both use Debian's chromium-headless-shell. editly and MoviePy hand RGB to ffmpeg with the
  matrix and tags of BT.709.
- Each peer runs twice: as it comes, with its own encoder settings (x264's medium for all four), and at its fastest:
  the x264 options of our FINAL as far as it takes them. HyperFrames takes none, its fastest is `--quality draft`
  (ultrafast).
- Remotion is free for individuals, for companies of up to three people, for non-profits and for evaluation; others
  need its company licence. None of the peers is a dependency: `tests/bench/race/install` fetches them into
  `.cache/race`.
"""


@dataclass
class Row:
    """One racer's figures; None is written as an empty cell."""

    title: str
    version: str = ""
    problem: str = ""
    """The reason for missing figures: not installed, or the end of the racer's error."""
    walls: list[float] = field(default_factory=list)
    against: list[float] = field(default_factory=list)
    """The walls of ours in the same slice; empty: it ran alone."""
    ratio: float | None = None
    limit: str = ""
    """Its row in ``FIGURES``."""
    cpu: float | None = None
    pss_mb: float | None = None
    file_mb: float | None = None
    jitter: float | None = None
    vmaf: float | None = None
    lufs: float | None = None
    tags: str = ""
    seconds: float | None = None

    @property
    def wall(self) -> float | None:
        """Seconds, the median of the rounds."""
        return statistics.median(self.walls) if self.walls else None

    def write(self) -> str:
        """Return the row as Markdown."""
        name = f"{self.title} {self.version}".strip()
        figure = FIGURES.get(self.limit)
        goal = figure.limit.replace(">=", "≥").replace("<=", "≤") if figure else ""
        if self.problem:
            return f"| {name} | {self.problem} | | {goal} | | | | | | | |"
        if figure and self.ratio is not None and not figure.is_reached(self.ratio):
            goal += ", **no**"
        cells = [
            _format(self.wall, ".1f"),
            _format(self.ratio, ".2f"),
            goal,
            _format(self.cpu, ".1f"),
            _format(self.pss_mb, ".0f"),
            _format(self.file_mb, ".1f"),
            _format(self.jitter, ".3f"),
            _format(self.vmaf, ".1f"),
            _format(self.lufs, ".1f"),
            self.tags,
        ]
        return f"| {name} | {' | '.join(cells)} |"


def _format(value: float | None, shape: str) -> str:
    return "" if value is None else format(value, shape)


@dataclass
class Results:
    folder: Path
    title: str
    rows: dict[str, Row] = field(default_factory=dict)

    def load(self) -> None:
        """Read the rows of an earlier run, if there are any."""
        path = self.folder / "race.json"
        if path.exists():
            self.rows = {name: Row(**row) for name, row in json.loads(path.read_text())["rows"].items()}

    def write(self, order: list[str]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.rows = {name: self.rows[name] for name in order if name in self.rows}
        content = {"title": self.title, "rows": {name: asdict(row) for name, row in self.rows.items()}}
        (self.folder / "race.json").write_text(json.dumps(content, indent=2) + "\n")
        lines = [f"# {self.title}", "", *_HEAD, *(row.write() for row in self.rows.values()), _NOTES]
        (self.folder / "race.md").write_text("\n".join(lines))
