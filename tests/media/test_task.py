"""The renderer as Cloud Run and the local runner start it: a process, its exit code, and what it says on the bus."""

import json
import os
import signal
import threading
from types import SimpleNamespace

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
def harness(tmp_path) -> RendererHarness:
    return RendererHarness(tmp_path / "home")


def test_a_render_leaves_a_checked_film_a_thumbnail_a_summary_and_its_messages(harness):
    timeline = add_narration(harness.blobs, make_timeline(harness.blobs, bodies=(40, 30), watermark=Watermark()))
    request = harness.store_request(timeline)
    code, said = harness.run()
    assert code == 0, said
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

    # the same message again: nothing is made, the answer is sent once more
    code, said = harness.run()
    assert code == 0
    assert "render_already_done" in said
    assert harness.take_messages() == [last]

    # another attempt at the same film: everything is found again and the file is the same
    second = request.evolve(render_id="r2", prefix="jobs/j/renders/2")
    harness.blobs.put("jobs/j/renders/2/request.json", second.to_record().encode())
    code, said = harness.run(RENDER_REQUEST="jobs/j/renders/2/request.json")
    assert code == 0, said
    again = RenderSummary.from_record(harness.blobs.get(second.summary_blob))
    assert (again.segments.reused, again.segments.encoded) == (3, 0)
    assert again.video.sha256 == summary.video.sha256
    assert again.thumbnail.sha256 == summary.thumbnail.sha256


def test_debug_logs_every_command_and_leaves_the_work_directory(harness):
    harness.store_request(add_narration(harness.blobs, make_timeline(harness.blobs, bodies=(20,))))
    code, said = harness.run(DEBUG="1")
    assert code == 0, said
    logged = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    commands = [line["argv"] for line in logged if line["event"] == "command"]
    assert any("libx264" in argv and "pipe:0" in argv for argv in commands)
    assert any("concat" in argv for argv in commands)
    (kept,) = harness.tmp.iterdir()
    assert (kept / "segments.txt").exists()


def test_a_broken_picture_fails_for_good_with_a_message(harness):
    harness.store_request(
        add_narration(harness.blobs, make_timeline(harness.blobs, images=[png(photo(0)), b"broken"], bodies=(20, 20)))
    )
    code, said = harness.run()
    assert code == 0, said
    last = harness.take_messages()[-1]
    assert isinstance(last, RenderFinished)
    assert last.error is not None
    assert (last.error.stage, last.error.scene) == ("picture", 1)
    assert "scene 2" in last.error.cause
    assert last.error.advice
    assert list(harness.tmp.iterdir()) == []


def test_a_missing_sound_fails_with_its_own_words_and_not_as_a_cancelled_picture(harness):
    timeline = add_narration(harness.blobs, make_timeline(harness.blobs, bodies=(300, 300)))
    harness.blobs.put("voices/0.wav", b"this is no sound")
    harness.store_request(timeline)
    code, said = harness.run()
    assert code == 0, said
    last = harness.take_messages()[-1]
    assert isinstance(last, RenderFinished)
    assert last.error is not None
    assert last.error.stage == "sound"


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"CLOUD_RUN_TASK_INDEX": "2", "CLOUD_RUN_TASK_COUNT": "2"}, "CLOUD_RUN_TASK_INDEX: must be below"),
        ({"CQ": "100"}, "CQ: "),
        ({"RENDER_REQUEST": ""}, "RENDER_REQUEST: must name"),
        ({"RENDER_REQUEST": "jobs/none.json"}, "there is no file jobs/none.json"),
    ],
)
def test_a_task_that_cannot_be_done_says_so_and_fails(harness, env, said):
    code, stderr = harness.run(**env)
    assert code == 1
    assert said in json.loads(stderr.splitlines()[-1])["error"]


def test_sigterm_ends_everything(harness):
    harness.store_request(add_narration(harness.blobs, make_timeline(harness.blobs, bodies=(3000, 3000))))
    with harness.start() as process:
        family = wait_for_encoder(process)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 143, said
    _, alive = psutil.wait_procs(family, timeout=1)
    assert alive == []
    assert list(harness.tmp.iterdir()) == []


def test_the_death_of_the_process_that_started_it_ends_everything(harness):
    harness.store_request(add_narration(harness.blobs, make_timeline(harness.blobs, bodies=(3000, 3000))))
    listen, hold = os.pipe()
    with harness.start(pass_fds=(listen,), PARENT_FD=str(listen)) as process:
        os.close(listen)
        family = wait_for_encoder(process)
        os.close(hold)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 143, said
    _, alive = psutil.wait_procs(family, timeout=1)
    assert alive == []
    assert list(harness.tmp.iterdir()) == []


def test_workers_and_encoders_die_with_a_task_that_is_killed(harness):
    harness.store_request(add_narration(harness.blobs, make_timeline(harness.blobs, bodies=(3000, 3000))))
    with harness.start() as process:
        family = wait_for_encoder(process)
        process.kill()
        process.communicate(timeout=60)
    _, alive = psutil.wait_procs(family[1:], timeout=3)
    assert alive == []


@pytest.mark.parametrize("asked_to_end", [False, True])
@pytest.mark.parametrize("error", [RenderError("no", stage="picture"), NotInstalled("ffmpeg", advice="install it")])
def test_a_failure_counts_only_while_the_task_may_go_on(harness, monkeypatch, asked_to_end, error):
    """The process that started it was killed, and the next one removes the folder in which it works."""
    request, sent, cancel = harness.store_request(make_timeline(harness.blobs)), [], threading.Event()

    def render(*_):
        if asked_to_end:
            cancel.set()
        raise error

    monkeypatch.setattr(task, "render", render)
    backend = SimpleNamespace(blobs=harness.blobs, bus=SimpleNamespace(publish=sent.append))
    settings = SimpleNamespace(renderer=RendererSettings(), render_task=RenderTaskSettings(tmp_workdir=harness.tmp))
    assert task._render(request, backend, settings, TaskShard(), cancel) == (143 if asked_to_end else 0)
    assert len(sent) == (0 if asked_to_end else 1)
