"""Measure how long the first caller waits for `api`, compared with a function that does nothing, and how long 20
callers wait for the common calls: on the local backend, and on the emulators, which share the cores with the function.
Writes cloud.md and cloud.json to ``folder``."""

import json
import os
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from google.cloud import pubsub_v1

from functions.dev import package
from functions.dev.emulated_cloud.emulators import Emulators, set_environment
from sutradhar.domain.jobs.topics import TOPICS
from tests.bench.calls import CALLERS, LIMITS_MS, call, count_round_trips, find_p99_ms, make_plan, measure_calls
from tests.function_server import start_function
from tests.round_trips import record_round_trips

_MANY_CALLS: Mapping[str, str] = {
    "RATE_LIMIT_PER_MIN": "1000000",
    "MAX_ACTIVE_JOBS": "0",
    "THREADS": str(2 * CALLERS),  # as deployed (terraform/functions.tf)
}
_HELLO = """
import functions_framework

@functions_framework.http
def hello(request):
    return "hello"
"""


def measure_cloud(folder: Path, *, quick: bool) -> None:
    with TemporaryDirectory() as scratch, Emulators(Path(scratch) / "logs") as emulators:
        archive, hello = Path(scratch) / "archive", Path(scratch) / "hello"
        with zipfile.ZipFile(package.build_archives(Path(scratch))[0]) as packed:
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
            **_MANY_CALLS,
        }
        with set_environment(emulators.env), pubsub_v1.PublisherClient() as publisher:
            for topic in TOPICS:
                publisher.create_topic(name=f"projects/bench/topics/sutradhar-{topic}")
        cold: dict[str, list[float]] = {"hello": [], "api": [], "post": []}
        for round_ in range(3 if quick else 9):
            cold["hello"].append(_measure_first_answer(hello, "hello", env, "GET", "/"))
            cold["api"].append(_measure_first_answer(archive, "api", env, "GET", "/healthz"))
            cold["post"].append(
                _measure_first_answer(archive, "api", env, "POST", "/render", make_plan(f"cold {round_}"))
            )
        with (
            record_round_trips(env) as (recorded, take),
            start_function(recorded, "api", archive / "main.py") as function,
        ):
            function.wait()
            trips = count_round_trips(function.port, take)
        with start_function(env, "api", archive / "main.py") as function:
            function.wait()
            costs = measure_calls(function, 100 if quick else 1000)
        # of the contract: the local backend, with 20 callers
        local_env = {"PATH": os.environ["PATH"], "SUTRADHAR_HOME": f"{scratch}/home", **_MANY_CALLS}
        with start_function(local_env) as function:  # the archive lacks what only a laptop needs
            function.wait()
            local_costs = measure_calls(function, 100 if quick else 1000)
    ratio = statistics.median(a / h for a, h in zip(cold["api"], cold["hello"], strict=True))
    _write(
        folder,
        {
            "cold_hello_ms": (1000 * statistics.median(cold["hello"]), "ms"),
            "cold_api_ms": (1000 * statistics.median(cold["api"]), "ms"),
            "cold_api_over_hello": (ratio, "x"),
            "cold_first_render_ms": (1000 * statistics.median(cold["post"]), "ms"),
            **{f"{name}_local_p99_ms": (find_p99_ms(cost.waits), "ms") for name, cost in local_costs.items()},
            **{f"{name}_p50_ms": (1000 * statistics.median(cost.waits), "ms") for name, cost in costs.items()},
            **{f"{name}_p99_ms": (find_p99_ms(cost.waits), "ms") for name, cost in costs.items()},
            **{f"{name}_cpu_ms": (1000 * cost.cpu_sec, "ms of CPU a call") for name, cost in costs.items()},
            **{f"{name}_round_trips": (len(names), f"({', '.join(names)})") for name, names in trips.items()},
            "submit_per_sec": (len(costs["submit"].waits) / sum(costs["submit"].waits) * CALLERS, "requests/s"),
        },
    )


def _measure_first_answer(
    folder: Path, target: str, env: Mapping[str, str], method: str, path: str, body: bytes | None = None
) -> float:
    with start_function(env, target, folder / "main.py") as function:
        while True:
            try:
                if call(function.port, method, path, body)[0] < 300:
                    return time.perf_counter() - function.started
            except OSError:
                time.sleep(0.002)  # the resolution of the measurement


def _write(folder: Path, figures: Mapping[str, tuple[float, str]]) -> None:
    limits = {"cold_api_over_hello": "≤ 1.5"}
    for name, most in LIMITS_MS.items():
        limits |= dict.fromkeys((f"{name}_local_p99_ms", f"{name}_p99_ms"), f"≤ {most}")
    rows: Sequence[str] = [
        f"| {name} | {value:.2f} {unit} | {limits.get(name, '')} |" for name, (value, unit) in figures.items()
    ]
    title = f"Functions from the packaged archive; {CALLERS} callers at once, on the emulators, or on SQLite (local)"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cloud.md").write_text(
        "\n".join([f"# {title}", "", "| what | figure | limit |", "|---|---|---|", *rows, ""])
    )
    values = {name: {"value": round(value, 3), "unit": unit} for name, (value, unit) in figures.items()}
    (folder / "cloud.json").write_text(json.dumps(values, indent=2) + "\n")
    for row in rows:
        print(f"    {row.strip('| ')}", flush=True)
