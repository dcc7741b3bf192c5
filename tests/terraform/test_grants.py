"""An apply binds the right things together: roles with docs/iam.md, pushes with functions, metrics with the log.

The stub answers an apply with made-up addresses, the same wherever one is referred to, so each can be traced back.
"""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from functions import main
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.topics import TOPICS
from tests.terraform.conftest import ROOT, Planned, Terraform
from tests.terraform.test_terraform import read_settings

Grant = tuple[str, str, str]
"""A member, its role and the resource, in the words of docs/iam.md."""

KINDS = ("topic", "subscription", "function", "account")
AGENTS = {"gcp-sa-pubsub": "Pub/Sub's agent", "serverless-robot-prod": "Cloud Run's agent"}
APIS = {
    "artifact": "artifactregistry",
    "billing": "billingbudgets",
    "cloud": "run",
    "cloudfunctions2": "cloudfunctions",
    "cloud_scheduler": "cloudscheduler",
    "firestore": "firestore",
    "kms": "cloudkms",
    "logging": "logging",
    "monitoring": "monitoring",
    "project": "cloudresourcemanager",
    "pubsub": "pubsub",
    "secret": "secretmanager",
    "service": "iam",
    "storage": "storage",
}
"""The API of a resource, by the first word of a resource's type, or the first two."""


def key_of(address: str) -> str:
    """``api`` of ``module.function["api"].google_service_account.this``, ``x`` of ``google_service_account.x``."""
    quoted = re.search(r'\["([^"]+)"\]', address)
    return quoted.group(1) if quoted else address.rsplit(".", 1)[-1]


def words(second_deployment: Planned) -> dict[str, str]:
    """From what Google would answer to our own words."""
    known: dict[str, str] = {}
    for address, v in second_deployment.select("google_service_account").items():
        known |= {f"serviceAccount:{v['email']}": key_of(address), v["name"]: f"account {key_of(address)}"}
    for address, v in second_deployment.select("google_cloudfunctions2_function").items():
        known[v["service_config"][0]["service"]] = f"function {key_of(address)}"
    for address, v in second_deployment.select("google_cloud_run_v2_service").items():
        known[v["name"]] = f"function {key_of(address)}"
    for v in second_deployment.select("google_pubsub_topic").values():
        known[v["id"]] = f"topic {v['name'].removeprefix('other-')}"
    for v in second_deployment.select("google_pubsub_subscription").values():
        known[v["name"]] = f"subscription {v['name'].removeprefix('other-')}"
    for v in second_deployment.select("google_cloud_run_v2_job").values():
        known[v["name"]] = "render jobs"
    for name in ("render_runner", "blob_lister"):
        known[second_deployment.values[f"google_project_iam_custom_role.{name}"]["id"]] = f"NAME_{name}"
    known[second_deployment.values["google_storage_bucket.assets"]["name"]] = "asset bucket"
    known[second_deployment.values["google_secret_manager_secret.youtube[0]"]["id"]] = "the sign-in to YouTube"
    known[second_deployment.values["google_kms_crypto_key.marks[0]"]["id"]] = "the key of the marks"
    known[second_deployment.values["google_artifact_registry_repository.this"]["name"]] = "our repository"
    return known


def describe_place(kind: str, v: dict[str, Any], known: dict[str, str]) -> str:
    if kind == "google_project_iam_member":
        ours = 'resource.name == "projects/demo-project/databases/other"'
        return "our database" if [c["expression"] for c in v["condition"]] == [ours] else "the project"
    if kind == "google_secret_manager_secret_iam_member":
        return known.get(v["secret_id"], "that secret")
    if v.get("condition"):
        bucket = "projects/_/buckets/demo-project-other-assets"
        ours = f'resource.name == "{bucket}" || resource.name.startsWith("{bucket}/objects/uploads/")'
        audit = f'resource.name.startsWith("{bucket}/objects/audit/")'
        folders = {
            ours.replace("uploads/", folder): place
            for folder, place in (
                ("jobs/", "files of jobs"),
                ("assets/", "assets"),
                ("frames/", "preview frames"),
                ("batches/", "batches"),
            )
        }
        target = ours.replace(bucket, "projects/_/buckets/shop-window").replace("uploads/", "videos/")
        (condition,) = v["condition"]
        if v["bucket"] == "shop-window":
            return {target: "published videos"}[condition["expression"]]
        return {ours: "uploads", audit: "audit files", **folders}[condition["expression"]]
    names = ("topic", "subscription", "bucket", "service_account_id", "repository", "crypto_key_id", "name")
    return known[next(v[name] for name in names if v.get(name))]


