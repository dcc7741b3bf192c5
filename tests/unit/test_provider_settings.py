"""A provider is added in one place, the table: its settings are read, and its documentation is checked, by it."""

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from functions.cli import start
from functions.cli.env_file import find_idle_variables
from sutradhar import bootstrap
from sutradhar.config import ProviderTable, Settings, list_variables
from sutradhar.domain.core.errors import InvalidSettings
from sutradhar.provider_table import CHAINS, HOSTED, PROVIDERS, ChainSpec, Offer, ProviderSpec

ROOT = Path(__file__).parents[2]
ACME = ProviderSpec(
    "acme",
    (Offer("image", "acme.images:Images", "acme-1", ("seconds",), "image_model"),),
    is_hosted=True,
    options=("image_model", "quality"),
)
CHAIN = ChainSpec("image", "IMAGE_GENERATORS", ("acme", "procedural"))
TABLE = ProviderTable((*PROVIDERS, ACME), (*(chain for chain in CHAINS if chain.kind != "image"), CHAIN))
SET = {
    "ACME_API_KEY": " key ",
    "ACME_BASE_URL": "https://acme.example",
    "ACME_TIMEOUT_SEC": "7",
    "ACME_MAX_CALLS_PER_MINUTE": "30",
    "ACME_IMAGE_MODEL": "acme-2",
    "ACME_QUALITY": "high",
    "IMAGE_GENERATORS": "acme,procedural",
}


def test_every_setting_of_a_new_provider_is_read() -> None:
    providers = Settings.from_env(SET, TABLE).providers
    acme = providers.connections["acme"]
    assert (acme.key, acme.base_url, acme.timeout_sec, acme.max_calls_per_minute) == (
        "key",
        "https://acme.example",
        7,
        30,
    )
    assert acme.options == {"image_model": "acme-2", "quality": "high"}
    assert providers.chains == {"image": ("acme", "procedural")}
    assert "key" not in repr(acme).replace("key=", "")


def test_a_new_provider_is_left_out_without_its_key() -> None:
    assert Settings.from_env({**SET, "ACME_API_KEY": ""}, TABLE).providers.connections == {}


def test_the_variables_of_a_new_provider_are_known_and_handed_on() -> None:
    assert list_variables(TABLE) - list_variables() == set(SET) - {"IMAGE_GENERATORS"}
    assert Settings.from_env({**SET, "LANG": "C"}, TABLE).cloud_environment == SET


def test_a_wrong_setting_of_a_new_provider_is_named() -> None:
    wrong = {**SET, "ACME_TIMEOUT_SEC": "long", "ACME_MAX_CALLS_PER_MINUTE": "-1"}
    with pytest.raises(InvalidSettings) as caught:
        Settings.from_env(wrong, TABLE)
    assert {error.path: error.message for error in caught.value.errors} == {
        "ACME_TIMEOUT_SEC": "must be a number, 0 or more (got 'long')",
        "ACME_MAX_CALLS_PER_MINUTE": "must be a whole number from 0 to 100000 (got '-1')",
    }


@pytest.mark.parametrize("spec", HOSTED, ids=[spec.name for spec in HOSTED])
def test_every_provider_that_needs_an_account_is_documented(spec: ProviderSpec) -> None:
    text = (ROOT / "docs/providers.md").read_text("utf-8")
    assert spec.key_variable in text
    for option, variable in spec.option_variables.items():
        # of variables in a row that begin alike, only the ends are written
        assert variable in text or f"`_{option.removeprefix('voice_').upper()}`" in text, variable
    for offer in spec.offers:
        assert offer.default in text
        assert offer.reserve in text


@pytest.mark.parametrize("chain", CHAINS, ids=[chain.kind for chain in CHAINS])
def test_every_chain_is_documented_in_its_order(chain: ChainSpec) -> None:
    text = (ROOT / "docs/providers.md").read_text("utf-8")
    row = next(line for line in text.splitlines() if re.match(rf"\| .*\(`{chain.variable}`\)", line))
    places = [row.index(f"`{name}`") for name in chain.providers]
    assert places == sorted(places)


def test_every_chain_names_providers_that_offer_its_kind() -> None:
    offers = {(spec.name, offer.kind) for spec in PROVIDERS for offer in spec.offers}
    assert {(name, chain.kind) for chain in CHAINS for name in chain.providers} == offers


ACCOUNTS = {
    **dict.fromkeys([spec.key_variable for spec in HOSTED], "k"),
    "BACKEND": "gcp",
    "GOOGLE_CLOUD_PROJECT": "p",
    "REGION": "r",
    "ASSET_BUCKET": "b",
    "OIDC_ISSUER": "https://issuer.example",
    "OIDC_AUDIENCE": "us",
}


