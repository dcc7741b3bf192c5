"""Tests of an interrupt that comes at a moment at which Python ignores exceptions."""

import subprocess
import sys

import pytest

_PLACES = {
    "a __del__": "class Freed:\n    def __del__(self): stop()\nFreed()\n",
    "the callback of a weak reference": (
        "import weakref\nclass Freed: pass\nfreed = Freed()\nwatch = weakref.ref(freed, lambda _: stop())\ndel freed\n"
    ),
    "ordinary code": "stop()\n",
}


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("place", _PLACES)
def test_an_interrupt_ends_the_command_wherever_it_comes(place: str, number: str) -> None:
    body = f"{_PLACES[place]}threading.Event().wait(20)\nprint('it went on')\n"
    script = (
        "import os, signal, threading\n"
        "import typer\n"
        "from functions.cli.console import handle_signals, report_errors\n"
        f"def stop(): signal.raise_signal(signal.{number})\n"
        "try:\n"
        "    with report_errors(), handle_signals():\n"
        + "".join(f"        {line}\n" for line in body.splitlines())
        + "except typer.Exit as exc:\n"
        "    os._exit(exc.exit_code)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, "Stopped." in ended.stderr) == (130, True), ended
    assert ended.stdout == ""
