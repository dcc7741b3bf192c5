from hypothesis import given
from hypothesis import strategies as st

from gpu_renderer.core.segments import partition_by_cost
from gpu_renderer.encode.encoders import build_profile
from gpu_renderer.encode.segment_store import choose_worker_count
from sutradhar.domain.video.render_settings import RendererSettings

X264, NVENC = (build_profile(codec, "FINAL", RendererSettings()) for codec in ("libx264", "h264_nvenc"))


@given(
    st.lists(st.floats(1, 200), min_size=1, max_size=80), st.integers(1, 20), st.lists(st.floats(0, 500), max_size=3)
)
def test_every_segment_has_one_task_and_none_has_much_more_than_its_share(
    costs: list[float], tasks: int, other_work: list[float]
) -> None:
    ranges = partition_by_cost(costs, tasks, other_work)
    assert len(ranges) == tasks
    assert [index for share in ranges for index in share] == list(range(len(costs)))
    even = (sum(costs) + sum(other_work[:tasks])) / tasks
    for share in ranges:
        assert sum(costs[index] for index in share) <= even + max(costs) + 1e-6


def test_the_task_that_also_mixes_the_audio_gets_less_work() -> None:
    first, second = partition_by_cost([10.0] * 20, 2, [40])
    assert (len(first), len(second)) == (8, 12)
    assert [len(share) for share in partition_by_cost([10.0] * 20, 4, [40, 20])] == [3, 5, 7, 5]


def test_a_task_gets_what_its_workers_encode_at_the_same_time() -> None:
    """Twenty bodies in ten tasks of two workers: two bodies each, and none waits for a third."""
    body, transition = 170.0, 28.0
    costs = [body, body, *[transition, body, body] * 9]
    shares = partition_by_cost(costs, 10, workers=2)
    assert [sum(costs[index] == body for index in share) for share in shares] == [2] * 10


def test_more_tasks_than_segments_leaves_some_without_work() -> None:
    assert sorted(len(share) for share in partition_by_cost([30.0, 30.0], 5)) == [0, 0, 0, 1, 1]


def test_workers_are_as_many_as_cores_memory_and_sessions_allow() -> None:
    unlimited = float("inf")
    assert choose_worker_count(X264, 1920, 1080, cores=4, memory_mb=unlimited) == 4
    assert choose_worker_count(X264, 1920, 1080, cores=64, memory_mb=unlimited) == 64
    assert choose_worker_count(NVENC, 1920, 1080, cores=64, memory_mb=unlimited) == 8
    assert choose_worker_count(X264, 3840, 2160, cores=8, memory_mb=4000) < choose_worker_count(
        X264, 1280, 720, cores=8, memory_mb=4000
    )
    assert choose_worker_count(X264, 3840, 2160, cores=8, memory_mb=100) == 1
