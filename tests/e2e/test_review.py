"""`sutradhar make --review` on a terminal, and without one."""

import json
import os
import pty
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.e2e.conftest import Terminal

PLAN = {
    "title": "Tea",
    "music": False,
    "subtitle_languages": ["en"],
    "scenes": [{"narration": "Tea is hot.", "image_prompt": "a cup of tea"}],
    "render": {"mode": "PROXY"},
}
QUESTION = b"[y/n/edit]"


@pytest.fixture
def words(terminal: Terminal) -> list[str]:
    terminal.plan.write_text(json.dumps(PLAN), "utf-8")
    return ["make", "--plan", str(terminal.plan), "--out", str(terminal.out), "--review"]


def type_answers(terminal: Terminal, words: list[str], *answers: str | signal.Signals) -> tuple[int, str]:
    """Run the command on a terminal of its own, and type or send one answer at each question; return its exit code and
    output."""
    screen, side = pty.openpty()
    argv = [sys.executable, "-m", "functions.cli", *words]
    process = subprocess.Popen(argv, env=terminal.env, stdin=side, stdout=side, stderr=side, start_new_session=True)
    os.close(side)
    limit = threading.Timer(240, process.kill)
    limit.start()
    output, shown, left = b"", 0, list(answers)
    while True:
        try:
            output += os.read(screen, 65_536)
        except OSError:  # the command has ended
            break
        if left and QUESTION in output[shown:]:
            shown = len(output)
            answer = left.pop(0)
            if isinstance(answer, str):
                os.write(screen, f"{answer}\n".encode())
            else:
                process.send_signal(answer)
    os.close(screen)
    code = process.wait(60)
    limit.cancel()
    assert not left, output.decode()
    return code, " ".join(output.decode().split())


def test_a_plan_is_reviewed_left_changed_and_made(terminal: Terminal, words: list[str], tmp_path: Path) -> None:
    code, shown = type_answers(terminal, words, signal.SIGINT)
    (job,) = terminal.jobs()
    assert (code, job["state"]) == (130, "AWAITING_APPROVAL")
    assert all(text in shown for text in ("Tea is hot.", "a cup of tea", "The rest costs nothing."))
    assert f"`sutradhar approve {job['id']}`" in shown
    (narration,) = terminal.out.iterdir()
    assert narration.read_bytes().startswith(b"RIFF")

    script = tmp_path / "edit.py"
    script.write_text(
        "import pathlib, sys\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "file.write_text(file.read_text('utf-8').replace('is hot', 'is very hot'), 'utf-8')\n"
    )
    terminal.env["VISUAL"] = shlex.join([sys.executable, str(script)])
    code, shown = type_answers(terminal, words, "edit", "y")
    (job,) = terminal.jobs()
    assert (code, job["state"]) == (0, "SUCCEEDED"), shown
    assert "Tea is very hot." in shown
    assert terminal.calls() == 3, "two narrations and one image"
    assert "very hot" in (terminal.out / "captions.en.srt").read_text("utf-8")
    assert terminal.leftovers() == []


def test_without_a_terminal_it_asks_nothing_and_the_job_waits(terminal: Terminal, words: list[str]) -> None:
    process = terminal.run(*words, "--json")
    document = json.loads(process.stdout[process.stdout.index("{") :])
    assert (process.returncode, document["state"]) == (0, "awaiting_approval")
    assert [Path(file).exists() for file in document["files"]] == [True]
    assert f"`sutradhar approve {document['job_id']}`" in process.stdout
    code, shown = type_answers(terminal, words, "n")
    assert (code, f"{document['job_id']} was cancelled." in shown) == (1, True)
