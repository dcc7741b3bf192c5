"""Draw the race: wall time of each racer, and its VMAF over that."""

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

from tests.bench.race.results import Row

_OURS, _OTHERS = "#1b7f5c", "#8a8f98"


def draw(rows: dict[str, Row], seconds: float, path: Path) -> None:
    """Draw the rows that have figures to ``path`` (.png). ``seconds`` is the length of the video."""
    shown = [(name, row) for name, row in rows.items() if row.wall is not None]
    if not shown:
        return
    figure, (bars, points) = plt.subplots(1, 2, figsize=(13, 5), layout="constrained")
    names = [row.title for _, row in shown]
    colours = [_OURS if row.title.startswith("ours") else _OTHERS for _, row in shown]
    walls = [row.wall or 0.0 for _, row in shown]
    drawn = bars.barh(names, walls, color=colours)
    bars.bar_label(drawn, [f" {wall:.1f} s" for wall in walls])
    bars.axvline(seconds, color="black", linewidth=0.8, linestyle=":")
    bars.invert_yaxis()
    bars.margins(x=0.15)
    bars.set_xlabel(f"seconds for a video of {seconds:g} s")
    for (name, row), colour in zip(shown, colours, strict=True):
        if row.vmaf is not None:
            points.scatter(row.wall, row.vmaf, s=20 + 4 * (row.file_mb or 0), color=colour)
            points.annotate(name, (row.wall, row.vmaf), textcoords="offset points", xytext=(7, 4), fontsize=8)
    points.set_xlabel("seconds; the area grows with the size of the file")
    points.set_ylabel("VMAF against ideal frames")
    figure.savefig(path, dpi=110)
    plt.close(figure)
