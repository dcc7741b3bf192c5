"""The renderer as Cloud Run and the local runner start it, on a home of its own."""

import io
import os
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import psutil

from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.backends.local.database import Database
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.queue import SqliteQueue
from sutradhar.domain.jobs.messages import Message
from sutradhar.domain.video.render_request import RenderRequest
from sutradhar.domain.video.timeline import MediaRef, NarrationClip, Timeline
from sutradhar.ports.clock import SystemClock
from tests.media.timelines import put_picture

REQUEST_BLOB = "jobs/j/renders/1/request.json"


class Room:
    """A home directory with a request in it, and the means to run the renderer on it."""

    def __init__(self, home: Path) -> None:
        self.home, self.tmp = home, home / "tmp"
        self.blobs = FileBlobStore(home / "blobs")

    def ask(self, timeline: Timeline) -> RenderRequest:
        request = RenderRequest(
            render_id="r1",
            job_id="j",
            prefix="jobs/j/renders/1",
            title="A film",
            title_language="en",
            mode="PROXY",
            timeline=timeline,
        )
        self.blobs.put(REQUEST_BLOB, request.to_record().encode())
        return request

    def start(self, *, pass_fds: tuple[int, ...] = (), **env: str) -> subprocess.Popen[str]:
        settings = {
            "SUTRADHAR_HOME": str(self.home),
            "RENDER_REQUEST": REQUEST_BLOB,
            "TMP_WORKDIR": str(self.tmp),
            **env,
        }
        return subprocess.Popen(
            [sys.executable, "-m", "gpu_renderer"],
            env={**os.environ, **settings},
            pass_fds=pass_fds,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, **env: str) -> tuple[int, str]:
        with self.start(**env) as process:
            _, said = process.communicate(timeout=60)
            return process.returncode, said

    def messages(self) -> list[Message]:
        """What was published and not yet taken."""
        process_registry, database = ProcessRegistry(self.home), Database(self.home / "state.db")
        queue = SqliteQueue(database, process_registry, SystemClock(), self.home)
        found = []
        while delivery := queue.take():
            found.append(delivery.message)
            queue.finish(delivery)
        database.close()
        process_registry.close()
        return found


def spoken(blobs, timeline: Timeline) -> Timeline:
    """``timeline`` with a tone where a narration would be."""
    samples = timeline.samples - 9600
    tone = 8000 * np.sin(2 * np.pi * 220 * np.arange(samples) / 48000)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 48000, samples, "NONE", ""))
        out.writeframes(tone.astype("<i2").tobytes())
    blob, sha256 = put_picture(blobs, "voices/0.wav", file.getvalue())
    return timeline.evolve(
        narrations=(NarrationClip(scene=0, start=4800, samples=samples, media=MediaRef(blob=blob, sha256=sha256)),)
    )


def at_work(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Its processes, once an ffmpeg that encodes is among them."""
    task = psutil.Process(process.pid)
    while process.poll() is None:
        found = task.children(recursive=True)
        if any("pipe:0" in cmdline(p) for p in found):
            return [task, *found]
    raise AssertionError(f"the task ended before it encoded anything: {process.communicate()[1]}")


def cmdline(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
