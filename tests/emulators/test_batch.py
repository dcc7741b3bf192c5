"""A batch on the emulated cloud: no row is lost or made twice, its budget holds, and single jobs begin at once."""

from pathlib import Path

from tests import emulated_cloud
from tests.emulators.batch_run import run_batch
from tests.emulators.instant_cloud import open_instant_cloud

ROWS, ACTIVE_JOBS = 24, 4


def test_each_row_of_a_batch_becomes_one_video_within_its_budget(tmp_path: Path) -> None:
    with (
        emulated_cloud.skip_if_missing(),
        open_instant_cloud(tmp_path, {"BATCH_ACTIVE_JOBS": str(ACTIVE_JOBS)}) as cloud,
    ):
        run = run_batch(cloud, ROWS, single_every_sec=5, limit_sec=240)
    assert run.states == {"succeeded": ROWS}
    assert run.jobs == ROWS
    assert sum(count for prompt, count in run.drawn.items() if "offer" in prompt) == ROWS
    assert max(run.drawn.values()) == 1
    assert run.waited_with["succeeded"] in range(1, ROWS)
    assert run.most_over_budget <= 0
    assert run.most_active <= ACTIVE_JOBS
    assert run.first_steps_sec
