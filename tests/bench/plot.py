"""Plot figures against their limits, and quality against effort."""

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

from tests.bench.figures import FIGURES, Figures


def draw(figures: Figures, path: Path) -> None:
    """Draw each limited figure as a share of its limit, so that 1 is just reached and less is better."""
    rows = [(name, _compute_used_share(name, figures.values[name])) for name in FIGURES if name in figures.values]
    bars = [(name, used) for name, used in rows if used is not None]
    wide = 2 if figures.front else 1
    drawing, axes = plt.subplots(1, wide, figsize=(7.5 * wide, max(0.28 * len(bars), 3) + 1), squeeze=False)
    left = axes[0][0]
    colours = ["#2a7f62" if used <= 1 else "#c0392b" for _, used in bars]
    left.barh([name for name, _ in bars], [min(used, 2) for _, used in bars], color=colours)
    left.axvline(1, color="black", linewidth=1)
    left.set_xlim(0, 2)
    left.invert_yaxis()
    left.set_xlabel("share of the limit used (1: just reached; cut at 2)")
    if figures.front:
        right = axes[0][1]
        for name, score, cpu in figures.front:
            right.scatter(cpu, score, color="#c0392b" if name.startswith("FINAL") else "#34495e")
            right.annotate(name, (cpu, score), xytext=(5, -4), textcoords="offset points", fontsize=8)
        right.axhline(96.5, color="black", linewidth=1, linestyle=":")
        right.set_xlabel("CPU seconds")
        right.set_ylabel("VMAF, mean")
        right.margins(0.2)
    drawing.suptitle(figures.title)
    drawing.tight_layout()
    drawing.savefig(path, dpi=110)
    plt.close(drawing)


def _compute_used_share(name: str, value: float) -> float | None:
    figure = FIGURES[name]
    if not figure.limit:
        return None
    relation, number = figure.limit.split()
    if float(number) == 0:
        return 0.0 if figure.is_reached(value) else 2.0
    if relation == "<=":
        return value / float(number)
    return float(number) / value if value else 2.0
