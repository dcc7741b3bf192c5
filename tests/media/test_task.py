"""The renderer runs as Cloud Run and the local runner start it: a process, its exit code, and its messages."""

import json
import os
import signal
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from gpu_renderer import __main__ as task
from gpu_renderer.core.task import TaskShard
from sutradhar.config import RenderTaskSettings
from sutradhar.domain.core.errors import NotInstalled, RenderError
from sutradhar.domain.jobs.messages import RenderFinished, RenderProgressed
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.quality_gate import describe_failures
from sutradhar.domain.video.render_request import RenderSummary
from sutradhar.domain.video.render_settings import RendererSettings
from tests.media.renderer_harness import RendererHarness, add_narration, wait_for_encoder
from tests.media.timelines import make_timeline, photo, png


@pytest.fixture
def harness(tmp_path: Path) -> RendererHarness:
    return RendererHarness(tmp_path / "home")


def test_a_render_leaves_a_checked_video_a_thumbnail_a_summary_and_its_messages(harness: RendererHarness) -> None:
    timeline = add_narration(harness.blobs, make_timeline(harness.blobs, bodies=(40, 30), watermark=Watermark()))
    request = harness.store_request(timeline)
    code, stderr = harness.run()
    assert code == 0, stderr
    summary = RenderSummary.from_record(harness.blobs.get(request.summary_blob))
    assert describe_failures(summary.check_results) == ""
    assert summary.facts.frames == timeline.frames
    assert summary.video.size == harness.blobs.size(request.video_blob)
    assert summary.segments.encoded == 3
    assert set(summary.render_timings) == {"picture", "sound", "join", "thumbnail", "gate", "total"}
    assert (summary.facts.thumbnail_width, summary.facts.thumbnail_height) == (1280, 720)
    *progress, last = harness.take_messages()
    assert last == RenderFinished(job_id="j", render_id="r1", summary_blob=request.summary_blob)
    assert next(m.stage for m in progress if isinstance(m, RenderProgressed)) == "picture"
    assert {m.stage for m in progress if isinstance(m, RenderProgressed)} == {
        "picture",
        "join",
        "thumbnail",
        "gate",
        "done",
    }
    assert list(harness.tmp.iterdir()) == []

    # the same message again: nothing is rendered, the answer is sent once more
    code, stderr = harness.run()
    assert code == 0
    assert "render_already_done" in stderr
    assert harness.take_messages() == [last]

    # another attempt at the same video: everything is reused and the file is the same
    second = request.evolve(render_id="r2", prefix="jobs/j/renders/2")
    harness.blobs.put("jobs/j/renders/2/request.json", second.to_record().encode())
    code, stderr = harness.run({"RENDER_REQUEST": "jobs/j/renders/2/request.json"})
    assert code == 0, stderr
    again = RenderSummary.from_record(harness.blobs.get(second.summary_blob))
    assert (again.segments.reused, again.segments.encoded) == (3, 0)
    assert again.video.sha256 == summary.video.sha256
    assert again.thumbnail.sha256 == summary.thumbnail.sha256


def test_debug_logs_every_command_and_leaves_the_work_directory(harness: RendererHarness) -> None:
    harness.store_request(add_narration(harness.blobs, make_timeline(harness.blobs, bodies=(20,))))
    code, stderr = harness.run({"DEBUG": "1"})
    assert code == 0, stderr
    logged = [json.loads(line) for line in stderr.splitlines() if line.startswith("{")]
    commands = [line["argv"] for line in logged if line["event"] == "command"]
    assert any("libx264" in argv and "pipe:0" in argv for argv in commands)
    assert any("concat" in argv for argv in commands)
    (workdir,) = harness.tmp.iterdir()
    assert (workdir / "segments.txt").exists()


def test_a_broken_image_fails_for_good_with_a_message(harness: RendererHarness) -> None:
    harness.store_request(
        add_narration(harness.blobs, make_timeline(harness.blobs, images=[png(photo(0)), b"broken"], bodies=(20, 20)))
    )
    code, stderr = harness.run()
    assert code == 0, stderr
    last = harness.take_messages()[-1]
    assert isinstance(last, RenderFinished)
    assert last.error is not None
    assert (last.error.stage, last.error.scene) == ("picture", 1)
    assert "scene 2" in last.error.cause
    assert last.error.advice
    assert list(harness.tmp.iterdir()) == []


