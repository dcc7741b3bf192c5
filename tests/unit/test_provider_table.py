"""The table of providers agrees with itself, with the adapters, with the prices and with the documentation."""

import re
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pytest

from sutradhar.domain.billing.price import PriceTable
from sutradhar.provider_table import CHAINS, HOSTED, PROVIDERS, ChainSpec, Offer, ProviderSpec, find_provider

PAGE = (Path(__file__).parents[2] / "docs/providers.md").read_text("utf-8")
PRICES = PriceTable.model_validate_json(files("sutradhar").joinpath("prices.json").read_text())
OFFERS = [(spec, offer) for spec in PROVIDERS for offer in spec.offers]
METHODS = {
    "planner": "plan draft_plan",
    "narrator": "narrate provider_for capabilities",
    "image": "draw capabilities",
    "clip": "start poll",
    "footage": "find",
    "sound": "find_effect",
    "composer": "compose",
}


def name_offer(value: ProviderSpec | Offer) -> str:
    return value.name if isinstance(value, ProviderSpec) else value.kind


@pytest.mark.parametrize(("spec", "offer"), OFFERS, ids=name_offer)
def test_every_offer_names_an_adapter_of_its_kind(spec: ProviderSpec, offer: Offer) -> None:
    module, _, name = offer.class_path.partition(":")
    adapter = getattr(import_module(module), name)
    missing = [method for method in f"provider_id usage {METHODS[offer.kind]}".split() if not hasattr(adapter, method)]
    assert not missing
    assert spec.is_hosted == (".hosted." in offer.class_path)


@pytest.mark.parametrize("spec", HOSTED, ids=name_offer)
def test_every_hosted_provider_can_be_checked_and_priced(spec: ProviderSpec) -> None:
    if spec.client:
        assert callable(import_module(spec.client).check)
        assert callable(import_module(spec.client).find_model)
    for offer in spec.offers:
        assert offer.option in ("", *spec.options)
        assert offer.required_option in ("", *spec.options)
        for model in filter(None, (offer.default, offer.reserve)):
            assert PRICES.find_unpriced_units(spec.name, model, offer.units) == []
        assert PRICES.find_priced_models(spec.name, offer.units)


def test_each_offer_is_in_the_chain_of_its_kind_and_nothing_else_is() -> None:
    for chain in CHAINS:
        offered = {spec.name for spec, offer in OFFERS if offer.kind == chain.kind}
        assert sorted(chain.providers) == sorted(offered)
        places = [find_provider(name).is_hosted for name in chain.providers]
        assert places == sorted(places, reverse=True), "offline providers come last"
    assert len({chain.variable for chain in CHAINS}) == len({chain.kind for chain in CHAINS}) == len(METHODS)
    assert len({spec.name for spec in PROVIDERS}) == len(PROVIDERS)


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.kind)
def test_the_page_names_the_chain_in_its_order(chain: ChainSpec) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith("|") and f"(`{chain.variable}`)" in line]
    providers = row.split("|")[2]
    known = [name for name in re.findall(r"`([a-z_]+)`", providers) if name in {spec.name for spec in PROVIDERS}]
    assert known == list(chain.providers)
    for name in chain.providers:
        offer = find_provider(name).offer(chain.kind)
        assert offer
        assert offer.default in providers
