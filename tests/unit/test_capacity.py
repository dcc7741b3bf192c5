from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar import bootstrap
from sutradhar.config import Settings
from sutradhar.domain.core.errors import InvalidSettings
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.capacity import (
    MAX_TASKS,
    Machine,
    RenderWork,
    choose_task_count,
    compute_target_sec,
    estimate_render,
)
from sutradhar.domain.video.job_estimate import estimate_job
from sutradhar.domain.video.render_figures import RenderFigures
from tests.conftest import forget

FIGURES = RenderFigures(compose_ms=8.5, final_ms=33, proxy_ms=14, check_ms=4.4, nvenc_fps=400)
"""The split is tested by these, whatever is measured later."""
CPU = Machine(cpus=4, memory_gib=8, figures=FIGURES)
L4 = Machine(cpus=8, memory_gib=32, gpu=True, figures=FIGURES)


GCP = {"BACKEND": "gcp", "GOOGLE_CLOUD_PROJECT": "p", "REGION": "r", "ASSET_BUCKET": "b"}


def make_work(seconds: float, width: int = 1920, height: int = 1080) -> RenderWork:
    return RenderWork(width, height, fps=30, frames=round(seconds * 30))


def test_a_price_is_what_the_list_says() -> None:
    assert CPU.usd_per_sec == pytest.approx(4 * 0.000018 + 8 * 0.000002)
    assert L4.usd_per_sec == pytest.approx(8 * 0.000018 + 32 * 0.000002 + 0.000186, abs=1e-6)


def test_short_videos_get_one_machine_and_long_large_ones_more() -> None:
    assert choose_task_count(make_work(30), CPU) == 1
    assert choose_task_count(make_work(60), CPU) == 1
    assert choose_task_count(make_work(600), CPU) == 1  # 450 s are allowed
    assert choose_task_count(make_work(600, 3840, 2160), CPU) > 1
    assert choose_task_count(make_work(600, 3840, 2160), L4) < choose_task_count(make_work(600, 3840, 2160), CPU)


@given(st.floats(5, 600), st.sampled_from([(1280, 720), (1920, 1080), (2160, 3840)]), st.sampled_from([CPU, L4]))
def test_nothing_cheaper_is_quick_enough(seconds: float, size: tuple[int, int], machine: Machine) -> None:
    work = make_work(seconds, *size)
    count = choose_task_count(work, machine)
    assert 1 <= count <= MAX_TASKS
    target = compute_target_sec(work.duration_sec)
    for fewer in range(1, count):
        assert estimate_render(work, machine, fewer).wall_sec > target
        assert estimate_render(work, machine, fewer).usd < estimate_render(work, machine, count).usd


@given(st.floats(5, 600), st.integers(1, 15), st.sampled_from([CPU, L4]))
def test_another_machine_saves_time_and_costs_its_start(seconds: float, count: int, machine: Machine) -> None:
    one, more = (estimate_render(make_work(seconds), machine, n) for n in (count, count + 1))
    assert more.wall_sec < one.wall_sec
    assert more.usd - one.usd == pytest.approx(machine.figures.start_sec * machine.usd_per_sec)


def read_machine(figures: str) -> Machine:
    """Return the machine of a deployment with the setting RENDER_FIGURES."""
    cloud = Settings.from_env({**GCP, "RENDER_FIGURES": figures}).cloud
    assert cloud
    return cloud.render_machine


def test_the_split_and_the_estimate_follow_the_measured_figures() -> None:
    work, plan = make_work(600), RenderPlan.parse({"topic": "tea", "length_sec": 600})
    slow, usual, quick = (read_machine(f) for f in ("compose_ms=200,final_ms=300", "", "final_ms=5,compose_ms=2"))
    assert choose_task_count(work, slow) > choose_task_count(work, usual)
    estimates = [estimate_job(plan, 600, machine) for machine in (slow, usual, quick)]
    assert estimates[0].wait_sec > estimates[1].wait_sec > estimates[2].wait_sec
    assert estimates[0].render_usd > estimates[1].render_usd > estimates[2].render_usd
    assert estimate_job(plan, 600, slow, is_shared=False).wait_sec > estimates[0].wait_sec


def test_a_proxy_is_estimated_by_its_own_encoder() -> None:
    work = make_work(60, 1280, 720)
    assert estimate_render(work._replace(mode="PROXY"), CPU, 1).wall_sec < estimate_render(work, CPU, 1).wall_sec


@given(st.builds(RenderFigures, compose_ms=st.floats(0.01, 999), nvenc_fps=st.floats(1, 5000)))
def test_figures_are_read_as_they_are_written(figures: RenderFigures) -> None:
    read = RenderFigures.from_text(figures.to_text())
    assert read.compose_ms == pytest.approx(figures.compose_ms, rel=1e-3)
    assert RenderFigures.from_text(read.to_text()) == read


@pytest.mark.parametrize("text", ["compose_ms", "compose_ms=-1", "speed=3", "compose_ms=0", "finish_share=2", "1"])
def test_wrong_figures_are_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidSettings, match="RENDER_FIGURES"):
        Settings.from_env({**GCP, "RENDER_FIGURES": text})


def test_a_plan_for_google_cloud_is_told_the_price_of_its_render(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = RenderPlan.parse({"topic": "tea", "length_sec": 60})
    assert bootstrap.estimate_job(plan, 60).render_usd == 0  # this machine is the user's own
    prices = []
    for figures in ("", "final_ms=100"):
        for name, value in {**GCP, "RENDER_FIGURES": figures}.items():
            monkeypatch.setenv(name, value)
        forget()
        prices.append(bootstrap.estimate_job(plan, 60).render_usd)
    assert 0 < prices[0] < prices[1] < 0.1