def parts_or_faults(env: Mapping[str, str]) -> list[Any]:
    """Return the parts of the settings, or the variables that the error names."""
    try:
        settings = Settings.from_env(env)
    except InvalidSettings as exc:
        return [error.path for error in exc.errors]
    names = [field.name for field in fields(Settings) if field.name not in ("environment", "table", "renamed")]
    return [getattr(settings, name) for name in names]


@pytest.mark.parametrize("name", sorted(list_variables()))
def test_every_variable_that_is_listed_is_read(name: str) -> None:
    """Set one variable to 9, which none is by default: some setting gets another value, or the error names it."""
    outcome = parts_or_faults({**ACCOUNTS, name: "9"})
    assert outcome == [name] or (len(outcome) > 1 and outcome != parts_or_faults(ACCOUNTS))


OLD = {
    "MAKERS": ("ASSET_WORKERS", "3"),
    "CALLS_AT_ONCE": ("MAX_CONCURRENT_CALLS", "4"),
    "PRICES": ("PRICE_TABLE", "/prices.json"),
    "ELEVENLABS_MODEL": ("ELEVENLABS_VOICE_MODEL", "eleven_v3"),
    "OPENAI_CALLS_A_MINUTE": ("OPENAI_MAX_CALLS_PER_MINUTE", "60"),
}


def test_old_names_of_settings_work_with_a_notice() -> None:
    by_old = Settings.from_env({"OPENAI_API_KEY": "k", **{old: text for old, (_, text) in OLD.items()}})
    by_new = Settings.from_env({"OPENAI_API_KEY": "k", **dict(OLD.values())})
    for part in ("worker", "budget", "providers", "environment", "cloud_environment"):
        assert getattr(by_old, part) == getattr(by_new, part)
    assert by_new.renamed == []
    assert sorted(map(str, by_old.renamed)) == sorted(
        f"{old} is now called {new}; the old name works until the next version" for old, (new, _) in OLD.items()
    )


@pytest.mark.parametrize("old", OLD)
def test_a_setting_with_two_values_is_refused(old: str) -> None:
    new, text = OLD[old]
    assert len(Settings.from_env({old: text, new: text}).renamed) == 1
    with pytest.raises(
        InvalidSettings, match=f"{new}: is '7', but its old name {old} is set to '{text}'; remove {old}"
    ):
        Settings.from_env({old: text, new: "7"})


def test_names_of_other_systems_are_read_with_a_notice_and_ours_win() -> None:
    settings = Settings.from_env({"API_PORT": "9000", "WORKER_CONCURRENCY": "2", "FRONTEND_PUBLIC_URL": "http://a"})
    assert (settings.api.port, settings.worker.asset_workers, settings.api.cors_origins) == (9000, 2, ("http://a",))
    assert "API_PORT is read as PORT, its name here" in map(str, settings.renamed)
    cloud = {"BACKEND": "gcp", "GOOGLE_CLOUD_PROJECT": "p", "REGION": "r"}
    bucket = Settings.from_env({**cloud, "GCS_BUCKET": "one", "GCS_BUCKET_NAME": "two"})
    assert bucket.cloud
    assert bucket.cloud.bucket == "one"
    both = Settings.from_env({"DAILY_BUDGET_LIMIT": "5", "DAILY_BUDGET_USD": "7"})
    assert both.budget.day_cap_usd == 7
    assert [str(other) for other in both.renamed] == [
        "DAILY_BUDGET_LIMIT is not read, since DAILY_BUDGET_USD, its name here, is set"
    ]
    with pytest.raises(InvalidSettings, match=r"ASSET_WORKERS: must be .*, set as WORKER_CONCURRENCY"):
        Settings.from_env({"WORKER_CONCURRENCY": "100"})


def test_a_wrong_value_is_named_as_it_was_set() -> None:
    with pytest.raises(InvalidSettings, match=r"ASSET_WORKERS: must be .*\(got 'many'\), set as MAKERS"):
        Settings.from_env({"MAKERS": "many"})


def test_an_old_name_is_neither_idle_nor_an_advice() -> None:
    assert find_idle_variables({old: text for old, (_, text) in OLD.items()}) is None
    assert "MAKERS" not in (find_idle_variables({"MAKER": "1"}) or "")


def test_commands_print_the_new_name_and_the_log_has_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAKERS", "2")
    start._announce.cache_clear()
    start.prepare_home(least_free=0)
    assert "MAKERS is now called ASSET_WORKERS" in " ".join(capsys.readouterr().err.split())
    bootstrap.backend()
    (line,) = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "setting_renamed" in line]
    assert (line["severity"], line["old"], line["new"]) == ("WARNING", "MAKERS", "ASSET_WORKERS")
