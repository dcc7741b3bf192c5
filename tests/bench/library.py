"""Compare a page of the library with 100 and with 10,000 entries. Writes library.md and library.json to ``folder``.

On the local backend the wait of a caller of ``GET /library`` is measured. Firestore's emulator has no indexes and reads
every document for each query, so its times say nothing about Firestore. There the calls and the bytes of the answers
are compared, and ``test_every_query_has_its_index`` shows that each query is one range of one index.
"""

import http.client
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from functions.dev.emulated_cloud.emulators import Emulators, set_environment
from sutradhar.backends.gcp.firestore import Firestore
from sutradhar.backends.gcp.records import FirestoreKeyValueStore
from sutradhar.backends.gcp.stores import FirestoreJobStore
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.jobs.library import LibraryQuery
from sutradhar.pipeline.library import list_library
from sutradhar.ports.clock import SystemClock
from tests.bench.library_jobs import fill_firestore, fill_sqlite
from tests.emulators.proxy import proxy
from tests.function_server import start_function

SMALL, LARGE = 100, 10_000
LIMIT = 1.5
_MAIN = Path(__file__).parents[2] / "functions/main.py"
_CALLERS, _MAX_P99_MS = 20, 300

Queries = Mapping[str, Mapping[str, str | int]]
Row = tuple[str, float, float]
"""The call, and its figures with the small and with the large library."""


def list_queries(middle: str) -> Queries:
    """Return the measured calls; ``middle`` is the cursor in the middle of the library."""
    return {
        "first page": {"page": 1},
        "page in the middle, by cursor": {"after": middle},
        "state": {"state": "error"},
        "state and language": {"state": "pending", "language": "hi"},
        "a word": {"q": "t"},
        "a word and a language": {"q": "th", "language": "en"},
        "two words": {"q": "the pr"},
    }


def measure_library(folder: Path, *, quick: bool) -> None:
    with TemporaryDirectory() as scratch:
        local = list(_measure_waits(Path(scratch), rounds=30 if quick else 300))
        with Emulators(Path(scratch) / "logs") as emulators, set_environment(emulators.env):
            cloud = list(_count_traffic(emulators.env["FIRESTORE_EMULATOR_HOST"]))
            cloud_settings = {"BACKEND": "gcp", "GOOGLE_CLOUD_PROJECT": _name_project(SMALL)}
            with _serve({**emulators.env, **cloud_settings, "REGION": "r", "ASSET_BUCKET": "b"}) as call:
                slowest = _measure_p99(call)
    _write(folder, local, cloud, slowest)


def _measure_waits(folder: Path, rounds: int) -> Iterator[Row]:
    """Yield the median milliseconds of ``GET /library`` on the local backend; the two libraries take turns."""
    with ExitStack() as stack:
        servers = []
        for count in (SMALL, LARGE):
            secret = fill_sqlite(folder / str(count), count)
            servers.append(stack.enter_context(_serve({"SUTRADHAR_HOME": str(folder / str(count))}, secret)))
        small, large = servers
        queries = [list_queries(_find_middle(call, count)) for call, count in ((small, SMALL), (large, LARGE))]
        for name in queries[0]:
            pairs = [(_time(small, queries[0][name]), _time(large, queries[1][name])) for _ in range(rounds + 2)][2:]
            yield name, statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)
        yield f"first page, p99 of {_CALLERS} callers", _measure_p99(small), _measure_p99(large)


def _measure_p99(call: "Call") -> float:
    """Return the milliseconds within which 99 of 100 calls are answered, with ``_CALLERS`` of them at a time."""
    with ThreadPoolExecutor(_CALLERS) as pool:
        waits = list(pool.map(lambda _: _time(call, {"page": 1}), range(500)))
    return statistics.quantiles(waits, n=100)[98]


Call = Callable[[Mapping[str, str | int]], dict[str, Any]]


