"""Run Google's own command line, which judges our commands. It needs no network for that."""

import os
import shutil
import subprocess
from pathlib import Path

from sutradhar.domain.core.errors import NotInstalled
from tests.emulated_cloud import skip_if_missing


def _program() -> str:
    with skip_if_missing():
        program = shutil.which("gcloud")
        if program is None:
            raise NotInstalled("the Google Cloud CLI", advice="https://cloud.google.com/sdk/docs/install")
    return program


def lib() -> Path:
    """Return the folder of its Python sources."""
    return Path(os.path.realpath(_program())).parents[1] / "lib"


def gcloud(config: Path, *argv: str) -> str:
    """Return its stdout. ``config`` is a folder for its settings, so that it does not read the user's own."""
    env = {**os.environ, "CLOUDSDK_CONFIG": str(config / "gcloud-settings"), "CLOUDSDK_CORE_DISABLE_PROMPTS": "1"}
    done = subprocess.run([_program(), *argv], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
