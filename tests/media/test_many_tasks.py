"""Several tasks, and tasks that are killed, render the same video as one task."""

import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from gpu_renderer.core.segments import split
from sutradhar.domain.jobs.messages import RenderFinished
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.render_request import RenderRequest, RenderSummary
from tests.media.renderer_harness import RendererHarness, add_narration, wait_for_encoder
from tests.media.timelines import make_timeline

BODIES = (30, 40, 25, 35, 30)


@pytest.fixture
def harness(tmp_path: Path) -> RendererHarness:
    return RendererHarness(tmp_path / "home")


def store_request(harness: RendererHarness, bodies: tuple[int, ...] = BODIES) -> RenderRequest:
    cues = (Cue(start=10, end=50, lines=("Across a border",)), Cue(start=60, end=90, lines=("प्रह्लाद",)))
    return harness.store_request(
        add_narration(harness.blobs, make_timeline(harness.blobs, bodies=bodies, cues=cues, watermark=Watermark()))
    )


def read_summary(harness: RendererHarness, request: RenderRequest) -> RenderSummary:
    return RenderSummary.from_record(harness.blobs.get(request.summary_blob))


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> RenderSummary:
    """Return the summary of the video that one task rendered from start to end."""
    harness = RendererHarness(tmp_path_factory.mktemp("reference"))
    request = store_request(harness)
    code, stderr = harness.run()
    assert code == 0, stderr
    return read_summary(harness, request)


def task_env(index: int, count: int) -> dict[str, str]:
    return {"CLOUD_RUN_TASK_INDEX": str(index), "CLOUD_RUN_TASK_COUNT": str(count), "CLOUD_RUN_EXECUTION": "e1"}


def take_finished(harness: RendererHarness) -> list[RenderFinished]:
    return [m for m in harness.take_messages() if isinstance(m, RenderFinished)]


def test_tasks_side_by_side_make_the_video_of_one(harness: RendererHarness, reference: RenderSummary) -> None:
    request = store_request(harness)
    tasks = [harness.start(task_env(index, 3)) for index in range(3)]
    ends = [task.communicate(timeout=120)[1] for task in tasks]
    assert [task.returncode for task in tasks] == [0, 0, 0], ends
    summary = read_summary(harness, request)
    assert summary.video.sha256 == reference.video.sha256
    assert (summary.tasks, summary.segments) == (3, reference.segments)
    assert sum("render_share_finished" in stderr for stderr in ends) == 2
    assert len(take_finished(harness)) == 1


def test_tasks_one_after_another_in_any_order_render_it_too_and_only_the_last_joins(
    harness: RendererHarness, reference: RenderSummary
) -> None:
    request = store_request(harness)
    for index in (2, 0):
        code, stderr = harness.run(task_env(index, 3))
        assert code == 0, stderr
        assert not harness.blobs.exists(request.video_blob)
    assert take_finished(harness) == []
    code, stderr = harness.run(task_env(1, 3))
    assert code == 0, stderr
    assert read_summary(harness, request).video.sha256 == reference.video.sha256
    assert len(take_finished(harness)) == 1
    # a task that is delivered twice changes nothing
    code, stderr = harness.run(task_env(2, 3))
    assert code == 0, stderr
    assert "render_already_done" in stderr


def test_a_task_that_dies_while_it_joins_ends_the_video_when_it_is_started_again(
    harness: RendererHarness, reference: RenderSummary
) -> None:
    request = store_request(harness)
    for index in (0, 1):
        harness.run(task_env(index, 2))
    # the state if the last task is killed after it has won the right to join
    harness.blobs.copy(request.video_blob, "copy.mp4")
    folder = harness.blobs.fetch(request.summary_blob, harness.home).parent
    (folder / "job_summary.json").unlink()
    (folder / "video.mp4").unlink()
    last = int(harness.blobs.get(f"{request.prefix}/tasks/e1/last"))
    code, stderr = harness.run(task_env(1 - last, 2))
    assert code == 0, stderr
    assert not harness.blobs.exists(request.summary_blob)
    code, stderr = harness.run(task_env(last, 2))
    assert code == 0, stderr
    assert read_summary(harness, request).video.sha256 == reference.video.sha256


def test_killed_at_ten_random_moments_it_makes_the_same_video(
    harness: RendererHarness, reference: RenderSummary
) -> None:
    request = store_request(harness)
    chance = random.Random(20261123)
    kills = 0
    while kills < 10:
        with harness.start() as process:
            try:
                process.wait(chance.uniform(0.2, 2.5))
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                kills += 1
                continue
        assert process.returncode == 0
        # it finished before it was killed: once more, from nothing
        for folder_name in ("segments", "sounds", "thumbnails", "films", "measured"):
            shutil.rmtree(harness.home / "blobs" / folder_name, ignore_errors=True)
        harness.blobs.fetch(request.summary_blob, harness.home).unlink()
    code, stderr = harness.run()
    assert code == 0, stderr
    summary = read_summary(harness, request)
    assert summary.video.sha256 == reference.video.sha256
    assert summary.has_passed


def test_sigterm_ends_it_within_eight_seconds_and_what_was_finished_is_kept(harness: RendererHarness) -> None:
    request = store_request(harness, bodies=(150, 150, 150, 150, 150, 150))
    with harness.start() as process:
        wait_for_encoder(process)
        while not any(harness.blobs.exists(name) for name in segment_blobs(harness)):
            time.sleep(0.02)  # another process encodes it
        asked_at = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
        seconds = time.monotonic() - asked_at
    assert process.returncode == 143, stderr
    assert seconds < 8
    stored = len(segment_blobs(harness))
    assert 0 < stored < len(split(request.timeline))
    code, stderr = harness.run()
    assert code == 0, stderr
    assert read_summary(harness, request).segments.reused == stored


def segment_blobs(harness: RendererHarness) -> list[str]:
    folder = harness.home / "blobs" / "segments"
    return [f"segments/{path.name}" for path in folder.glob("*.mp4")] if folder.exists() else []
