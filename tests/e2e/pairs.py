"""Run two commands at once on one home, many times: `python -m tests.e2e.pairs 200` counts pairs that never end.

A pair is one of four: two videos; one video asked for twice; a video and a server that is closed meanwhile; two videos
of which one is stopped and then asked for again. Each home is new, so that both commands also make its database.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

PAIR_TIMEOUT_SEC = 120.0
"""A video of two seconds takes about five; a pair that takes this long has hung."""
KINDS = ("two videos", "one video twice", "server closed", "one stopped")


@dataclass
class Pair:
    """``problem`` is empty when both videos were made."""

    kind: str
    seconds: float
    problem: str


def run_pair(folder: Path, kind: str, chance: random.Random) -> Pair:
    """Run one pair in ``folder`` and wait until both commands have ended."""
    start_sec = time.monotonic()
    home = _Home(folder)
    try:
        problem = home.play(kind, chance)
    finally:
        home.kill_all()
    return Pair(kind, time.monotonic() - start_sec, problem)


class _Home:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._env = {**os.environ, "SUTRADHAR_HOME": str(folder / "home")}
        self._started: list[subprocess.Popen[str]] = []

    def play(self, kind: str, chance: random.Random) -> str:
        moment = chance.uniform(0.2, 6.0)
        if kind == "server closed":
            server = self._start("serve", "--port", str(_free_port()))
            self._rest(chance.uniform(0.0, 2.5))
            processes = [self._make("a", "a")]
            self._rest(moment)
            server.send_signal(signal.SIGINT)
            processes.append(server)
            return self._find_problem(processes, (0, 130))
        if kind == "one stopped":
            stopped, other = self._make("a", "a"), self._make("b", "b")
            self._rest(moment)
            stopped.send_signal(signal.SIGINT)
            problem = self._find_problem([stopped, other], (0, 130))
            return problem or self._find_problem([self._make("a", "a")], (0,))
        second = "a" if kind == "one video twice" else "b"
        first = self._make("a", "a")
        self._rest(chance.uniform(0.0, 1.0))
        return self._find_problem([first, self._make(second, "other")], (0,))

    def kill_all(self) -> None:
        for process in self._started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    @staticmethod
    def _rest(seconds: float) -> None:
        """Let the commands work for a random while, because the test is about that timing."""
        time.sleep(seconds)

    def _make(self, which: str, out: str) -> subprocess.Popen[str]:
        plan = self._folder / f"{which}.json"
        scenes = [{"image_prompt": f"a hill {which}", "duration_sec": 2}]
        plan.write_text(json.dumps({"title": which, "scenes": scenes, "render": {"mode": "PROXY"}, "language": "en"}))
        return self._start("make", "--plan", str(plan), "--out", str(self._folder / out))

    def _start(self, *words: str) -> subprocess.Popen[str]:
        argv = [sys.executable, "-m", "functions.cli", *words]
        process = subprocess.Popen(
            argv, env=self._env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
        self._started.append(process)
        return process

    def _find_problem(self, processes: list[subprocess.Popen[str]], codes: tuple[int, ...]) -> str:
        end = time.monotonic() + PAIR_TIMEOUT_SEC
        for process in processes:
            try:
                output, _ = process.communicate(timeout=max(1.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                return f"hung: {process.args!r}"
            if process.returncode not in codes:
                return f"exit {process.returncode}: {output[-800:]}"
        return ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(count: int, seed: int = 11) -> int:
    """Run ``count`` pairs, print each problem and a last line with the totals; return 1 if there was a problem."""
    chance, ended = random.Random(seed), Counter[str]()
    for number in range(count):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            pair = run_pair(Path(folder), KINDS[number % len(KINDS)], chance)
        ended["well" if not pair.problem else pair.problem.split(":")[0]] += 1
        if pair.problem:
            print(f"pair {number} ({pair.kind}, {pair.seconds:.0f} s): {pair.problem}", flush=True)
    print(f"{count} pairs: {dict(ended)}")
    return int(ended["well"] != count)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
