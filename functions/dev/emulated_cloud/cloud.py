"""Run the whole cloud on loopback: emulators, functions as deployed, Pub/Sub's pushes, Cloud Run, Scheduler."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from google.cloud import storage

from functions.dev import package
from functions.dev.emulated_cloud.bridge import Bridge, Route
from functions.dev.emulated_cloud.cloud_run import CloudRunJobs, Job
from functions.dev.emulated_cloud.emulators import Emulators, find_free_port, set_environment
from sutradhar.config import process_environment
from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs.topics import TOPICS

PREFIX = "sutradhar-"
_DEAD = f"{PREFIX}dead-letter"
_WEBHOOKS_SEC = _PUBLISH_DUE_SEC = 60.0
"""The seconds between two calls of the Scheduler for webhooks, and for publications, that are due
(terraform/scheduler.tf)."""
_DAY_SEC = 86_400.0
_REGION, _JOB = "europe-west4", f"{PREFIX}renderer"
_START_SEC, _END_SEC = 60.0, 3.0
RENDERER = (sys.executable, "-m", "gpu_renderer")


class EmulatedCloud:
    """A cloud that is up while the block runs; its data is gone afterwards. ``url`` is that of the function ``api``.

    Entering the block raises Conflict if ``port`` is taken.

    Args:
        home: the folder for the unpacked archive and all logs.
        port: the port of ``api``; 0: any.
        renderer: the command of a render task.
        sweep_sec: how often the Scheduler calls ``sweep``.
        settings: more of the environment of the functions and of the renderer, such as the providers' keys.
        python: the interpreter that runs the functions.
    """

    def __init__(
        self,
        home: Path,
        port: int = 0,
        renderer: Sequence[str] = RENDERER,
        sweep_sec: float = 300.0,
        backoff_sec: float = 1.0,
        project: str = "sutradhar-local",
        settings: Mapping[str, str] | None = None,
        python: str = sys.executable,
    ) -> None:
        self.home, self._renderer, self._sweep_sec, self._backoff = home, list(renderer), sweep_sec, backoff_sec
        self.project, self._settings, self._python = project, dict(settings or {}), python
        names = ("api", "frame", "sweep", "retention", "publish_due", "dead_letter", *TOPICS)
        self._ports = {name: find_free_port() for name in names}
        if port:
            self._ports["api"] = port
        self._functions: dict[str, subprocess.Popen[bytes]] = {}
        self.url = self._url("api")
        self.env: Mapping[str, str] = {}
        """The environment of every function and of the renderer."""
        self._stack, self._stopped = ExitStack(), threading.Event()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def sweep(self, path: str = "") -> bytes:
        """Call ``sweep``, as the Scheduler does every few minutes; return its answer. ``path``: ``/webhooks`` for only
        the webhooks that are due."""
        return self._call("sweep", path)

    def publish_due(self) -> bytes:
        """Call ``publish_due``, as the Scheduler does every minute; return its answer."""
        return self._call("publish_due", "")

    def _start(self) -> None:
        self._check_port()
        logs = self.home / "logs"
        archive = self._unpack()
        emulators = self._stack.enter_context(Emulators(logs))
        passed = {
            name: text for name, text in process_environment().items() if name in ("PATH", "HOME", "LANG", "TMPDIR")
        }
        renderer_env = {
            **self._settings,
            **passed,
            **emulators.env,
            "BACKEND": "gcp",
            "GOOGLE_CLOUD_PROJECT": self.project,
            "REGION": _REGION,
            "ASSET_BUCKET": f"{self.project}-assets",
            "TOPIC_PREFIX": PREFIX,
            "RENDER_JOB": _JOB,
            "RENDER_CPUS": "4",
        }
        cloud_run = self._stack.enter_context(
            CloudRunJobs({_JOB: Job(self._renderer, renderer_env)}, logs / "executions")
        )
        self.env = {**renderer_env, "CLOUD_RUN_ENDPOINT": cloud_run.endpoint, "FRAME_URL": self._url("frame")}
        self._create_bucket(emulators.env)
        routes = [Route(f"{PREFIX}{topic}", self._url(topic), _DEAD) for topic in TOPICS]
        routes.append(Route(_DEAD, self._url("dead_letter")))
        with set_environment(emulators.env):
            self._stack.enter_context(Bridge(self.project, routes, self._backoff))
        calls = (
            ("sweep", "", self._sweep_sec),
            ("sweep", "/webhooks", _WEBHOOKS_SEC),
            ("publish_due", "", _PUBLISH_DUE_SEC),
            ("retention", "", _DAY_SEC),
        )
        for call in calls:
            scheduler = threading.Thread(target=self._schedule, args=call, name="scheduler", daemon=True)
            scheduler.start()
            self._stack.callback(scheduler.join)
        # the functions start last and so end first: the bridge and the scheduler wait for functions they called
        self._stack.callback(_end_functions, self._functions)
        self._stack.callback(self._stopped.set)  # before a function can fail to start: the end waits for the scheduler
        for name, port in self._ports.items():
            self._serve(name, port, archive, logs)
        for name in self._ports:
            self._wait(name)

    def _unpack(self) -> Path:
        path, _ = package.build_archives(self.home / "build")  # this Python has the packages of both
        archive = self.home / "archives" / path.stem  # a folder of its own, without files of an older archive
        with zipfile.ZipFile(path) as packed:
            packed.extractall(archive)
        return archive

    def _create_bucket(self, env: Mapping[str, str]) -> None:
        with set_environment(env):
            client = storage.Client(project=self.project)
            client.create_bucket(f"{self.project}-assets")
            client.close()

    def _serve(self, name: str, port: int, archive: Path, logs: Path) -> None:
        # frame is deployed as an image with the renderer, which neither the archive nor its packages have
        python, folder = (sys.executable, package.ROOT / "functions") if name == "frame" else (self._python, archive)
        argv = [
            python,
            "-m",
            "functions_framework",
            f"--target={name}",
            "--source=main.py",
            "--host=127.0.0.1",
            f"--port={port}",
        ]
        with (logs / f"{name}.log").open("wb") as out:
            process = subprocess.Popen(
                argv,
                cwd=folder,
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self._functions[name] = process

    def _wait(self, name: str) -> None:
        end, log = time.monotonic() + _START_SEC, self.home / "logs" / f"{name}.log"
        while True:
            if (code := self._functions[name].poll()) is not None:
                raise RuntimeError(f"the function {name} ended with {code}; see {log}")
            try:
                with socket.create_connection(("127.0.0.1", self._ports[name]), timeout=1):
                    return
            except OSError as exc:
                if time.monotonic() > end:
                    raise TimeoutError(f"the function {name} did not start; see {log}") from exc
                time.sleep(0.05)  # functions-framework gives no other signal that it listens

    def _check_port(self) -> None:
        """Raise Conflict if the port of ``api`` is taken. gunicorn would wait for it, and the program that has the port
        would be mistaken for the function."""
        port = self._ports["api"]
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as exc:
                raise Conflict(f"port {port} is taken or not allowed ({exc.strerror}); choose another") from exc

    def _call(self, function: str, path: str) -> bytes:
        request = urllib.request.Request(self._url(function) + path, b"{}", {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            body: bytes = answer.read()
        return body

    def _schedule(self, function: str, path: str, pause_sec: float) -> None:
        while not self._stopped.wait(pause_sec):
            try:
                self._call(function, path)
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                continue  # the function's log has the reason; Cloud Scheduler calls again as well

    def _url(self, name: str) -> str:
        return f"http://127.0.0.1:{self._ports[name]}"


def _end_functions(functions: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """End the functions and their workers. A busy one is killed after some seconds, since its data is gone anyway."""
    for process in functions.values():
        process.terminate()
    end = time.monotonic() + _END_SEC
    for process in functions.values():
        try:
            process.wait(max(end - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
