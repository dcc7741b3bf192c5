"""Terraform passes every setting that the functions and the renderer read, or says why one does not belong there."""

import re
from collections.abc import Mapping

from sutradhar.config import list_only_readers, list_variables
from tests.terraform.conftest import ROOT, Planned, Terraform, list_arguments, plan

NOT_SETTINGS: Mapping[str, str] = dict(
    re.findall(r'^ +([A-Z_]+) += "(.+)"$', (ROOT / "terraform/settings.tf").read_text(), re.MULTILINE)
)


def list_environments(planned: Planned) -> dict[str, dict[str, str]]:
    """Return the environment of each function, also of frame, and of each renderer, by address."""
    functions = {
        address: dict(v["service_config"][0]["environment_variables"])
        for address, v in planned.select("google_cloudfunctions2_function").items()
    }
    renderers = {
        address: {one["name"]: one["value"] for one in v["template"][0]["template"][0]["containers"][0]["env"]}
        for address, v in planned.select("google_cloud_run_v2_job").items()
    }
    services = {
        address: {one["name"]: one["value"] for one in v["template"][0]["containers"][0]["env"]}
        for address, v in planned.select("google_cloud_run_v2_service").items()
    }
    return {**functions, **renderers, **services}


def test_every_other_setting_reaches_all_functions_and_the_renderer(terraform: Terraform, everything: Planned) -> None:
    set_here = {name for environment in list_environments(everything).values() for name in environment}
    free = list_variables() - set_here - set(NOT_SETTINGS)
    assert {"PROVIDERS", "RATE_LIMIT_PER_MIN", "PUBLIC_URL", "ENCODER", "LOG_LEVEL", "SENTRY_DSN"} <= free
    environments = list_environments(plan(terraform, settings=dict.fromkeys(free, "1")))
    assert len(environments) > 10
    for address, environment in environments.items():
        assert {name for name in free if environment.get(name) == "1"} == free, address


def test_what_does_not_belong_there_is_refused_with_the_reason(terraform: Terraform) -> None:
    assert set(NOT_SETTINGS) <= list_variables(), "nothing reads these any more"
    local = {name for name, backend in list_only_readers().items() if backend == "local"}
    assert local <= set(NOT_SETTINGS), "these do nothing on Google Cloud"
    done = terraform.run("plan", "-input=false", *list_arguments(settings=dict.fromkeys(NOT_SETTINGS, "1")))
    assert done.returncode != 0
    message = " ".join(re.sub(r"\x1b\[\d+m|[│╷╵]", "", done.stdout + done.stderr).split())
    assert [name for name, reason in NOT_SETTINGS.items() if f"{name}: {reason}." not in message] == []