@contextmanager
def _serve(settings: Mapping[str, str], secret: str = "") -> Iterator[Call]:
    """Serve the function ``api`` with the settings; yield a function that calls ``GET /library``."""
    env = {**os.environ, "THREADS": str(2 * _CALLERS), "RATE_LIMIT_PER_MIN": "1000000", **settings}
    headers = {"X-API-Key": secret} if secret else {}
    with start_function(env) as served:

        def call(query: Mapping[str, str | int]) -> dict[str, Any]:
            connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
            try:
                connection.request("GET", f"/library?{urlencode(query)}", headers=headers)
                answer = connection.getresponse()
                text = answer.read()
            finally:
                connection.close()
            if answer.status != 200:
                raise RuntimeError(f"GET /library answered {answer.status}: {text[:500]!r}")
            page: dict[str, Any] = json.loads(text)
            return page

        served.wait()
        call({})  # the connections to the stores are made once
        yield call


def _time(call: Call, query: Mapping[str, str | int]) -> float:
    """Return the milliseconds of a call whose page is full."""
    started = time.perf_counter()
    page = call(query)
    milliseconds = 1000 * (time.perf_counter() - started)
    if not page["entries"]:
        raise RuntimeError(f"the library has no entry for {query}")
    return milliseconds


def _find_middle(call: Call, count: int) -> str:
    return str(call({"page": count * 9 // 10 // 40})["next"])


def _count_traffic(target: str) -> Iterator[Row]:
    """Yield the kilobytes that Firestore answers with for each call; the number of calls must be the same."""
    caller = ApiKey(id="key-0", name="bench", digest="", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    traffic: dict[str, list[tuple[int, float]]] = {}
    for count in (SMALL, LARGE):
        with proxy(target) as between, set_environment({"FIRESTORE_EMULATOR_HOST": between.host}):
            store = Firestore(_name_project(count), "(default)")
            fill_firestore(store, count, caller.id)
            records = FirestoreKeyValueStore(store, SystemClock())
            services: Any = SimpleNamespace(jobs=FirestoreJobStore(store), records=records)
            middle = list_library(services, LibraryQuery(page=count * 9 // 10 // 40), caller).next or ""
            for name, query in list_queries(middle).items():
                between.requests.clear()
                between.answered_bytes = 0
                if not list_library(services, LibraryQuery.model_validate(query), caller).entries:
                    raise RuntimeError(f"the library has no entry for {query}")
                traffic.setdefault(name, []).append((len(between.requests), between.answered_bytes / 1000))
            store.close()
    for name, ((small_calls, small), (large_calls, large)) in traffic.items():
        if small_calls != large_calls:
            raise RuntimeError(
                f"{name}: {small_calls} calls of Firestore with {SMALL} entries, {large_calls} with {LARGE}"
            )
        yield f"{name} ({small_calls} calls)", small, large


def _name_project(count: int) -> str:
    return f"library-{count}"


def _write(folder: Path, local: list[Row], cloud: list[Row], slowest: float) -> None:
    tables = {
        "Milliseconds of GET /library on the local backend": local,
        "Kilobytes that Firestore answers with": cloud,
    }
    lines = [f"# A page of 20 of the library with {SMALL} and with {LARGE} entries", ""]
    lines += ["The entries are those of one API key, with the number of all and their costs.", ""]
    for title, rows in tables.items():
        lines += [f"| {title} | {SMALL} | {LARGE} | ratio | limit |", "|---|---|---|---|---|"]
        lines += [f"| {name} | {a:.2f} | {b:.2f} | {b / a:.2f} | ≤ {LIMIT} |" for name, a, b in rows] + [""]
    wait = f"{slowest:.0f} ms at the 99th percentile (limit: {_MAX_P99_MS} ms)"
    lines += [f"With {SMALL} entries on Firestore's emulator, {_CALLERS} callers at once wait {wait}.", ""]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "library.md").write_text("\n".join(lines))
    values: dict[str, Any] = {
        title: {name: {"small": round(a, 3), "large": round(b, 3), "ratio": round(b / a, 3)} for name, a, b in rows}
        for title, rows in tables.items()
    }
    values["emulator_p99_ms"] = round(slowest, 3)
    (folder / "library.json").write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n")
    for line in lines[4:]:
        print(f"    {line.strip('| ')}", flush=True)
