"""Measure how long the first caller waits for `api`, compared with a function that does nothing, and how long callers
wait for POST /render on the emulators. Writes cloud.md and cloud.json to ``folder``."""

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from google.cloud import pubsub_v1

from functions.dev import package
from functions.dev.emulated_cloud.emulators import Emulators, find_free_port, set_environment
from sutradhar.domain.jobs.topics import TOPICS

_HELLO = """
import functions_framework

@functions_framework.http
def hello(request):
    return "hello"
"""
_CALLERS = 20


def measure_cloud(folder: Path, *, quick: bool) -> None:
    with TemporaryDirectory() as scratch, Emulators(Path(scratch) / "logs") as emulators:
        archive, hello = Path(scratch) / "archive", Path(scratch) / "hello"
        with zipfile.ZipFile(package.build_archive(Path(scratch))) as packed:
            packed.extractall(archive)
        hello.mkdir()
        (hello / "main.py").write_text(_HELLO)
        subprocess.run([sys.executable, "-m", "compileall", "-q", archive, hello], check=True)  # as the buildpack does
        env = {
            "PATH": os.environ["PATH"],
            **emulators.env,
            "BACKEND": "gcp",
            "GOOGLE_CLOUD_PROJECT": "bench",
            "REGION": "r",
            "ASSET_BUCKET": "bench",
            "THREADS": str(2 * _CALLERS),
        }
        with set_environment(emulators.env), pubsub_v1.PublisherClient() as publisher:
            for topic in TOPICS:
                publisher.create_topic(name=f"projects/bench/topics/sutradhar-{topic}")
        cold: dict[str, list[float]] = {"hello": [], "api": [], "post": []}
        for round_ in range(3 if quick else 9):
            cold["hello"].append(_measure_first_answer(hello, "hello", env, "GET", "/"))
            cold["api"].append(_measure_first_answer(archive, "api", env, "GET", "/healthz"))
            cold["post"].append(_measure_first_answer(archive, "api", env, "POST", "/render", _plan(f"cold {round_}")))
        waits = _measure_waits(archive, env, 100 if quick else 1000)
    ratio = statistics.median(a / h for a, h in zip(cold["api"], cold["hello"], strict=True))
    _write(
        folder,
        {
            "cold_hello_ms": (1000 * statistics.median(cold["hello"]), "ms"),
            "cold_api_ms": (1000 * statistics.median(cold["api"]), "ms"),
            "cold_api_over_hello": (ratio, "x"),
            "cold_first_render_ms": (1000 * statistics.median(cold["post"]), "ms"),
            "post_render_p50_ms": (1000 * statistics.median(waits), "ms"),
            "post_render_p99_ms": (1000 * statistics.quantiles(waits, n=100)[98], "ms"),
            "post_render_per_sec": (len(waits) / sum(waits) * _CALLERS, "requests/s"),
        },
    )


def _plan(title: str) -> bytes:
    return json.dumps({"topic": "tea", "title": title}).encode()


@contextmanager
def _serve(folder: Path, target: str, env: Mapping[str, str]) -> Iterator[tuple[int, float]]:
    """Start the function; yield its port and the time when the process started."""
    port = find_free_port()
    argv = [sys.executable, "-m", "functions_framework", f"--target={target}", "--source=main.py", "--host=127.0.0.1"]
    started = time.perf_counter()
    quiet = subprocess.DEVNULL
    with subprocess.Popen([*argv, f"--port={port}"], cwd=folder, env=dict(env), stdout=quiet, stderr=quiet) as process:
        try:
            yield port, started
        finally:
            process.terminate()


def _measure_first_answer(
    folder: Path, target: str, env: Mapping[str, str], method: str, path: str, body: bytes | None = None
) -> float:
    with _serve(folder, target, env) as (port, started):
        while True:
            try:
                if _call(port, method, path, body) < 300:
                    return time.perf_counter() - started
            except OSError:
                time.sleep(0.002)  # the resolution of the measurement


def _call(port: int, method: str, path: str, body: bytes | None = None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    return answer.status


def _measure_waits(folder: Path, env: Mapping[str, str], count: int) -> list[float]:
    """Return the seconds of each of ``count`` calls, ``_CALLERS`` of them at a time."""
    with _serve(folder, "api", env) as (port, _), ThreadPoolExecutor(_CALLERS) as pool:

        def post(number: int) -> float:
            started = time.perf_counter()
            status = _call(port, "POST", "/render", _plan(f"video {number}"))
            if status != 202:
                raise RuntimeError(f"POST /render answered {status}")
            return time.perf_counter() - started

        while True:
            try:
                _call(port, "GET", "/healthz")
                break
            except OSError:
                time.sleep(0.05)  # it gives no other signal that it is ready
        list(pool.map(post, range(-2 * _CALLERS, 0)))  # the connections are made once
        return list(pool.map(post, range(count)))


def _write(folder: Path, figures: Mapping[str, tuple[float, str]]) -> None:
    limits = {"cold_api_over_hello": "≤ 1.6", "post_render_p99_ms": "≤ 300"}
    rows: Sequence[str] = [
        f"| {name} | {value:.2f} {unit} | {limits.get(name, '')} |" for name, (value, unit) in figures.items()
    ]
    title = f"Functions from the packaged archive on the emulators; POST /render by {_CALLERS} callers at once"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cloud.md").write_text(
        "\n".join([f"# {title}", "", "| what | figure | limit |", "|---|---|---|", *rows, ""])
    )
    values = {name: {"value": round(value, 3), "unit": unit} for name, (value, unit) in figures.items()}
    (folder / "cloud.json").write_text(json.dumps(values, indent=2) + "\n")
    for row in rows:
        print(f"    {row.strip('| ')}", flush=True)
