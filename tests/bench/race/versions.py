"""Find the versions of the racers."""

import json
import re
import subprocess

from tests.bench.race.peers import INSTALLED, MOVIEPY

_PACKAGES = {"editly": "editly", "remotion": "@remotion/cli", "hyperframes": "hyperframes"}


def find(name: str) -> str:
    """Return the version of the racer ``name``; empty for ours and for what is not installed."""
    name = name.removesuffix("_fast")
    if name in _PACKAGES:
        path = INSTALLED / name / "node_modules" / _PACKAGES[name] / "package.json"
        return str(json.loads(path.read_text())["version"]) if path.exists() else ""
    if name == "moviepy" and MOVIEPY.exists():
        program = "import importlib.metadata as m; print(m.version('moviepy'))"
        done = subprocess.run([str(MOVIEPY), "-c", program], capture_output=True, text=True, check=False)
        return done.stdout.strip()
    if name.startswith("zoompan"):
        output = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True).stdout
        match = re.search(r"version (\d[\w.]*)", output)
        return f"(ffmpeg {match[1]})" if match else ""
    return ""
