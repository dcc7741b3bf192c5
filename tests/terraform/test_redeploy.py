"""A deployment that is made again changes only what is new, and says where everything is."""

import json
import re
from typing import Any

import pytest

from functions.api.routes import ROUTES
from tests.terraform.conftest import OTHER, Terraform, apply, copy_configuration, list_arguments

EVERYTHING: dict[str, Any] = {
    **OTHER,
    "alert_email": "a@example.com",
    "billing_account": "012345-6789AB-CDEF01",
    "cors_origins": ["https://studio.example.com", "http://localhost:5173"],
    "settings": {"RATE_LIMIT_PER_MIN": "30"},
    "oidc": {"issuer": "https://issuer.example.com", "audiences": ["b", "a"]},
}


def list_planned_changes(terraform: Terraform, **variables: Any) -> dict[str, list[str]]:
    """Return the actions of a plan, by address."""
    terraform.ok("plan", "-input=false", "-out=again", *list_arguments(**variables))
    changes = json.loads(terraform.ok("show", "-json", "again")).get("resource_changes", [])
    actions = {change["address"]: change["change"]["actions"] for change in changes}
    return {address: taken for address, taken in actions.items() if taken not in (["no-op"], ["read"])}


@pytest.fixture(scope="module")
def deployment(terraform_tools: None, tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    terraform = copy_configuration(tmp_path_factory.mktemp("redeploy") / "terraform")
    apply(terraform, **EVERYTHING)
    return terraform


def test_the_same_again_changes_nothing_and_new_code_no_data(deployment: Terraform) -> None:
    assert list_planned_changes(deployment, **EVERYTHING) == {}
    new = {"archive": f"build/functions-{'f' * 64}.zip", "image": f"other@sha256:{'e' * 64}"}
    changes = list_planned_changes(deployment, **EVERYTHING, **new)
    kinds = {kind for address in changes for kind in re.findall(r"google_\w+", address)}
    runs = {"google_cloudfunctions2_function", "google_cloud_run_v2_job", "google_cloud_run_v2_service"}
    assert kinds == {"google_storage_bucket_object", *runs}


def test_it_says_where_everything_is(deployment: Terraform) -> None:
    outputs = {name: one["value"] for name, one in json.loads(deployment.ok("output", "-json")).items()}
    urls = outputs["urls"]
    paths = {url.removeprefix(outputs["api"]) for name, url in urls.items() if name != "dashboard"}
    rules = {rule for route in ROUTES for rule in (f"{route.method} {route.path}", *route.aliases)}
    assert {f"GET {path}" for path in paths} <= rules
    assert "/health" in paths
    assert urls["dashboard"].startswith("https://console.cloud.google.com/monitoring/dashboards/")
