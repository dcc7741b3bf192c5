"""docs/costs.md shows the figures of the code, and its sums are those of the cost model."""

import re
from pathlib import Path

from sutradhar.domain.video import render_figures
from sutradhar.domain.video.capacity import Machine, RenderWork, choose_task_count, estimate_render
from sutradhar.domain.video.render_figures import ASSUMPTIONS, Assumption, RenderFigures

PAGE = (Path(__file__).parents[2] / "docs/costs.md").read_text("utf-8")
FLAT = " ".join(PAGE.split())
CPU, L4 = (Machine(cpus=4, memory_gib=16, gpu=gpu) for gpu in (False, True))


def write_rows(figures: dict[str, Assumption]) -> list[str]:
    rows = []
    for name, one in figures.items():
        value = f"{one.value:.6f}".rstrip("0").rstrip(".")
        rows.append(f"| `{name}` | {value} {one.unit} | {one.meaning} | {one.source} | {one.as_of} |")
    return rows


def test_the_tables_show_every_figure_with_its_source() -> None:
    others = {name: one for name, one in vars(render_figures).items() if isinstance(one, Assumption)}
    shown = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert shown == write_rows(dict(ASSUMPTIONS)) + write_rows(others)
    assert set(ASSUMPTIONS) == set(RenderFigures.model_fields)
    for name, value in RenderFigures():
        assert value == ASSUMPTIONS[name].value


def test_the_costs_are_those_of_the_model() -> None:
    rows = re.findall(
        r"\| (\d+) (s|min), (1080p|4k) \| ([\d.]+) USD, (\d+) s, (\d+) \| ([\d.]+) USD, (\d+) s, (\d+) \|", PAGE
    )
    assert len(rows) == 5
    for length, unit, resolution, *figures in rows:
        size = (3840, 2160) if resolution == "4k" else (1920, 1080)
        work = RenderWork(*size, fps=30, frames=30 * int(length) * (60 if unit == "min" else 1))
        shown = []
        for machine in (L4, CPU):
            estimate = estimate_render(work, machine, choose_task_count(work, machine))
            shown += [f"{estimate.usd:.4f}", f"{estimate.wall_sec:.0f}", str(estimate.tasks)]
        assert figures == shown
        assert float(figures[0]) > float(figures[3]), "the CPUs are cheaper for every length"
        assert int(figures[1]) < int(figures[4]), "the L4 is quicker"


def test_the_sum_that_it_shows_is_the_models_own() -> None:
    assert f"costs {CPU.usd_per_sec:.6f} USD a second, with an L4 {L4.usd_per_sec:.6f}" in FLAT
    figures, estimate = RenderFigures(), estimate_render(RenderWork(1920, 1080, 30, 1800), CPU, 1)
    each = f"({figures.compose_ms:g} + {figures.final_ms:g} + {figures.check_ms:g}) ms"
    assert f"1,800 frames of 60 s on CPUs need {each} each" in FLAT
    cpu_sec = 1800 * (figures.compose_ms + figures.final_ms + figures.check_ms) / 1000
    share = cpu_sec / 4
    line = f"{figures.start_sec:g} + {cpu_sec:.2f} / 4 + {figures.finish_share:g} × {cpu_sec:.2f} / 4"
    assert f"{line} = {estimate.wall_sec:.2f} s, times {CPU.usd_per_sec:.6f} = {estimate.usd:.4f} USD" in FLAT
    assert abs(figures.start_sec + share * (1 + figures.finish_share) - estimate.wall_sec) < 0.01
