"""Start the renderer as Cloud Run and the local runner do, on a home directory of its own."""

import io
import os
import subprocess
import sys
import wave
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import psutil

from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.backends.local.database import Database
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.queue import SqliteQueue
from sutradhar.domain.jobs.messages import Message
from sutradhar.domain.video.render_request import RenderRequest
from sutradhar.domain.video.timeline import NarrationClip, Timeline
from sutradhar.ports.clock import SystemClock
from sutradhar.ports.stores import BlobStore
from tests.media.timelines import store_media

REQUEST_BLOB = "jobs/j/renders/1/request.json"


class RendererHarness:
    """A home directory with a stored request, on which the renderer can be run."""

    def __init__(self, home: Path) -> None:
        self.home, self.tmp = home, home / "tmp"
        self.blobs = FileBlobStore(home / "blobs")

    def store_request(self, timeline: Timeline) -> RenderRequest:
        request = RenderRequest(
            render_id="r1",
            job_id="j",
            prefix="jobs/j/renders/1",
            title="A video",
            mode="PROXY",
            timeline=timeline,
        )
        self.blobs.put(REQUEST_BLOB, request.to_record().encode())
        return request

    def start(self, env: Mapping[str, str] | None = None, *, pass_fds: tuple[int, ...] = ()) -> subprocess.Popen[str]:
        """Start the renderer with ``env`` in addition to the settings of this home."""
        settings = {
            "SUTRADHAR_HOME": str(self.home),
            "RENDER_REQUEST": REQUEST_BLOB,
            "TMP_WORKDIR": str(self.tmp),
            **(env or {}),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "gpu_renderer"],
            env={**os.environ, **settings},
            pass_fds=pass_fds,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, env: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Run the renderer to its end and return its exit code and stderr."""
        with self.start(env) as process:
            _, stderr = process.communicate(timeout=60)
            return process.returncode, stderr

    def take_messages(self) -> list[Message]:
        """Return the messages that were published and not yet taken."""
        process_registry, database = ProcessRegistry(self.home), Database(self.home / "state.db")
        queue = SqliteQueue(database, process_registry, SystemClock(), self.home)
        messages = []
        while delivery := queue.take():
            messages.append(delivery.message)
            queue.finish(delivery)
        database.close()
        process_registry.close()
        return messages


def add_narration(blobs: BlobStore, timeline: Timeline) -> Timeline:
    """Return ``timeline`` with a tone in the place of a narration."""
    samples = timeline.samples - 9600
    tone = 8000 * np.sin(2 * np.pi * 220 * np.arange(samples) / 48000)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 48000, samples, "NONE", ""))
        out.writeframes(tone.astype("<i2").tobytes())
    media = store_media(blobs, "narrations/0.wav", file.getvalue())
    return timeline.evolve(narrations=(NarrationClip(scene=0, start=4800, samples=samples, media=media),))


def wait_for_encoder(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Wait until an ffmpeg of ``process`` encodes; return the process and all its child processes."""
    task = psutil.Process(process.pid)
    while process.poll() is None:
        children = task.children(recursive=True)
        if any("pipe:0" in read_command_line(child) for child in children):
            return [task, *children]
    raise AssertionError(f"the task ended before an ffmpeg encoded: {process.communicate()[1]}")


def read_command_line(process: psutil.Process) -> list[str]:
    """Return the command of ``process``; empty if it has ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []
