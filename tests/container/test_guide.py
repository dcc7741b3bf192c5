"""docs/deploy.md, held against what it speaks of: each command, name, figure and field in it is one that there is.

Google's commands of docs/ops/runbook.md are checked too.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from functions.dev import package
from sutradhar import telemetry
from tests.container.cloud_sdk import gcloud
from tests.container.dockerfile import ROOT
from tests.container.test_pipeline import BUILD, rules
from tests.function_client import open_client

GUIDE = (ROOT / "docs/deploy.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
COMMANDS = "\n".join(BLOCKS).replace("\\\n", " ")
RUNBOOK = (ROOT / "docs/ops/runbook.md").read_text()
TERRAFORM = "".join(path.read_text() for path in sorted((ROOT / "terraform").rglob("*.tf")))

MAKES = {
    "google_artifact_registry": "artifactregistry.admin",
    "google_billing": "billing.costsManager",
    "google_cloud_run": "run.admin",
    "google_cloud_scheduler": "cloudscheduler.admin",
    "google_cloudfunctions2": "cloudfunctions.admin",
    "google_firestore": "datastore.owner",
    "google_kms": "cloudkms.admin",
    "google_logging": "logging.configWriter",
    "google_monitoring": "monitoring.editor",
    "google_project_iam_custom_role": "iam.roleAdmin",
    "google_project_iam_member": "resourcemanager.projectIamAdmin",
    "google_project_service": "serviceusage.serviceUsageAdmin",
    "google_pubsub": "pubsub.admin",
    "google_secret_manager": "secretmanager.admin",
    "google_service_account": "iam.serviceAccountAdmin",
    "google_storage": "storage.admin",
}
"""The predefined role with which each kind of resource is made, by how its type begins."""


def test_every_command_of_google_is_one(tmp_path: Path) -> None:
    of_runbook = "\n".join(re.findall(r"^```sh\n(.*?)^```", RUNBOOK, re.MULTILINE | re.DOTALL))
    commands = re.findall(r"""gcloud (?:'[^']*'|"[^"]*"|[^\n|;)'"])+""", COMMANDS + of_runbook)
    known = {"PROJECT": "my-project", "REGION": "europe-west4", "role": "viewer", "JOB": "j", "REVISION": "api-00001"}
    known["DEPLOYER"] = "sutradhar-deployer@my-project.iam.gserviceaccount.com"
    filled = (re.sub(r"\$(\w+)", lambda name: known[name[1]], re.sub(r"\$\(.*", "x", command)) for command in commands)
    commands = sorted({command.partition(" # ")[0].strip() for command in filled})
    assert len(commands) >= 20
    assert sum("--to-revisions=" in command for command in commands) == 1
    (tmp_path / "commands.json").write_text(json.dumps([{"command_string": command} for command in commands]))
    answer = json.loads(
        gcloud(tmp_path, "meta", "lint-gcloud-commands", f"--commands-file={tmp_path / 'commands.json'}")
    )
    assert len(answer) == len(commands)
    assert {one["command_string"]: one["error_message"] for one in answer if not one["success"]} == {}


@pytest.mark.parametrize("block", range(len(BLOCKS)))
def test_every_block_can_be_read_by_a_shell(block: int) -> None:
    done = subprocess.run(["bash", "-n"], input=BLOCKS[block], text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_variable_is_set_before_it_is_used() -> None:
    known = {"PATH", "HOME"}
    for line in COMMANDS.splitlines():
        known |= (
            set(re.findall(r"^for (\w+) in|read -r (\w+)", line)[0]) if re.search(r"^for |read -r", line) else set()
        )
        for assigned in re.findall(r"(?:^export |\s)([A-Z_]+)=", line):
            known.add(assigned)
        assert set(re.findall(r"\$([A-Za-z_]\w*)", line)) <= known, line


def test_every_terraform_command_gives_what_terraform_wants() -> None:
    known = set(rules())
    declared = (ROOT / "terraform/variables.tf").read_text()
    text = re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', declared, re.MULTILINE | re.DOTALL)
    needed = {name for name, body in text if not re.search(r"^  default ", body, re.MULTILINE)}
    assert {"project", "archive", "image"} <= needed
    commands = [line for line in COMMANDS.splitlines() if re.match(r"terraform .*(apply|destroy|plan)", line)]
    assert len(commands) >= 4
    for command in commands:
        names = set(re.findall(r"-var=(\w+)=", command))
        assert needed <= names <= known, command
    listed = re.search(r"Other variables.*?: (.*?)\.\n", GUIDE, re.DOTALL)
    assert listed
    file = re.search(r"deployment\.auto\.tfvars <<END\n(.*?)^END", GUIDE, re.MULTILINE | re.DOTALL)
    assert file
    named = set(re.findall(r"`(\w+)`", listed[1])) | set(re.findall(r"^(\w+) *=", file[1], re.MULTILINE))
    assert named | needed | {"region"} == known
    for kind, name in re.findall(r"-target=(\w+)\.(\w+)", COMMANDS):
        assert f'resource "{kind}" "{name}"' in TERRAFORM
    outputs = re.findall(r"output -raw (\w+)", COMMANDS)
    assert {"api", "render_job"} <= set(outputs)
    assert all(f'output "{name}"' in TERRAFORM for name in outputs)


def test_every_path_target_and_substitution_exists() -> None:
    paths = set(re.findall(r"`((?:terraform|docs|functions|gpu_renderer|domain)/[\w./-]*)`", GUIDE))
    paths |= set(re.findall(r"(?:-f |--config=)(\S+)", COMMANDS))
    assert {"gpu_renderer/Dockerfile", "cloudbuild.yaml"} <= paths
    for path in paths:
        assert (ROOT / path).exists() or (ROOT / "shared/sutradhar" / path).exists(), path
    for module in re.findall(r"python -m ([\w.]+)", COMMANDS):
        assert (ROOT / f"{module.replace('.', '/')}.py").exists()
    for target in re.findall(r"^make (\S+)", COMMANDS, re.MULTILINE):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    names = re.findall(r"--substitutions=(\S+)", COMMANDS)
    assert names
    assert {pair.partition("=")[0] for text in names for pair in text.split(",")} <= set(BUILD["substitutions"])


def test_the_build_may_make_all_that_terraform_makes_and_no_more() -> None:
    kinds = set(re.findall(r'^resource "(\w+)"', TERRAFORM, re.MULTILINE))
    needed = set()
    for kind in kinds:
        prefix = max((prefix for prefix in MAKES if kind.startswith(prefix)), key=len, default=None)
        assert prefix, f"which role makes {kind}? add it here and to docs/deploy.md"
        needed.add(MAKES[prefix])
    to_apply = next(block for block in BLOCKS if "artifactregistry.admin" in block)
    names = set(re.findall(r"\b[a-z]+\.[a-z][A-Za-z]+\b", to_apply.partition("; do")[0]))
    # functions and jobs run as accounts of their own, which the one that makes them must be allowed to use
    assert names | {"billing.costsManager"} == needed | {"iam.serviceAccountUser"}
    assert "`roles/billing.costsManager`" in GUIDE
    roles = set(re.findall(r"\b[a-z]+\.[a-z][A-Za-z]+\b", COMMANDS.partition("gcloud builds submit")[0]))
    assert not {"roles/owner", "roles/editor"} & {f"roles/{role}" for role in roles}


def test_its_order_is_one_that_the_api_takes(api: FlaskClient, home: Path) -> None:
    [body] = re.findall(r"-d '(\{.*?\})'", COMMANDS)
    # as curl sends -d
    answer = api.post("/render", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 202
    job = answer.get_json()["job_id"]
    file = {"filename": "a.png", "content_type": "image/png", "size": 9}
    upload = api.post("/uploads", json=file).get_json()["upload_id"]
    calls = [("", path) for path in re.findall(r"curl .*?\$API(/\S+)", COMMANDS)]
    calls += re.findall(r"`(GET|POST) (/\S+?)`", GUIDE)
    assert len(set(calls)) >= 7
    for method_name, path in calls:
        method = method_name or ("POST" if path.endswith(("/render", "/retry")) else "GET")
        sent = json.dumps(file) if path == "/uploads" else body
        where = re.sub(r"\$JOB|\$job|\bJOB\b", job, path).replace("/uploads/ID", f"/uploads/{upload}")
        answer = api.open(where, method=method, data=sent)
        if path.endswith("/complete"):
            assert "nothing was sent" in answer.get_json()["detail"]
            continue
        # nothing works at this job, so that it has no file and cannot be retried yet
        assert answer.status_code in (200, 201, 202, 409), (path, answer.get_json())
    assert api.get(f"/render/{job}/status").status_code == 200


def test_what_it_looks_for_in_the_log_is_written_there(tmp_path: Path, home: Path) -> None:
    sources = "".join(
        path.read_text()
        for name in ("functions", "gpu_renderer", "shared/sutradhar")
        for path in (ROOT / name).rglob("*.py")
    )
    for event in {*re.findall(r'jsonPayload\.event="(\w+)"', GUIDE), "message_failed"}:
        assert f'log("{event}"' in sources
    fields = set(re.findall(r"jsonPayload\.(\w+)", GUIDE))
    telemetry.write_to(tmp_path / "log")
    with telemetry.bind_fields(job_id="j", request_id="t"):
        telemetry.log("e", exc=ValueError("x"), setting="s", started_at="t")
    assert fields == {"job_id", "request_id", "event", "error", "setting", "started_at"}
    assert 'log("calibrated", setting=report.setting, started_at=report.started_at)' in sources
    assert fields <= set(json.loads((tmp_path / "log").read_text()))


def test_the_subscription_that_it_turns_back_keeps_what_is_asked_for() -> None:
    [name] = re.findall(r"gcloud pubsub subscriptions seek sutradhar-(\S+)", COMMANDS)
    resource = re.search(
        rf'"google_pubsub_topic" "{name.replace("-", "_")}" \{{(.*?)^\}}', TERRAFORM, re.MULTILINE | re.DOTALL
    )
    assert resource
    assert f"${{var.name}}-{name}" in resource[1]
    kept = re.search(r'message_retention_duration = "(\d+)s"', resource[1])
    assert kept
    assert int(kept[1]) == 30 * 86400  # "for 30 days"


def test_the_python_of_the_functions_follows_the_packages() -> None:
    """Another version of pocketsphinx, or another Python: look again for which of them it has wheels."""
    pinned = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)
    assert f"The functions run on Python {package.RUNTIME}, for which every requirement" in " ".join(GUIDE.split())
    assert f"pocketsphinx {pinned['pocketsphinx']} has none" in GUIDE


@pytest.fixture
def api(home: Path) -> FlaskClient:
    """The function ``api`` as functions-framework serves it."""

    return open_client("api")