def list_grants(second_deployment: Planned) -> Iterator[Grant]:
    known = words(second_deployment)
    for address, v in second_deployment.values.items():
        if not v.get("member") or not v.get("role"):
            continue
        (kind,) = re.findall(r"google_\w+", address)
        agent = next((word for part, word in AGENTS.items() if part in v["member"]), None)
        who = agent or known.get(v["member"], "callers" if v["member"] in ("allUsers", "user:you@example.com") else "?")
        if kind == "google_secret_manager_secret_iam_member" and who in ("api", "plan", "produce"):
            who = "readers of a secret"
        yield who, known.get(v["role"], v["role"]), describe_place(kind, v, known)


def table() -> Iterator[Grant]:
    for line in (ROOT / "docs/iam.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 4 or "`" not in cells[1]:
            continue
        stateful = [name for name in main.__all__ if name != "frame"]
        who = stateful if cells[0] == "every function but frame" else cells[0].split(", ")
        kind, _, rest = cells[2].partition(" ")
        where = [f"{kind} {name}" for name in rest.split(", ")] if kind in KINDS else [cells[2]]
        yield from product(who, re.findall(r"`([^`]+)`", cells[1]), where)


def test_the_roles_are_those_of_the_table(second_deployment: Planned) -> None:
    bound, documented = set(list_grants(second_deployment)), set(table())
    assert bound - documented == set(), "given, but not in docs/iam.md"
    assert documented - bound == set(), "in docs/iam.md, but not given"


def test_each_topic_is_pushed_to_its_function_in_the_name_of_the_pusher(second_deployment: Planned) -> None:
    uris = {
        key_of(a): v["service_config"][0]["uri"]
        for a, v in second_deployment.select("google_cloudfunctions2_function").items()
    }
    pusher = second_deployment.values["google_service_account.pusher"]["email"]
    subscriptions = {v["name"]: v for v in second_deployment.select("google_pubsub_subscription").values()}
    assert set(subscriptions) == {f"other-{topic}" for topic in (*TOPICS, "dead-letter")}
    dead = second_deployment.values["google_pubsub_topic.dead_letter"]["id"]
    for name, v in subscriptions.items():
        uri = uris[name.removeprefix("other-").replace("-", "_")]
        (push,) = v["push_config"]
        assert push["push_endpoint"] == f"{uri}/projects/demo-project/topics/{name}"
        assert push["oidc_token"][0] | {"service_account_email": pusher, "audience": uri} == push["oidc_token"][0]
        assert [policy["dead_letter_topic"] for policy in v["dead_letter_policy"]] == [dead] * (v["topic"] != dead)


@pytest.mark.parametrize(
    ("name", "function", "path", "schedule"),
    [
        ("sweep", "sweep", "", "*/5 * * * *"),
        ("webhooks", "sweep", "/webhooks", "* * * * *"),
        ("retention", "retention", "", "17 3 * * *"),
        ("publish-due", "publish_due", "", "* * * * *"),
    ],
)
def test_the_scheduler_calls(second_deployment: Planned, name: str, function: str, path: str, schedule: str) -> None:
    jobs = {job["name"]: job for job in second_deployment.select("google_cloud_scheduler_job").values()}
    job = jobs[f"other-{name}"]
    address = f'module.function["{function}"].google_cloudfunctions2_function.this'
    (called,) = second_deployment.values[address]["service_config"]
    (target,) = job["http_target"]
    (token,) = target["oidc_token"]
    assert (target["uri"], token["audience"]) == (called["uri"] + path, called["uri"])
    assert job["schedule"] == schedule
    assert token["service_account_email"] == second_deployment.values["google_service_account.scheduler"]["email"]
    assert int(job["attempt_deadline"].removesuffix("s")) >= called["timeout_seconds"]


def test_a_second_deployment_has_everything_of_its_own(second_deployment: Planned) -> None:
    for address, v in second_deployment.select("google_cloudfunctions2_function").items():
        service = v["service_config"][0]
        cloud = read_settings(v).cloud
        assert cloud is not None
        assert (cloud.project, cloud.database, cloud.bucket) == ("demo-project", "other", "demo-project-other-assets")
        assert (cloud.topic_prefix, cloud.render_job) == ("other-", "other-renderer-cpu")
        machine = cloud.render_machine
        assert (machine.cpus, machine.memory_gib, machine.gpu) == (8, 32, False)
        own = second_deployment.values[address.replace("google_cloudfunctions2_function", "google_service_account")][
            "email"
        ]
        assert (service["service_account_email"], cloud.service_account) == (own, own)
    assert not [v["name"] for v in second_deployment.values.values() if "sutradhar" in str(v.get("name"))]


def test_what_the_renderers_are_told_is_what_they_get(second_deployment: Planned) -> None:
    for address, v in second_deployment.select("google_cloud_run_v2_job").items():
        task = v["template"][0]["template"][0]
        limits = task["containers"][0]["resources"][0]["limits"]
        assert limits == {"cpu": "8", "memory": "32Gi", **({"nvidia.com/gpu": "1"} if key_of(address) == "gpu" else {})}
        assert bool(task["node_selector"]) == (key_of(address) == "gpu")
        assert int(task["timeout"].removesuffix("s")) <= 3600  # Cloud Run's limit for a task with a graphics card


def test_the_sizes_are_ones_that_cloud_run_has(second_deployment: Planned) -> None:
    for v in second_deployment.select("google_cloudfunctions2_function").values():
        service = v["service_config"][0]
        memory = int(service["available_memory"][:-2]) * {"Mi": 1, "Gi": 1024}[service["available_memory"][-2:]]
        assert 512 <= memory <= 4096 * int(service["available_cpu"])
        assert service["min_instance_count"] <= service["max_instance_count"]
        assert service["environment_variables"]["THREADS"] == str(service["max_instance_request_concurrency"])


def test_metrics_ask_for_events_that_are_logged(second_deployment: Planned) -> None:
    filters = " ".join(v["filter"] for v in second_deployment.select("google_logging_metric").values())
    code = "".join(p.read_text() for room in ("functions", "shared/sutradhar") for p in Path(ROOT / room).rglob("*.py"))
    asked = set(re.findall(r'jsonPayload\.event="(\w+)"', filters))
    assert asked == {
        "job_moved",
        "poison_message",
        "provider_failed",
        "provider_paused",
        "publication_judged",
        "request",
    }
    assert asked <= set(re.findall(r'\blog\(\s*"(\w+)"', code))
    assert set(re.findall(r'"([A-Z]+)"', filters)) == {JobState.SUCCEEDED, JobState.FAILED}


def test_every_api_is_switched_on_before_it_is_used(terraform: Terraform, second_deployment: Planned) -> None:
    on = {
        v["service"].removesuffix(".googleapis.com")
        for v in second_deployment.select("google_project_service").values()
    }
    for address in second_deployment.values:
        first, second = re.findall(r"google_([a-z0-9]+)(?:_([a-z]+))?", address)[0]
        assert APIS.get(f"{first}_{second}", APIS.get(first)) in on, address
    assert {"cloudbuild", "iamcredentials"} <= on  # of the functions' builds, of signed addresses
    edges: dict[str, set[str]] = {}
    for start, end in re.findall(r'"([^"]+)" -> "([^"]+)"', terraform.ok("graph")):
        edges.setdefault(start, set()).add(end)
    addresses = {re.sub(r"\[[^\]]*\]", "", address) for address in second_deployment.values}
    # the graph also has resources of which this deployment has none, and others may be joined through them
    ready, waiting = {"google_project_service.this"}, (addresses | set(edges)) - {"google_project_service.this"}
    while next_ready := {address for address in waiting if edges.get(address, set()) & ready}:
        ready, waiting = ready | next_ready, waiting - next_ready
    assert {address for address in waiting if address.startswith(("google_", "module."))} == set()