def test_a_missing_narration_fails_with_its_own_words_and_not_as_a_cancelled_image(harness: RendererHarness) -> None:
    timeline = add_narration(harness.blobs, make_timeline(harness.blobs, bodies=(300, 300)))
    harness.blobs.put("narrations/0.wav", b"this is no audio")
    harness.store_request(timeline)
    code, stderr = harness.run()
    assert code == 0, stderr
    last = harness.take_messages()[-1]
    assert isinstance(last, RenderFinished)
    assert last.error is not None
    assert last.error.stage == "sound"


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"CLOUD_RUN_TASK_INDEX": "2", "CLOUD_RUN_TASK_COUNT": "2"}, "CLOUD_RUN_TASK_INDEX: must be below"),
        ({"CQ": "100"}, "CQ: "),
        ({"RENDER_REQUEST": ""}, "RENDER_REQUEST: must name"),
        ({"RENDER_REQUEST": "jobs/none.json"}, "there is no file jobs/none.json"),
    ],
)
def test_a_task_that_cannot_be_done_says_so_and_fails(
    harness: RendererHarness, env: dict[str, str], message: str
) -> None:
    code, stderr = harness.run(env)
    assert code == 1
    assert message in json.loads(stderr.splitlines()[-1])["error"]


def test_sigterm_ends_everything(harness: RendererHarness) -> None:
    harness.store_request(add_narration(harness.blobs, make_timeline(harness.blobs, bodies=(3000, 3000))))
    with harness.start() as process:
        family = wait_for_encoder(process)
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
        assert process.returncode == 143, stderr
    _, alive = psutil.wait_procs(family, timeout=1)
    assert alive == []
    assert list(harness.tmp.iterdir()) == []


def test_the_death_of_the_process_that_started_it_ends_everything(harness: RendererHarness) -> None:
    harness.store_request(add_narration(harness.blobs, make_timeline(harness.blobs, bodies=(3000, 3000))))
    listen, hold = os.pipe()
    with harness.start({"PARENT_FD": str(listen)}, pass_fds=(listen,)) as process:
        os.close(listen)
        family = wait_for_encoder(process)
        os.close(hold)
        _, stderr = process.communicate(timeout=60)
        assert process.returncode == 143, stderr
    _, alive = psutil.wait_procs(family, timeout=1)
    assert alive == []
    assert list(harness.tmp.iterdir()) == []


def test_workers_and_encoders_die_with_a_task_that_is_killed(harness: RendererHarness) -> None:
    harness.store_request(add_narration(harness.blobs, make_timeline(harness.blobs, bodies=(3000, 3000))))
    with harness.start() as process:
        family = wait_for_encoder(process)
        process.kill()
        process.communicate(timeout=60)
    _, alive = psutil.wait_procs(family[1:], timeout=3)
    assert alive == []


@pytest.mark.parametrize("asked_to_end", [False, True])
@pytest.mark.parametrize("error", [RenderError("no", stage="picture"), NotInstalled("ffmpeg", advice="install it")])
def test_a_failure_counts_only_while_the_task_may_go_on(
    harness: RendererHarness, monkeypatch: pytest.MonkeyPatch, asked_to_end: bool, error: Exception
) -> None:
    """The parent process was killed, and the next one removes the work directory of this task."""
    request, cancel = harness.store_request(make_timeline(harness.blobs)), threading.Event()
    sent: list[RenderFinished] = []

    def render(*_: object) -> None:
        if asked_to_end:
            cancel.set()
        raise error

    monkeypatch.setattr(task, "render", render)
    backend: Any = SimpleNamespace(blobs=harness.blobs, bus=SimpleNamespace(publish=sent.append))
    settings: Any = SimpleNamespace(
        renderer=RendererSettings(), render_task=RenderTaskSettings(tmp_workdir=harness.tmp)
    )
    assert task._render(request, backend, settings, TaskShard(), cancel) == (143 if asked_to_end else 0)
    assert len(sent) == (0 if asked_to_end else 1)
