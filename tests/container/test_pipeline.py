"""cloudbuild.yaml and .gcloudignore, as far as Google's own command line and the steps' shells can judge them."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.container.cloud_sdk import gcloud, lib
from tests.container.dockerfile import ROOT

CLOUDBUILD = ROOT / "cloudbuild.yaml"
BUILD: dict[str, Any] = yaml.safe_load(CLOUDBUILD.read_text())
STEPS: dict[str, dict[str, Any]] = {step["id"]: step for step in BUILD["steps"]}
BUILT_IN = {
    "TAG_NAME",
    "PROJECT_ID",
    "PROJECT_NUMBER",
    "BUILD_ID",
    "COMMIT_SHA",
    "SHORT_SHA",
    "REVISION_ID",
    "LOCATION",
}
DIGEST = "europe-west4-docker.pkg.dev/my-project/sutradhar/renderer@sha256:" + "ab" * 32

_LOAD = """
import sys
sys.path[:0] = sys.argv[2:]
from googlecloudsdk.api_lib.cloudbuild import cloudbuild_util, config
config.LoadCloudbuildConfigFromPath(sys.argv[1], cloudbuild_util.GetMessagesModule())
"""
_REFERENCE = re.compile(r"\$(?:\$|\{([A-Z_][A-Z0-9_]*)\}|([A-Z_][A-Z0-9_]*))")

_PROGRAM = """#!/bin/sh
printf '%s\\n' "$(basename "$0")" "$PWD" "$@" | {python} -c '
import json, sys
print(json.dumps(sys.stdin.read().splitlines()))' >> {log}
case "$*" in inspect*) echo {digest};; esac
"""


def load(path: Path) -> "subprocess.CompletedProcess[str]":
    """Return the build as `gcloud builds submit --config` reads it from ``path`` before it sends it."""
    argv = [sys.executable, "-c", _LOAD, str(path), str(lib()), str(lib() / "third_party")]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def expand(script: str, values: Mapping[str, str]) -> str:
    """Cloud Build's substitution: $$ is a dollar, everything else must be known."""
    return _REFERENCE.sub(lambda match: "$" if match[0] == "$$" else values[match[1] or match[2]], script)


def test_gcloud_accepts_it() -> None:
    done = load(CLOUDBUILD)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("right", "wrong"), [("waitFor", "waitfor"), ("E2_HIGHCPU_8", "E2_HIGHCPU_9"), ('_APPLY: "', 'apply: "')]
)
def test_gcloud_refuses_what_it_does_not_know(right: str, wrong: str, tmp_path: Path) -> None:
    broken = tmp_path / "cloudbuild.yaml"
    broken.write_text(CLOUDBUILD.read_text().replace(right, wrong))
    assert broken.read_text() != CLOUDBUILD.read_text()
    assert load(broken).returncode != 0


def test_each_step_waits_for_what_it_uses() -> None:
    waits = {name: set(step.get("waitFor", [])) for name, step in STEPS.items()}
    assert waits == {
        "test": set(),
        "package": {"test"},
        "image": {"test"},
        "plan": {"package", "image"},
        "apply": {"plan"},
    }


def test_every_substitution_is_declared_and_used() -> None:
    used = {a or b for step in STEPS.values() for a, b in _REFERENCE.findall(step["args"][-1]) if a or b}
    assert {name for name in used if name.startswith("_")} == set(BUILD["substitutions"])
    assert {name for name in used if not name.startswith("_")} <= BUILT_IN


