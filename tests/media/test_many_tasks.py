"""One film by several tasks, and by tasks that are killed: always the same film."""

import random
import shutil
import signal
import subprocess
import time

import pytest

from gpu_renderer.core.segments import split
from sutradhar.domain.jobs.messages import RenderFinished
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.render_request import RenderSummary
from tests.media.renderer_harness import RendererHarness, add_narration, wait_for_encoder
from tests.media.timelines import make_timeline

BODIES = (30, 40, 25, 35, 30)


@pytest.fixture
def harness(tmp_path) -> RendererHarness:
    return RendererHarness(tmp_path / "home")


def asked(harness: RendererHarness, bodies=BODIES):
    cues = (Cue(start=10, end=50, lines=("Across a border",)), Cue(start=60, end=90, lines=("प्रह्लाद",)))
    return harness.store_request(
        add_narration(harness.blobs, make_timeline(harness.blobs, bodies=bodies, cues=cues, watermark=Watermark()))
    )


def summary_of(harness: RendererHarness, request) -> RenderSummary:
    return RenderSummary.from_record(harness.blobs.get(request.summary_blob))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> RenderSummary:
    """The film by one task, from start to end."""
    harness = RendererHarness(tmp_path_factory.mktemp("undisturbed"))
    request = asked(harness)
    code, said = harness.run()
    assert code == 0, said
    return summary_of(harness, request)


def as_task(index: int, count: int) -> dict[str, str]:
    return {"CLOUD_RUN_TASK_INDEX": str(index), "CLOUD_RUN_TASK_COUNT": str(count), "CLOUD_RUN_EXECUTION": "e1"}


def finished(harness: RendererHarness) -> list[RenderFinished]:
    return [m for m in harness.take_messages() if isinstance(m, RenderFinished)]


def test_tasks_side_by_side_make_the_film_of_one(harness, undisturbed):
    request = asked(harness)
    tasks = [harness.start(**as_task(index, 3)) for index in range(3)]
    ends = [task.communicate(timeout=120)[1] for task in tasks]
    assert [task.returncode for task in tasks] == [0, 0, 0], ends
    found = summary_of(harness, request)
    assert found.video.sha256 == undisturbed.video.sha256
    assert (found.tasks, found.segments) == (3, undisturbed.segments)
    assert sum("render_share_finished" in said for said in ends) == 2
    assert len(finished(harness)) == 1


def test_tasks_after_each_other_in_any_order_make_it_too_and_only_the_last_joins(harness, undisturbed):
    request = asked(harness)
    for index in (2, 0):
        code, said = harness.run(**as_task(index, 3))
        assert code == 0, said
        assert not harness.blobs.exists(request.video_blob)
    assert finished(harness) == []
    code, said = harness.run(**as_task(1, 3))
    assert code == 0, said
    assert summary_of(harness, request).video.sha256 == undisturbed.video.sha256
    assert len(finished(harness)) == 1
    # a task that is delivered twice changes nothing
    code, said = harness.run(**as_task(2, 3))
    assert code == 0, said
    assert "render_already_done" in said


def test_a_task_that_dies_while_it_joins_ends_the_film_when_it_is_started_again(harness, undisturbed):
    request = asked(harness)
    for index in (0, 1):
        harness.run(**as_task(index, 2))
    # as if the last one had been killed after it had won the right to join
    harness.blobs.copy(request.video_blob, "kept.mp4")
    folder = harness.blobs.fetch(request.summary_blob, harness.home).parent
    (folder / "job_summary.json").unlink()
    (folder / "video.mp4").unlink()
    last = int(harness.blobs.get(f"{request.prefix}/tasks/e1/last"))
    code, said = harness.run(**as_task(1 - last, 2))
    assert code == 0, said
    assert not harness.blobs.exists(request.summary_blob)
    code, said = harness.run(**as_task(last, 2))
    assert code == 0, said
    assert summary_of(harness, request).video.sha256 == undisturbed.video.sha256


def test_killed_at_ten_random_moments_it_makes_the_same_film(harness, undisturbed):
    request = asked(harness)
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
        # it was quicker than its killer: once more, from nothing
        for made in ("segments", "sounds", "thumbnails", "films", "measured"):
            shutil.rmtree(harness.home / "blobs" / made, ignore_errors=True)
        harness.blobs.fetch(request.summary_blob, harness.home).unlink()
    code, said = harness.run()
    assert code == 0, said
    found = summary_of(harness, request)
    assert found.video.sha256 == undisturbed.video.sha256
    assert found.has_passed


def test_sigterm_ends_it_within_eight_seconds_and_what_was_finished_is_kept(harness):
    request = asked(harness, bodies=(150, 150, 150, 150, 150, 150))
    with harness.start() as process:
        wait_for_encoder(process)
        while not any(harness.blobs.exists(name) for name in segment_blobs(harness)):
            time.sleep(0.02)  # another process makes it
        asked_at = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
        took = time.monotonic() - asked_at
    assert process.returncode == 143, said
    assert took < 8
    kept = len(segment_blobs(harness))
    assert 0 < kept < len(split(request.timeline))
    code, said = harness.run()
    assert code == 0, said
    assert summary_of(harness, request).segments.reused == kept


def segment_blobs(harness: RendererHarness) -> list[str]:
    folder = harness.home / "blobs" / "segments"
    return [f"segments/{path.name}" for path in folder.glob("*.mp4")] if folder.exists() else []
