"""The resources that Terraform plans fit the code that uses them."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from functions import main
from functions.dev import package
from sutradhar.backends.gcp.indexes import INDEXES, TTL_COLLECTIONS, TTL_FIELD, UNINDEXED
from sutradhar.config import Settings, list_variables
from sutradhar.domain.jobs.topics import TOPICS
from sutradhar.ports.stores import MAX_LEASE
from tests.terraform.conftest import DIGEST, ROOT, SCHEMA, Planned, Terraform, plan

OWN = {"THREADS", "DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA"}
"""Variables that functions-framework and Google's storage client read, but not our code."""


def functions(default_plan: Planned) -> dict[str, dict[str, Any]]:
    return {
        v["build_config"][0]["entry_point"]: v for v in default_plan.select("google_cloudfunctions2_function").values()
    }


def read_settings(function: dict[str, Any]) -> Settings:
    """Return the settings of a function; what only Google knows is made up."""
    environment = function["service_config"][0]["environment_variables"]
    address = {"FRAME_URL": "https://frame.run.app"} if "FRAME_URL" in environment else {}
    return Settings.from_env({**{name: value or "x" for name, value in environment.items()}, **address})


def test_it_is_formatted(terraform_tools: None) -> None:
    argv = ["terraform", "fmt", "-check", "-recursive", "-diff", str(ROOT / "terraform")]
    env = {name: value for name, value in os.environ.items() if name != "TF_CLI_CONFIG_FILE"}
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_it_is_valid_and_passes_its_own_tests(terraform: Terraform) -> None:
    terraform.ok("validate")
    assert "0 failed" in terraform.ok("test")


def test_the_schema_is_of_a_provider_that_the_pin_allows() -> None:
    (pin,) = re.findall(r'version = "~> (\d+)\.(\d+)"', (ROOT / "terraform/versions.tf").read_text())
    major, minor, _ = json.loads(SCHEMA.read_text())["provider_version"].split(".")
    assert (major, int(minor) >= int(pin[1])) == (pin[0], True)