@dataclass
class Build:
    """A workspace, in which the steps run with recorders in the place of docker and terraform."""

    folder: Path
    log: Path

    def step(self, name: str, **substitutions: str) -> "subprocess.CompletedProcess[str]":
        built_in = {"PROJECT_ID": "my-project", "SHORT_SHA": "", "TAG_NAME": ""}
        values = BUILD["substitutions"] | built_in | {"_STATE_BUCKET": "state"} | substitutions
        shell, (flag, script) = STEPS[name]["entrypoint"], STEPS[name]["args"]
        env = {**os.environ, "PATH": f"{self.log.parent}:{os.environ['PATH']}"}
        argv = [shell, flag, expand(script, values)]
        return subprocess.run(argv, cwd=self.folder, env=env, capture_output=True, text=True, check=False)

    def calls(self, program: str) -> list[tuple[Path, list[str]]]:
        """Return the folder and the arguments of each call of ``program``."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []
        return [(Path(folder), argv) for name, folder, *argv in lines if name == program]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    folder, programs = tmp_path / "workspace", tmp_path / "bin"
    for name in ("functions", "shared", "gpu_renderer", "terraform"):
        ignore = shutil.ignore_patterns("__pycache__", ".terraform")
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    for name in ("constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    programs.mkdir()
    recorder = _PROGRAM.format(python=sys.executable, log=programs / "log", digest=DIGEST)
    scripts = {programs / name: recorder for name in ("docker", "terraform", "apt-get", "make")}
    scripts |= {
        folder / ".venv/bin/pytest": recorder,
        folder / ".venv/bin/python": f'#!/bin/sh\nexec {sys.executable} "$@"\n',
    }
    (folder / ".venv/bin").mkdir(parents=True)
    for program, text in scripts.items():
        program.write_text(text)
        program.chmod(0o755)
    return Build(folder, programs / "log")


def variables(argv: list[str]) -> dict[str, str]:
    pairs = [word.removeprefix("-var=").partition("=") for word in argv if word.startswith("-var=")]
    return {name: value for name, _, value in pairs}


def rules() -> dict[str, list[str]]:
    """Terraform's variables, each with the patterns that its value must have."""
    text = (ROOT / "terraform/variables.tf").read_text()
    blocks = re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', text, re.MULTILINE | re.DOTALL)
    pattern = r'can\(regex\("((?:[^"\\]|\\.)*)", var\.'
    return {name: [match.replace("\\\\", "\\") for match in re.findall(pattern, body)] for name, body in blocks}


def test_the_image_of_a_commit_and_of_a_tag_is_pushed_under_their_names(build: Build) -> None:
    done = build.step("image", SHORT_SHA="0550582", TAG_NAME="v1.0.0")
    assert done.returncode == 0, done.stderr
    pushed = [argv[1].rpartition(":")[2] for _, argv in build.calls("docker") if argv[0] == "push"]
    assert pushed == ["packages", "latest", "v1.0.0", "main-0550582"]


def test_what_is_packaged_and_built_is_what_is_planned(build: Build) -> None:
    for name in ("package", "image", "plan"):
        done = build.step(name)
        assert done.returncode == 0, done.stderr
    initialised, validated, (folder, planned) = build.calls("terraform")
    assert initialised[1][0] == "init"
    assert {"-backend-config=bucket=state", "-backend-config=prefix=sutradhar"} <= set(initialised[1])
    assert validated[1] == ["validate"]
    assert {"plan", "-input=false", "-out=plan"} <= set(planned)
    settings = variables(planned)
    expected = {
        "project": "my-project",
        "region": "europe-west4",
        "name": "sutradhar",
        "render_on": "gpu",
        "image": DIGEST,
    }
    assert settings == expected | {"archive": settings["archive"]}
    archive = folder / settings["archive"]
    assert archive.resolve() == next((build.folder / "build").glob("functions-*.zip"))
    known = rules()
    assert set(settings) <= set(known)
    assert {"archive", "image"} <= {name for name in settings if known[name]}
    for name, value in settings.items():
        assert all(re.search(rule, value) for rule in known[name]), name


