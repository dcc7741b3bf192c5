"""A render meets faults from outside: its encoder is killed, its store is full or read-only."""

import errno
import os
import signal
import threading
from pathlib import Path

import pytest

from gpu_renderer.render import render
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.render_request import RenderRequest, RenderSummary
from tests.media.renderer_harness import RendererHarness, add_narration, read_command_line, wait_for_encoder
from tests.media.timelines import make_timeline


def test_an_encoder_killed_from_outside_is_an_error_worth_a_retry_and_the_retry_ends_the_video(tmp_path: Path) -> None:
    harness = RendererHarness(tmp_path / "home")
    request = harness.store_request(add_narration(harness.blobs, make_timeline(harness.blobs, bodies=(120, 120, 120))))
    with harness.start() as process:
        encoder = None
        while encoder is None and process.poll() is None:
            encoders = (
                p for p in wait_for_encoder(process) if any("segment-" in part for part in read_command_line(p))
            )
            encoder = next((p for p in encoders if "libx264" in read_command_line(p)), None)
        assert encoder is not None
        encoder.send_signal(signal.SIGKILL)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1, stderr
    assert "ended with -9" in stderr
    code, stderr = harness.run()
    assert code == 0, stderr
    assert RenderSummary.from_record(harness.blobs.get(request.summary_blob)).has_passed


class FullStore(FileBlobStore):
    """Refuse every file with ``code``, as the operating system would."""

    code = 0

    def put_file(self, name: str, path: Path) -> None:
        raise OSError(self.code, os.strerror(self.code), name)


@pytest.mark.parametrize(
    ("code", "message", "advice", "is_retryable"),
    [
        (errno.ENOSPC, "the disk is full", "free some disk space", True),
        (errno.EDQUOT, "the disk is full", "free some disk space", True),
        (errno.EROFS, "cannot be written to", "permissions", False),
        (errno.EACCES, "cannot be written to", "permissions", False),
    ],
)
def test_a_store_that_takes_nothing_is_reported_as_what_it_is(
    tmp_path: Path, code: int, message: str, advice: str, is_retryable: bool
) -> None:
    blobs = FullStore(tmp_path / "blobs")
    blobs.code = code
    workdir = tmp_path / "work"
    workdir.mkdir()
    request = RenderRequest(
        render_id="r",
        job_id="j",
        prefix="jobs/j/renders/1",
        title="A video",
        mode="PROXY",
        timeline=make_timeline(blobs, bodies=(8,)),
    )
    with pytest.raises(RenderError, match=message) as caught:
        render(request, blobs, workdir, lambda *_: None, threading.Event())
    assert caught.value.stage == "disk"
    assert advice in caught.value.advice
    assert caught.value.retryable is is_retryable
