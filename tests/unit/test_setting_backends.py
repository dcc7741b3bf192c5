"""Every setting is read, and one that only one backend reads says so on the other."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from functions.cli.env_file import find_idle_variables
from sutradhar import bootstrap
from sutradhar.config import Settings, list_only_readers, list_variables
from sutradhar.config.environment import variables_of
from sutradhar.config.providers import ProviderSettings, ProviderTable, connection_variables
from sutradhar.config.settings import _PARTS, _PLAN_VARIABLES

ROOT = Path(__file__).parents[2]
CODE = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for folder in ("functions", "shared/sutradhar", "gpu_renderer")
    for path in (ROOT / folder).rglob("*.py")
    if "/config/" not in str(path)
}
ONE_BACKEND = {
    "gcp": r"shared/sutradhar/(backends/gcp/|bootstrap/gcp\.py)",
    "local": r"shared/sutradhar/(backends/local/|bootstrap/local\.py)|functions/cli/serve",
}
"""The code that runs on one backend only."""
ELSEWHERE: Mapping[str, str] = {
    "MAX_SCENES": "api_limits",
    "MAX_SCENE_DURATION_SEC": "api_limits",
    "MAX_TOTAL_DURATION_SEC": "api_limits",
    **dict.fromkeys(_PLAN_VARIABLES.values(), "plan_defaults"),
    "SUTRADHAR_HOME": "home",
    "XDG_DATA_HOME": "home",
    "RENDER_CPUS": "render_machine",
    "RENDER_MEMORY_GIB": "render_machine",
    "RENDER_GPU": "render_machine",
}
"""The attribute through which code reads a setting, if it is not the field of its part."""


def find_readers(variable: str, field: str) -> list[str]:
    """Return the files that read the attribute of a setting."""
    attribute = re.compile(rf"\.{ELSEWHERE.get(variable, field)}\b")
    return [name for name, text in CODE.items() if attribute.search(text)]


def list_fields() -> list[tuple[str, str]]:
    """Return the variable and the field of each setting; of the providers' connections, that of the first one."""
    parts = [(variable, field) for part in _PARTS for field, variable in variables_of(part).items()]
    choices = [(variable, field) for field, variable in variables_of(ProviderSettings).items()]
    spec = ProviderTable().hosted_providers[0]
    connection = [(variable, field) for field, variable in connection_variables(spec).items()]
    plan = [(variable, field) for field, variable in _PLAN_VARIABLES.items()]
    return [*parts, *choices, *connection, *plan]


@pytest.mark.parametrize(("variable", "field"), list_fields())
def test_a_setting_is_read_and_one_of_one_backend_is_listed_as_such(variable: str, field: str) -> None:
    readers = find_readers(variable, field)
    assert readers, "a setting that does nothing must not exist"
    only = [backend for backend, place in ONE_BACKEND.items() if all(re.match(place, name) for name in readers)]
    if only:
        assert list_only_readers().get(variable) == only[0], readers


def test_the_local_backend_gets_no_settings_of_google_cloud() -> None:
    assert Settings.from_env({name: "1" for name in list_only_readers() if name.endswith("_DAYS")}).cloud is None


@pytest.mark.parametrize("name", sorted(list_only_readers()))
def test_a_setting_of_the_other_backend_is_named_in_a_notice(name: str) -> None:
    reader = list_only_readers()[name]
    on_other, on_own = (
        find_idle_variables({"BACKEND": backend, name: "1"})
        for backend in (("gcp", "local") if reader == "local" else ("local", "gcp"))
    )
    is_common = name in ("GOOGLE_CLOUD_PROJECT", "REGION", "PORT")  # often set for other programs
    assert f"{name}: only BACKEND={reader} reads it" in (on_other or "") or is_common
    assert on_own is None


def test_the_log_names_a_setting_without_effect(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSET_DAYS", "9")
    bootstrap.backend()
    (line,) = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "setting_idle" in line]
    assert (line["severity"], line["name"], line["reason"]) == ("WARNING", "ASSET_DAYS", "only BACKEND=gcp reads it")


def test_the_example_says_which_settings_google_cloud_does_not_read() -> None:
    text = (ROOT / ".env.example").read_text("utf-8")
    _, _, cloud = text.partition("# --- Google Cloud;")
    for name in list_variables() & set(list_only_readers()):
        comment = text.split(f"\n# {name}=")[0].rsplit("=", 1)[-1].rsplit("---", 1)[-1]
        if list_only_readers()[name] == "gcp" and name != "CLOUD_RUN_ENDPOINT":  # only the emulated cloud sets that
            assert f"\n# {name}=" in cloud
        elif list_only_readers()[name] == "local":
            assert "Google Cloud" in comment, name
