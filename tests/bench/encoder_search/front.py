"""Find the settings that no other one beats, and write them as data, table and plot."""

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.encoder_search.results import Rows

_MEASURED_KINDS = ("photo", "drawing")
"""The kinds that decide; the others set a floor only."""
_EXPLANATION = """\
Made by `python -m tests.bench.encoder_search`. CPU is ms a frame on one core while the other core encodes too, the mean
of photo-like stills and of drawings under moves with caption and watermark (FINAL 1080p30, PROXY 720p30); Mbit/s and
VMAF likewise. The worst second is that of all kinds: also grain, a moving clip with noise, titles on a dark sky.
A search in several slices scales the CPU seconds of each by those of `FINAL before`, which it measures again."""


@dataclass(frozen=True)
class Point:
    """A setting with its figures: photo-like stills and drawings count alike, ``worst`` is that of all pieces."""

    setting: str
    encode_ms: float
    """CPU a frame on one core."""
    decode_ms: float
    mbit: float
    """Megabits a second."""
    photo: float
    """VMAF."""
    drawing: float
    worst: float
    """VMAF of the worst second."""
    worst_piece: str

    @property
    def mode(self) -> str:
        return self.setting.split()[0]

    @property
    def cost(self) -> float:
        return self.encode_ms + self.decode_ms

    @property
    def vmaf(self) -> float:
        return (self.photo + self.drawing) / 2

    def is_beaten_by(self, other: "Point") -> bool:
        """Return whether ``other`` is at least as good in cost, bytes and VMAF, and better in one of them."""
        ours = (self.cost, self.mbit, -self.vmaf)
        theirs = (other.cost, other.mbit, -other.vmaf)
        return theirs != ours and all(their <= our for our, their in zip(ours, theirs, strict=True))


def build_points(cost: dict[str, Rows], quality: dict[str, Rows]) -> list[Point]:
    """Return a point for each setting of which cost and quality were measured."""
    return [_build_point(name, cost[name], quality[name]) for name in cost if name in quality]


def _build_point(name: str, cost: Rows, quality: Rows) -> Point:
    values: dict[tuple[str, str], list[float]] = defaultdict(list)
    for rows in (cost, quality):
        for piece, row in rows.items():
            for key, value in row.items():
                values[piece.split("-")[0], key].append(value)

    def mean(kind: str, key: str) -> float:
        return sum(values[kind, key]) / len(values[kind, key])

    def decide(key: str) -> float:
        return round(sum(mean(kind, key) for kind in _MEASURED_KINDS) / len(_MEASURED_KINDS), 3)

    worst_piece = min(quality, key=lambda piece: quality[piece]["worst"])
    photo, drawing = (round(mean(kind, "vmaf"), 2) for kind in _MEASURED_KINDS)
    figures = (decide("encode"), decide("decode"), decide("mbit"), photo, drawing)
    return Point(name, *figures, round(quality[worst_piece]["worst"], 2), worst_piece)


def find_front(points: list[Point]) -> list[Point]:
    """Return the points of each mode that no other one of the mode beats, the cheapest first."""
    front = [p for p in points if not any(p.is_beaten_by(o) for o in points if o.mode == p.mode)]
    return sorted(front, key=lambda point: (point.mode, point.cost))


def write(points: list[Point], named: dict[str, str], out: Path) -> None:
    """Write encoder.json, encoder.md and encoder.png to ``out``. ``named`` has names of settings to point out."""
    out.mkdir(parents=True, exist_ok=True)
    front = find_front(points)
    data = [{**asdict(p), "front": p in front, "name": named.get(p.setting, "")} for p in points]
    (out / "encoder.json").write_text(json.dumps(data, indent=1) + "\n")
    shown = sorted({*front, *(p for p in points if p.setting in named)}, key=lambda p: (p.mode, p.cost))
    lines = [
        f"# x264's settings: {len(points)} measured, those that no other one beats",
        "",
        _EXPLANATION,
        "",
        "| setting | | encode | decode | Mbit/s | VMAF photo | VMAF drawing | worst second |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {p.setting} | {named.get(p.setting, '')} | {p.encode_ms:.1f} | {p.decode_ms:.1f} | {p.mbit:.2f}"
        f" | {p.photo:.2f} | {p.drawing:.2f} | {p.worst:.2f} ({p.worst_piece}) |"
        for p in shown
    ]
    (out / "encoder.md").write_text("\n".join([*lines, "", "![The front](encoder.png)", ""]))
    _draw(points, front, named, out / "encoder.png")


def _draw(points: list[Point], front: list[Point], named: dict[str, str], path: Path) -> None:
    modes = sorted({point.mode for point in points})
    import matplotlib as mpl  # the extra bench installs it; tests of the front do without

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    drawing, panels = plt.subplots(1, len(modes), figsize=(8 * len(modes), 6), squeeze=False)
    for mode, axes in zip(modes, panels[0], strict=True):
        own = [point for point in points if point.mode == mode]
        dots = axes.scatter(
            [p.cost for p in own],
            [p.vmaf for p in own],
            c=[p.mbit for p in own],
            cmap="viridis_r",
            edgecolors=["black" if p in front else "none" for p in own],
        )
        for point in own:
            if name := named.get(point.setting):
                at = (point.cost, point.vmaf)
                axes.annotate(name, at, xytext=(-50, 22), textcoords="offset points", arrowprops={"arrowstyle": "-"})
        axes.margins(y=0.15)
        drawing.colorbar(dots, ax=axes, label="Mbit/s")
        axes.set_title(f"{mode} (ringed: no other setting beats it)")
        axes.set_xlabel("ms of CPU a frame, encode and decode")
        axes.set_ylabel("VMAF, mean of stills and drawings")
    drawing.tight_layout()
    drawing.savefig(path, dpi=90)
    plt.close(drawing)
