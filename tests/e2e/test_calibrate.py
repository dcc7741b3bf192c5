"""A calibration that is ended leaves no process and no file behind (real processes)."""

import signal
from pathlib import Path

from tests.e2e.conftest import Terminal
from tests.waiting import wait_until


def test_an_ended_calibration_leaves_nothing_behind(terminal: Terminal, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    terminal.env["TMPDIR"] = str(temporary)
    process = terminal.start("calibrate", "--quick")
    assert process.stdout is not None
    lines: list[str] = []
    while not any("2 of 5" in line for line in lines):
        lines.append(process.stdout.readline())
        assert lines[-1], lines
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 130, rest
    assert "Nothing was saved" in rest
    wait_until(lambda: not terminal.leftovers() and not list(temporary.iterdir()))
