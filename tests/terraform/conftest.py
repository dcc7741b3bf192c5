"""The real terraform, with the provider's schema from a stub: nothing is reached, nothing is made."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
STUB = Path(os.environ.get("TERRAFORM_STUB") or ROOT.parent / "shared/tools/terraform_stub")
SCHEMA = Path(__file__).with_name("google_schema.json")
"""The schema of hashicorp/google 8.7.0 for the types that terraform/ uses; make_schema.sh makes it."""
DIGEST = "0" * 64
VARIABLES = {
    "project": "demo-project",
    "archive": f"build/functions-{DIGEST}.zip",
    "image": f"europe-west4-docker.pkg.dev/demo-project/sutradhar/renderer@sha256:{DIGEST}",
}

OTHER: dict[str, Any] = {
    "name": "other",
    "render_on": "cpu",
    "renderer_size": {"cpus": 8, "memory_gib": 32},
    "public_api": True,
    "callers": ["user:you@example.com"],
    "secrets": {"A_KEY": ["plan", "produce"], "B_KEY": ["api"]},
    "youtube": True,
    "publish_bucket": "gs://shop-window/videos/",
    "marks": True,
    "marks_certificate": "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
    "settings": {"PUBLISH_WEBHOOK_URL": "https://receiver.example/videos"},
}


@dataclass
class Terraform:
    """A copy of ``terraform/`` that tests may break."""

    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        argv = [
            sys.executable,
            str(STUB / "tfstub.py"),
            str(SCHEMA),
            "--",
            "terraform",
            *arguments,
        ]
        env = {name: value for name, value in os.environ.items() if name != "TF_CLI_CONFIG_FILE"}
        return subprocess.run(
            argv, cwd=self.folder, env={**env, "NO_COLOR": "1"}, capture_output=True, text=True, check=False
        )

    def ok(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def change(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@pytest.fixture(scope="session")
def terraform_tools() -> None:
    missing = [
        what for what, there in (("terraform", shutil.which("terraform")), (str(STUB), STUB.is_dir())) if not there
    ]
    if missing and os.environ.get("CI"):
        pytest.fail(f"CI lacks {', '.join(missing)}")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


@pytest.fixture
def terraform(terraform_tools: None, tmp_path: Path) -> Terraform:
    return copy_configuration(tmp_path / "terraform")


def copy_configuration(folder: Path) -> Terraform:
    shutil.copytree(ROOT / "terraform", folder, ignore=shutil.ignore_patterns(".terraform*"))
    # the state of a test is a file beside it
    (folder / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    terraform = Terraform(folder)
    terraform.ok("init", "-input=false")
    return terraform


@dataclass
class Planned:
    """``values`` by address."""

    values: dict[str, dict[str, Any]]

    def select(self, kind: str) -> dict[str, dict[str, Any]]:
        pattern = re.compile(rf"(^|\.){kind}\.")
        return {address: values for address, values in self.values.items() if pattern.search(address)}


def plan(terraform: Terraform, **variables: Any) -> Planned:
    terraform.ok("plan", "-input=false", "-out=plan", *list_arguments(**variables))
    return _gather_values(json.loads(terraform.ok("show", "-json", "plan"))["planned_values"])


def apply(terraform: Terraform, **variables: Any) -> Planned:
    """As ``plan``; what only Google knows has made-up values, the same wherever it is referred to."""
    terraform.ok("apply", "-input=false", "-auto-approve", *list_arguments(**variables))
    return _gather_values(json.loads(terraform.ok("show", "-json"))["values"])


def list_arguments(**variables: Any) -> list[str]:
    """Return the arguments that set the variables of a deployment."""
    values_by_name = {**VARIABLES, **variables}
    return [
        f"-var={name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in values_by_name.items()
    ]


def _gather_values(values: dict[str, Any]) -> Planned:
    resources: dict[str, dict[str, Any]] = {}

    def gather(module: dict[str, Any]) -> None:
        resources.update({r["address"]: r["values"] for r in module.get("resources", [])})
        for child in module.get("child_modules", []):
            gather(child)

    gather(values["root_module"])
    return Planned(resources)


@pytest.fixture(scope="session")
def default_plan(terraform_tools: None, tmp_path_factory: pytest.TempPathFactory) -> Planned:
    """The deployment as it comes."""
    return plan(copy_configuration(tmp_path_factory.mktemp("planned") / "terraform"))


@pytest.fixture(scope="session")
def everything(terraform_tools: None, tmp_path_factory: pytest.TempPathFactory) -> Planned:
    """The deployment with all that can be asked for."""
    return plan(
        copy_configuration(tmp_path_factory.mktemp("everything") / "terraform"),
        public_api=True,
        job_days=90,
        output_days=14,
        upload_days=21,
        min_api_instances=2,
        marks=True,
        alert_email="a@example.com",
        billing_account="012345-6789AB-CDEF01",
        secrets={"OPENAI_API_KEY": ["plan"]},
        cors_origins=["https://studio.example.com"],
        oidc={
            "issuer": "https://accounts.google.com",
            "audiences": ["https://video.example.com", "a-client"],
            "callers": ["@example.com"],
            "admins": ["boss@example.com"],
        },
    )


@pytest.fixture(scope="session")
def second_deployment(terraform_tools: None, tmp_path_factory: pytest.TempPathFactory) -> Planned:
    """A second deployment, under another name, without graphics cards, open to all."""
    return apply(copy_configuration(tmp_path_factory.mktemp("applied") / "terraform"), **OTHER)
