"""The money that is reserved for a call is the price of the usage that the provider told for the estimate."""

from typing import Any

import pytest

from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.billing.context import BillingContext
from tests.providers.billing_harness import ADAPTERS, NARRATION, BillingHarness, library


def usage_of(name: str, adapter: Any) -> Usage:
    """Return the usage of the request that the harness makes with this adapter."""
    usage: Usage
    match ADAPTERS[name].verb:
        case "plan":
            usage = adapter.usage(RenderPlan(topic="A river", length_sec=30))
        case "narrate":
            usage = adapter.usage(NARRATION, "en", "F")
        case "draw" if "references" in name:
            usage = adapter.usage("Mira by a river", "ink", 2304, 1296, 2)
        case "draw":
            usage = adapter.usage("a river", "ink", 2304, 1296)
        case "sound":
            usage = adapter.usage("a temple bell")
        case _:
            usage = adapter.usage()
    return usage


@pytest.mark.parametrize("name", ADAPTERS)
def test_the_price_of_the_usage_is_reserved(billing: BillingHarness, name: str) -> None:
    quote = billing.gate.quote(usage_of(name, billing.adapter(name)))
    assert not billing.stub.calls(ADAPTERS[name].provider), "a quote asks no provider"
    billing.buy(name)
    (charge,) = billing.account().charges.values()
    assert (charge.provider, charge.model, charge.reserved) == (quote.provider, quote.model, quote.max)
    assert 0 < quote.expected <= quote.max


def test_a_text_of_several_requests_is_quoted_whole(billing: BillingHarness) -> None:
    text = "The boat waits by the river. " * 120
    quote = billing.gate.quote(billing.adapter("google voice").usage(text, "en", "F"))
    gate = billing.gate.bill_to(BillingContext("job-1", "scene-00-narration"))
    billing.adapter("google voice", gate).narrate(text, "en", "F")
    reserved = [charge.reserved for charge in billing.account().charges.values()]
    assert len(reserved) > 1
    # the price of each request is rounded up, and the spaces between the requests are not sent
    assert sum(reserved) == pytest.approx(quote.max, rel=0.01)


@pytest.mark.parametrize("provider", ["pexels", "pixabay"])
def test_a_prompt_that_cannot_be_searched_for_has_no_usage(billing: BillingHarness, provider: str) -> None:
    with pytest.raises(ProviderError, match="English words only"):
        library(billing, provider).usage("नदी")
    assert billing.gate.quote(library(billing, provider).usage("a river")).max == 0


def test_a_plan_that_is_complete_uses_nothing(billing: BillingHarness) -> None:
    scenes = [{"image_prompt": "a river", "duration_sec": 4}]
    plan = RenderPlan.parse({"title": "A river", "scenes": scenes, "subtitle_languages": ["en"]})
    assert billing.adapter("openai planner").usage(plan) is None
