"""cloudbuild.yaml and docs/deploy.md, held against what they speak of."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.image.dockerfile import ROOT

BUILD: dict[str, Any] = yaml.safe_load((ROOT / "cloudbuild.yaml").read_text())
BUILT_IN = {"PROJECT_ID", "PROJECT_NUMBER", "BUILD_ID", "COMMIT_SHA", "SHORT_SHA", "REVISION_ID", "LOCATION"}
DEPLOY = (ROOT / "docs/deploy.md").read_text()


def scripts() -> dict[str, str]:
    return {step["id"]: step["args"][-1] for step in BUILD["steps"]}


def variables() -> set[str]:
    return set(re.findall(r'^variable "(\w+)"', (ROOT / "terraform/variables.tf").read_text(), re.MULTILINE))


def test_it_has_the_fields_that_cloud_build_knows() -> None:
    assert set(BUILD) <= {"steps", "substitutions", "timeout", "options", "serviceAccount", "images", "tags"}
    for step in BUILD["steps"]:
        assert set(step) <= {"id", "name", "entrypoint", "args", "env", "dir", "waitFor", "secretEnv", "timeout"}
        assert all(before in scripts() for before in step.get("waitFor", []))
    assert all(isinstance(value, str) for value in BUILD["substitutions"].values())
    assert re.fullmatch(r"\d+s", BUILD["timeout"])


def test_the_steps_come_in_their_order() -> None:
    assert list(scripts()) == ["test", "package", "image", "plan", "apply"]


def test_every_substitution_is_declared_and_used() -> None:
    text = "\n".join(scripts().values())
    used = set(re.findall(r"(?<!\$)\$\{?([A-Z_][A-Z0-9_]*)", text))
    assert {name for name in used if name.startswith("_")} == set(BUILD["substitutions"])
    assert {name for name in used if not name.startswith("_")} <= BUILT_IN


@pytest.mark.parametrize("step", scripts())
def test_every_script_can_be_read_by_its_shell(step: str) -> None:
    shell = next(s["entrypoint"] for s in BUILD["steps"] if s["id"] == step)
    done = subprocess.run(
        [shell, "-n"], input=scripts()[step].replace("$$", "$"), text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("text", [DEPLOY, "\n".join(scripts().values())], ids=["deploy.md", "cloudbuild.yaml"])
def test_every_variable_that_is_passed_is_one_of_terraforms(text: str) -> None:
    passed = set(re.findall(r"-var=['\"]?(\w+)=", text)) | set(re.findall(r'-var="(\w+)=', text))
    assert {"project", "region", "archive", "image"} <= passed
    assert passed <= variables()


def test_every_name_in_the_guide_exists() -> None:
    for path in re.findall(r"`((?:terraform|docs|functions|gpu_renderer|domain)/[\w./-]*)`", DEPLOY):
        assert (ROOT / path).exists() or (ROOT / "shared/sutradhar" / path).exists(), path
    listed = re.search(r"Other variables.*?: (.*?)\.\n", DEPLOY, re.DOTALL)
    assert listed
    assert set(re.findall(r"`(\w+)`", listed[1])) <= variables()
    substitutions = re.findall(r"--substitutions=(\S+)", DEPLOY)
    assert {pair.partition("=")[0] for text in substitutions for pair in text.split(",")} <= set(BUILD["substitutions"])
    for address in re.findall(r"-target=(\w+)\.(\w+)", DEPLOY):
        files = "".join(path.read_text() for path in (ROOT / "terraform").glob("*.tf"))
        assert f'resource "{address[0]}" "{address[1]}"' in files
    outputs = re.findall(r"output -raw (\w+)", DEPLOY)
    assert all(f'output "{name}"' in (ROOT / "terraform/outputs.tf").read_text() for name in outputs)


def test_the_costs_in_the_guide_are_those_of_the_model() -> None:
    from types import SimpleNamespace

    from sutradhar.domain.capacity import Machine, estimate, tasks_for

    rows = re.findall(r"\| (\d+) (s|min) \| ([\d.]+) USD, (\d+) s \| ([\d.]+) USD, (\d+) s \|", DEPLOY)
    assert len(rows) == 4
    for length, unit, *told in rows:
        seconds = int(length) * (60 if unit == "min" else 1)
        timeline: Any = SimpleNamespace(width=1920, height=1080, frames=seconds * 30, duration_sec=seconds)
        for gpu, usd, wall in ((True, *told[:2]), (False, *told[2:])):
            machine = Machine(cpus=4, memory_gib=16, gpu=gpu)
            found = estimate(timeline, machine, tasks_for(timeline, machine))
            assert (f"{found.usd:.4f}", f"{found.wall_sec:.0f}") == (usd, wall)


def test_no_script_holds_a_secret() -> None:
    for path in [ROOT / "cloudbuild.yaml", *Path(ROOT / "terraform").rglob("*.tf")]:
        assert not re.search(r"(?i)(api_key|password|token)\s*[:=]\s*[\"'][A-Za-z0-9_-]{16,}", path.read_text()), path
