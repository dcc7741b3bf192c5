"""Run each field case against a plain install, with files and texts as people really bring them."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from functions.dev.emulated_cloud.emulators import find_free_port
from tests.plain import environment

HERE = Path(__file__).parent
CASES = sorted(path.stem for path in HERE.glob("[0-9][0-9]-*.sh"))
TIMEOUT_SEC = 180


@pytest.mark.parametrize("case", CASES)
def test_field_case(case: str, tmp_path: Path) -> None:
    plain = environment("plain")
    env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    env |= {"FIELD_PY": str(plain / "bin/python"), "FIELD_PORT": str(find_free_port()), "TMPDIR": str(tmp_path)}
    argv = ["bash", str(HERE / f"{case}.sh"), str(plain / "bin/sutradhar")]
    with subprocess.Popen(
        argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            output, _ = process.communicate(timeout=TIMEOUT_SEC)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, output
    assert output.splitlines()[-1].startswith("ok: ")
