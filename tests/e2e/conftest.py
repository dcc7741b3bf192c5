"""Make whole videos from the terminal command, in processes of their own."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

# a short video: two short scenes in 720p, so that a run takes seconds
SCENES = [
    {
        "narration": "A small fox saw ripe grapes. It jumped and jumped.",
        "translations": {"hi": "एक छोटी लोमड़ी ने पके अंगूर देखे। वह बार-बार उछली।"},
        "image_prompt": "a fox looks up at grapes hanging on a vine, golden hour",
    },
    {
        "narration": "Then it walked away, smiling.",
        "translations": {"hi": "फिर वह मुस्कुराते हुए चली गई।"},
        "image_prompt": "a fox walks over green hills at dusk",
    },
]
LITTLE = {"title": "The fox", "scenes": SCENES, "render": {"mode": "PROXY"}}


class Terminal:
    """`sutradhar` with a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.out = folder, folder / "home", folder / "out"
        self.plan = folder / "plan.json"
        self.plan.write_text(json.dumps(LITTLE), "utf-8")
        self.env = {
            **os.environ,
            "SUTRADHAR_HOME": str(self.home),
            "TMP_WORKDIR": str(folder / "tmp"),
            "COLUMNS": "120",
        }

    def start(self, *words: str, module: str = "functions.cli") -> subprocess.Popen[str]:
        """In a session of its own, as a terminal starts it, so that its whole tree can be found."""
        argv = [sys.executable, "-m", module, *words]
        return subprocess.Popen(
            argv, env=self.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )

    def run(self, *words: str, module: str = "functions.cli") -> subprocess.CompletedProcess[str]:
        process = self.start(*words, module=module)
        out, _ = process.communicate(timeout=300)
        return subprocess.CompletedProcess(words, process.returncode, out)

    def make(self) -> subprocess.Popen[str]:
        return self.start("make", "--plan", str(self.plan), "--out", str(self.out))

    def jobs(self) -> list[dict[str, object]]:
        if not (self.home / "state.db").exists():
            return []
        connection = sqlite3.connect(self.home / "state.db")
        try:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").fetchone():
                return []  # it is just being made
            return [json.loads(body) for (body,) in connection.execute("SELECT body FROM jobs")]
        finally:
            connection.close()

    def calls(self) -> int:
        """Count the calls of providers in the log."""
        lines = (self.home / "sutradhar.log").read_text("utf-8").splitlines()
        return sum(json.loads(line)["event"] == "provider_called" for line in lines)

    def leftovers(self) -> list[str]:
        """Processes of this home, and half files."""
        processes = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("SUTRADHAR_HOME") == str(self.home):
                    processes.append(" ".join(process.cmdline()))
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        half = [str(p) for p in (self.home / "blobs" / ".unfinished").glob("*")]
        half += [str(p) for p in (self.folder / "tmp").glob("*")]
        half += [str(p) for p in self.out.glob(".*")]
        return processes + half


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    shell_terminal = Terminal(tmp_path)
    yield shell_terminal
    for process in psutil.process_iter():
        try:
            if process.environ().get("SUTRADHAR_HOME") == str(shell_terminal.home):
                process.send_signal(signal.SIGKILL)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
