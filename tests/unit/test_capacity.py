import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.video.capacity import MAX_TASKS, Machine, choose_task_count, compute_target_sec, estimate_render
from sutradhar.domain.video.timeline import Timeline

CPU = Machine(cpus=4, memory_gib=8)
L4 = Machine(cpus=8, memory_gib=32, gpu=True)


def make_timeline(seconds: float, width: int = 1920, height: int = 1080) -> Timeline:
    return Timeline(
        fps=30, width=width, height=height, frames=round(seconds * 30), clips=(), narrations=(), music=None, captions={}
    )


def test_a_price_is_what_the_list_says() -> None:
    assert CPU.usd_per_sec == pytest.approx(4 * 0.000018 + 8 * 0.000002)
    assert L4.usd_per_sec == pytest.approx(8 * 0.000018 + 32 * 0.000002 + 0.000186, abs=1e-6)


def test_short_videos_get_one_machine_and_long_large_ones_more() -> None:
    assert choose_task_count(make_timeline(30), CPU) == 1
    assert choose_task_count(make_timeline(60), CPU) == 1
    assert choose_task_count(make_timeline(600), CPU) == 1  # 450 s are allowed
    assert choose_task_count(make_timeline(600, 3840, 2160), CPU) > 1
    assert choose_task_count(make_timeline(600, 3840, 2160), L4) < choose_task_count(
        make_timeline(600, 3840, 2160), CPU
    )


@given(st.floats(5, 600), st.sampled_from([(1280, 720), (1920, 1080), (2160, 3840)]), st.sampled_from([CPU, L4]))
def test_nothing_cheaper_is_quick_enough(seconds: float, size: tuple[int, int], machine: Machine) -> None:
    timeline = make_timeline(seconds, *size)
    count = choose_task_count(timeline, machine)
    assert 1 <= count <= MAX_TASKS
    target = compute_target_sec(timeline.duration_sec)
    for fewer in range(1, count):
        assert estimate_render(timeline, machine, fewer).wall_sec > target
        assert estimate_render(timeline, machine, fewer).usd < estimate_render(timeline, machine, count).usd


@given(st.floats(5, 600), st.integers(1, 15), st.sampled_from([CPU, L4]))
def test_another_machine_saves_time_and_costs_its_start(seconds: float, count: int, machine: Machine) -> None:
    one, more = (estimate_render(make_timeline(seconds), machine, n) for n in (count, count + 1))
    assert more.wall_sec < one.wall_sec
    assert more.usd - one.usd == pytest.approx(machine.start_sec * machine.usd_per_sec)
