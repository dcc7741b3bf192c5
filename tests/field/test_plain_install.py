"""A plain install reads a user's files without any developer's package."""

import os
import subprocess
from pathlib import Path

from tests.plain import ROOT, environment


def run(*argv: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    env["SUTRADHAR_HOME"] = str(home)
    return subprocess.run(list(map(str, argv)), cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_the_tests_of_uploads_pass_in_it(tmp_path: Path) -> None:
    python = environment("plain-pytest") / "bin/python"
    done = run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/functions/test_uploads.py", home=tmp_path)
    assert done.returncode == 0, done.stdout


def test_a_plain_install_has_no_developers_package() -> None:
    for name in ("plain", "plain-pytest", "functions", "publish"):
        code = (
            "import importlib.util as u; print([n for n in ('hypothesis', 'faster_whisper', 'mypy') if u.find_spec(n)])"
        )
        assert run(environment(name) / "bin/python", "-c", code, home=Path()).stdout == "[]\n"


def test_the_doctor_opens_a_media_file(tmp_path: Path) -> None:
    done = run(environment("plain") / "bin/sutradhar", "doctor", home=tmp_path)
    assert "media files" in done.stdout