def test_the_image_is_built_with_its_cache_and_pushed_where_terraform_has_the_repository(build: Build) -> None:
    done = build.step("image", _NAME="other", _REGION="us-central1")
    assert done.returncode == 0, done.stderr
    latest = "us-central1-docker.pkg.dev/my-project/other/renderer:latest"
    calls = [argv for _, argv in build.calls("docker")]
    pushed = [argv[1] for argv in calls if argv[0] == "push"]
    built = {argv[argv.index("-t") + 1]: argv for argv in calls if argv[0] == "build"}
    assert latest in pushed
    assert set(pushed) == set(built)
    for argv in built.values():
        assert argv[argv.index("-f") + 1] == "gpu_renderer/Dockerfile"
        # BuildKit takes nothing from an image that was not built with this
        assert "BUILDKIT_INLINE_CACHE=1" in argv
        assert {argv[i + 1] for i, word in enumerate(argv) if word == "--cache-from"} <= set(pushed)
    assert (build.folder / "build.image").read_text().strip() == DIGEST
    # the repository's id is the deployment's name, and the image's name in it is free
    assert "repository_id = var.name" in (ROOT / "terraform/artifact_registry.tf").read_text()


@pytest.mark.parametrize(("switch", "calls"), [("false", []), ("", []), ("true", [["apply", "-input=false", "plan"]])])
def test_nothing_is_applied_but_on_demand(build: Build, switch: str, calls: list[list[str]]) -> None:
    done = build.step("apply", _APPLY=switch)
    assert done.returncode == 0, done.stderr
    assert [argv for _, argv in build.calls("terraform")] == calls
    assert all(folder.name == "terraform" for folder, _ in build.calls("terraform"))


def test_a_build_without_a_bucket_for_the_state_ends_before_it_begins(build: Build) -> None:
    done = build.step("test", _STATE_BUCKET="")
    assert done.returncode != 0
    assert "_STATE_BUCKET" in done.stderr
    assert not build.calls("apt-get")


def test_the_tests_run_as_they_do_here_but_for_terraforms(build: Build) -> None:
    done = build.step("test")
    assert done.returncode == 0, done.stderr
    assert [argv for _, argv in build.calls("make")] == [["check"]]
    [(_, argv)] = build.calls("pytest")
    ignored = [word for word in argv if word.startswith("--ignore=")]
    assert ignored == ["--ignore=tests/terraform"]
    assert (ROOT / "tests/terraform").is_dir()
    assert "CI=true" in STEPS["test"]["env"]


def test_only_what_is_needed_is_sent_to_cloud_build(tmp_path: Path) -> None:
    expected = {
        *("cloudbuild.yaml", "pyproject.toml", "gpu_renderer/Dockerfile", "shared/sutradhar/config.py", ".ci/setup"),
        *("terraform/variables.tf", "terraform/deployment.auto.tfvars", "docs/bench/bench.json"),
    }
    unwanted = {
        *(".env", ".git/config", ".venv/bin/python", ".cache/sutradhar/jobs.db", ".mypy_cache/x", ".ruff_cache/x"),
        *(".pytest_cache/x", ".hypothesis/x", ".import_linter_cache/x", "functions/__pycache__/main.pyc"),
        *("build/functions-0.zip", "build.archive", "build.image", "out/demo/video.mp4", "terraform/.terraform/x"),
        *("terraform/plan", "terraform/terraform.tfstate", "terraform/terraform.tfstate.backup"),
    }
    folder = tmp_path / "repository"
    for name in expected | unwanted:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    for name in (".gcloudignore", ".gitignore"):
        shutil.copy(ROOT / name, folder)
    sent = set(gcloud(tmp_path, "meta", "list-files-for-upload", str(folder)).split())
    assert sent == expected | {".gcloudignore", ".gitignore"}


def test_no_script_holds_a_secret() -> None:
    for path in [CLOUDBUILD, *Path(ROOT / "terraform").rglob("*.tf")]:
        assert not re.search(r"(?i)(api_key|password|token)\s*[:=]\s*[\"'][A-Za-z0-9_-]{16,}", path.read_text()), path