def test_checkov_has_nothing_to_say(terraform_tools: None) -> None:
    program = ROOT / ".venv/checkov/bin/checkov"
    if not program.exists() and not os.environ.get("CI"):
        pytest.skip(f"{program} is not installed: .ci/setup dev")
    argv = [str(program), "--config-file", "terraform/.checkov.yaml", "-d", "terraform"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "Failed checks: 0" in done.stdout


def test_the_functions_run_on_the_python_that_their_archive_is_for(default_plan: Planned) -> None:
    runtimes = {values["build_config"][0]["runtime"] for values in functions(default_plan).values()}
    assert runtimes == {f"python{package.RUNTIME.replace('.', '')}"}


def test_every_entry_point_is_deployed_and_there_is_no_other(default_plan: Planned) -> None:
    (frame,) = default_plan.select("google_cloud_run_v2_service").values()
    (target, source) = frame["template"][0]["containers"][0]["args"]
    assert {*functions(default_plan), target.removeprefix("--target=")} == set(main.__all__)
    assert source == "--source=/app/functions/main.py"


def test_every_variable_that_is_set_is_one_that_is_read(default_plan: Planned) -> None:
    for name, values in functions(default_plan).items():
        environment = set(values["service_config"][0]["environment_variables"] or {}) - OWN
        assert environment <= list_variables(), name
        assert {"BACKEND", "GOOGLE_CLOUD_PROJECT", "REGION", "ASSET_BUCKET", "FIRESTORE_DATABASE"} <= environment
    for job in default_plan.select("google_cloud_run_v2_job").values():
        container = job["template"][0]["template"][0]["containers"][0]
        environment = {variable["name"] for variable in container["env"]}
        assert environment <= list_variables() | OWN
        # what it is started with comes from the dispatcher
        assert "RENDER_REQUEST" not in environment
        Settings.from_env({variable["name"]: variable["value"] or "x" for variable in container["env"]})


def test_frame_is_the_image_of_the_renderer_and_api_knows_its_address(second_deployment: Planned) -> None:
    (frame,) = second_deployment.select("google_cloud_run_v2_service").values()
    (template,) = frame["template"]
    (container,) = template["containers"]
    renderers = second_deployment.select("google_cloud_run_v2_job").values()
    assert {job["template"][0]["template"][0]["containers"][0]["image"] for job in renderers} == {container["image"]}
    environment = {variable["name"]: variable["value"] for variable in container["env"]}
    assert set(environment) <= list_variables() | OWN
    assert environment["THREADS"] == str(template["max_instance_request_concurrency"])
    assert Settings.from_env(environment).cloud
    for name, values in functions(second_deployment).items():
        url = values["service_config"][0]["environment_variables"].get("FRAME_URL")
        assert url == (frame["uri"] if name == "api" else None)


def test_only_the_api_gets_the_issuer_of_tokens(default_plan: Planned, everything: Planned) -> None:
    for deployment, issuer in ((default_plan, ""), (everything, "https://accounts.google.com")):
        for name, values in functions(deployment).items():
            oidc = read_settings(values).oidc
            assert (oidc.issuer if oidc else "") == (issuer if name == "api" else "")
            if oidc:
                assert oidc.audiences == ("a-client", "https://video.example.com")
                assert (oidc.callers, oidc.admins) == (("@example.com",), ("boss@example.com",))


def test_google_s_storage_client_asks_for_no_bucket(default_plan: Planned) -> None:
    """Its roles are on objects, and the client reads this very variable."""
    import google.cloud.storage

    code = "".join(path.read_text() for path in Path(google.cloud.storage.__path__[0]).rglob("*.py"))
    assert "DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA" in code
    for values in functions(default_plan).values():
        environment = values["service_config"][0]["environment_variables"]
        assert environment["DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA"] == "true"


def test_the_environment_of_a_function_is_one_that_is_understood(default_plan: Planned) -> None:
    for values in functions(default_plan).values():
        settings = read_settings(values)
        assert settings.cloud
        assert settings.cloud.topic_prefix == "sutradhar-"
        assert settings.cloud.render_machine.gpu
        assert settings.cloud.render_job in {
            job["name"] for job in default_plan.select("google_cloud_run_v2_job").values()
        }


def test_every_topic_has_its_function_and_its_dead_letters(default_plan: Planned) -> None:
    topics = {values["name"] for values in default_plan.select("google_pubsub_topic").values()}
    assert topics == {f"sutradhar-{topic}" for topic in (*TOPICS, "dead-letter")}
    subscriptions = {v["name"]: v for v in default_plan.select("google_pubsub_subscription").values()}
    assert set(subscriptions) == topics
    for name, values in subscriptions.items():
        assert values["ack_deadline_seconds"] == 600
        assert values["retry_policy"]
        assert bool(values["dead_letter_policy"]) == (name != "sutradhar-dead-letter")
        assert values["push_config"][0]["oidc_token"]
        timeout = functions(default_plan)[name.removeprefix("sutradhar-").replace("-", "_")]["service_config"][0][
            "timeout_seconds"
        ]
        assert timeout < values["ack_deadline_seconds"]


def test_public_access_is_off_by_default_and_opens_api_only(default_plan: Planned, everything: Planned) -> None:
    def public(deployment: Planned) -> list[str]:
        return [
            address
            for address, v in deployment.values.items()
            if v.get("member") in ("allUsers", "allAuthenticatedUsers")
        ]

    assert public(default_plan) == []
    assert public(everything) == ['google_cloud_run_v2_service_iam_member.callers["allUsers"]']
    for name, values in functions(default_plan).items():
        ingress = values["service_config"][0]["ingress_settings"]
        assert ingress == ("ALLOW_ALL" if name == "api" else "ALLOW_INTERNAL_ONLY")


def test_the_indexes_are_those_that_the_queries_need(default_plan: Planned) -> None:
    resources = {
        (v["collection"], tuple((f["field_path"], f["order"] or f["array_config"]) for f in v["fields"]))
        for v in default_plan.select("google_firestore_index").values()
    }
    assert resources == set(INDEXES)
    fields = default_plan.select("google_firestore_field").values()
    ttl = {(v["collection"], v["field"]) for v in fields if v["ttl_config"]}
    assert ttl == {(collection, TTL_FIELD) for collection in TTL_COLLECTIONS}
    assert {(v["collection"], v["field"]) for v in fields if not v["ttl_config"]} == set(UNINDEXED)


def test_no_role_is_larger_than_its_work(everything: Planned) -> None:
    environment = [(address, v["role"]) for address, v in everything.values.items() if v.get("role")]
    assert environment
    for address, role in environment:
        assert role not in ("roles/owner", "roles/editor", "roles/viewer"), address
        assert not role.endswith(".admin"), address
        # the roles of a project: Firestore has none smaller, and they are bound to one database
        if "google_project_iam_member.firestore" in address:
            assert everything.values[address]["condition"], address


def test_each_function_has_an_account_of_its_own(default_plan: Planned) -> None:
    accounts = [v["account_id"] for v in default_plan.select("google_service_account").values()]
    assert len(accounts) == len(set(accounts))
    assert {f"sutradhar-{name.replace('_', '-')}-fn" for name in main.__all__} <= set(accounts)
    assert all(6 <= len(name) <= 30 for name in accounts)


LIMITS = {
    "google_service_account": ("account_id", r"[a-z](?:[-a-z0-9]{4,28}[a-z0-9])"),
    "google_firestore_database": ("name", r"[a-z][-a-z0-9]{2,61}[a-z0-9]"),
    "google_storage_bucket": ("name", r"(?!goog)(?!.*google)[a-z0-9][-a-z0-9]{1,61}[a-z0-9]"),
    "google_pubsub_topic": ("name", r"(?!goog)[A-Za-z][-\w.~+%]{2,254}"),
    "google_pubsub_subscription": ("name", r"(?!goog)[A-Za-z][-\w.~+%]{2,254}"),
    "google_cloudfunctions2_function": ("name", r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?"),
    "google_cloud_run_v2_job": ("name", r"[a-z](?:[-a-z0-9]{0,47}[a-z0-9])?"),
    "google_artifact_registry_repository": ("repository_id", r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?"),
    "google_project_iam_custom_role": ("role_id", r"[a-zA-Z0-9_.]{3,64}"),
    "google_cloud_scheduler_job": ("name", r"[-\w]{1,500}"),
    "google_secret_manager_secret": ("secret_id", r"[-\w]{1,255}"),
}
"""The pattern of valid ids of each kind, from the documentation of each API."""


@pytest.mark.parametrize(
    ("name", "fits"), [("film", True), ("a-name-so-big", True), ("abc", False), ("goog-films", False)]
)
def test_a_deployment_name_fits_the_tightest_id(
    default_plan: Planned, everything: Planned, name: str, fits: bool
) -> None:
    text = (ROOT / "terraform/variables.tf").read_text()
    (pattern,) = re.findall(r'regex\("(\^[^"]+)", var\.name\)', text)
    assert bool(re.search(pattern, name)) == (fits or name.startswith("goog"))
    wrong = []
    for kind, (field, taken) in LIMITS.items():
        resources = {**default_plan.select(kind), **everything.select(kind)}
        assert resources, kind
        put_in = name.replace("-", "_") if field == "role_id" else name
        ids = [str(v[field]).replace("demo-project", "p" * 30).replace("sutradhar", put_in) for v in resources.values()]
        wrong += [one for one in ids if not re.fullmatch(taken, one)]
    assert (wrong == []) == fits, wrong


def test_caches_end_and_videos_stay(default_plan: Planned, everything: Planned) -> None:
    def rules(deployment: Planned) -> dict[str, int]:
        bucket = deployment.values["google_storage_bucket.assets"]
        conditions = [
            rule["condition"][0] for rule in bucket["lifecycle_rule"] if rule["action"][0]["type"] == "Delete"
        ]
        return {prefix: c["age"] for c in conditions for prefix in c["matches_prefix"] or ()}

    assert {"assets/", "segments/", "sounds/", "films/"} <= set(rules(default_plan))
    assert set(rules(default_plan).values()) == {30}
    # videos and uploads may be pinned or in use, which only the function retention knows
    assert not {"jobs/", "uploads/"} & {*rules(default_plan), *rules(everything)}
    (soft_delete,) = default_plan.values["google_storage_bucket.assets"]["soft_delete_policy"]
    assert soft_delete["retention_duration_seconds"] == 7 * 86_400
    for bucket in default_plan.select("google_storage_bucket").values():
        assert bucket["uniform_bucket_level_access"]
        assert bucket["public_access_prevention"] == "enforced"


def test_retention_gets_its_days(default_plan: Planned, everything: Planned) -> None:
    for deployment, days in ((default_plan, (30, 7, 0)), (everything, (14, 21, 90))):
        environment = functions(deployment)["retention"]["service_config"][0]["environment_variables"]
        rules = Settings.from_env({name: value or "x" for name, value in environment.items()}).retention
        assert (rules.output_days, rules.upload_days, rules.job_days) == days


def test_every_cache_of_the_renderer_has_an_end(default_plan: Planned) -> None:
    """A prefix that the code writes and no rule deletes would be paid for without end."""
    code = "".join(
        p.read_text() for room in ("gpu_renderer", "shared/sutradhar") for p in Path(ROOT / room).rglob("*.py")
    )
    prefixes = set(re.findall(r'f"([a-z]+)/\{[^"]*\}[^"/]*\.(?:mp4|m4a|json|png|\{suffix\})"', code)) - {"jobs"}
    bucket = default_plan.values["google_storage_bucket.assets"]
    ended = {p for rule in bucket["lifecycle_rule"] for p in rule["condition"][0]["matches_prefix"] or ()}
    assert {"assets", "segments", "sounds", "films", "thumbnails", "measured"} <= prefixes
    assert {f"{prefix}/" for prefix in prefixes} <= ended


@pytest.mark.parametrize(
    ("name", "old", "new", "command"),
    [
        ("topics.tf", "ack_deadline_seconds = 600", "ack_deadline_seconds = 60", "test"),
        ("renderer.tf", '"nvidia-l4"', '"nvidia-t4"', "test"),
        ("topics.tf", "oidc_token {", "oidc {", "validate"),
        ("functions.tf", "google_service_account.builder.id", "google_service_account.nobody.id", "validate"),
        ("modules/function/main.tf", "max_instance_count  ", "most_instances  ", "validate"),
        ("variables.tf", '"^[A-Z][A-Z0-9_]*$"', '"^[A-Z', "validate"),
        ("functions.tf", "public_api ? [", "public_api || true ? [", "test"),
    ],
)
def test_what_is_broken_is_found(terraform: Terraform, name: str, old: str, new: str, command: str) -> None:
    terraform.change(name, old, new)
    # the refusals of wrong values take most of the time, and find none of these
    done = terraform.run(*(("test", "-filter=tests/deployment.tftest.hcl") if command == "test" else (command,)))
    assert done.returncode != 0
    assert ("1 failed" in done.stdout) == (command == "test")


def test_the_api_can_be_kept_warm_and_has_20_instances_at_most(default_plan: Planned, everything: Planned) -> None:
    for deployment, kept in ((default_plan, 0), (everything, 2)):
        for name, values in functions(deployment).items():
            size = values["service_config"][0]
            assert size["min_instance_count"] == (kept if name == "api" else 0)
            assert name != "api" or size["max_instance_count"] == 20


def test_another_archive_is_another_object(terraform: Terraform) -> None:
    other = plan(terraform, archive=f"build/functions-{'f' * 64}.zip")
    assert other.values["google_storage_bucket_object.archive"]["name"] == f"functions-{'f' * 64}.zip"
    assert DIGEST not in other.values["google_storage_bucket_object.archive"]["name"]


def test_topics_have_labels_and_dead_letters_stay_for_a_month(default_plan: Planned) -> None:
    for topic in default_plan.select("google_pubsub_topic").values():
        assert topic["labels"]["app"] == "sutradhar"
        days = 30 if topic["name"] == "sutradhar-dead-letter" else 1
        assert topic["message_retention_duration"] == f"{days * 86_400}s"
    subscriptions = default_plan.select("google_pubsub_subscription").values()
    (dead,) = [v for v in subscriptions if v["name"] == "sutradhar-dead-letter"]
    assert dead["message_retention_duration"] == f"{30 * 86_400}s"


def test_no_lease_ends_while_a_function_may_still_hold_it(default_plan: Planned) -> None:
    for name, values in functions(default_plan).items():
        assert values["service_config"][0]["timeout_seconds"] < MAX_LEASE.total_seconds(), name
