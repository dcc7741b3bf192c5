"""Google's own command line, as a judge of what is written for it. It asks nobody on the network for that."""

import os
import shutil
import subprocess
from pathlib import Path

from sutradhar.domain.core.errors import NotInstalled
from tests.emulated_cloud import or_skipped


def _program() -> str:
    with or_skipped():
        found = shutil.which("gcloud")
        if found is None:
            raise NotInstalled("the Google Cloud CLI", advice="https://cloud.google.com/sdk/docs/install")
    return found


def lib() -> Path:
    """Its Python sources."""
    return Path(os.path.realpath(_program())).parents[1] / "lib"


def gcloud(config: Path, *argv: str) -> str:
    """Its stdout; ``config`` is a folder for its settings, so that nobody's own are read."""
    env = {**os.environ, "CLOUDSDK_CONFIG": str(config / "gcloud-settings"), "CLOUDSDK_CORE_DISABLE_PROMPTS": "1"}
    done = subprocess.run([_program(), *argv], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
