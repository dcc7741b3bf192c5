"""Every adapter passes the same matrix of faults, with its provider's real client over real HTTP.

Whatever happens, what the ledger counts is what the provider charged: no charge is forgotten, none is invented.
"""

import pytest

from sutradhar.domain.core.errors import ProviderError
from tests.providers.billing_harness import ADAPTERS, NARRATION, BillingHarness
from tests.providers.server import OK
from tests.providers.sounds import GAP_SEC, word_sec

AGAIN = ("429", "500", "503")
ERRORS = {
    # fault: what the adapter says, whether it may be tried again, whether it may have been charged for
    "timeout": ({"down"}, True, True),
    "cut": ({"down", "answer"}, True, True),
    "error body": ({"answer"}, True, True),
    "wrong type": ({"answer"}, True, True),
    "unauthorized": ({"key"}, False, False),
    "no credit": ({"key"}, False, False),
    "bad request": ({"request"}, False, False),
    "429 for long": ({"busy"}, True, False),
}


def check_charges(billing: BillingHarness, provider: str) -> None:
    """Charges and bills, one by one."""
    charges = billing.account().charges.values()
    assert not [c for c in charges if c.outcome == "open"]
    assert len([c for c in charges if c.outcome != "refunded"]) == len(billing.stub.list_billed(provider))
    assert billing.account().reserved == 0
    assert billing.account().spent == sum(c.spent for c in charges)
    assert all(c.spent <= c.reserved for c in charges)


@pytest.mark.parametrize("name", ADAPTERS)
@pytest.mark.parametrize("fault", [OK, "slow"])
def test_what_is_asked_for_comes_and_costs_what_the_provider_says(
    billing: BillingHarness, name: str, fault: str
) -> None:
    provider = ADAPTERS[name].provider
    billing.stub.script(provider, fault)
    result = billing.buy(name)
    assert result.provider.startswith(provider)
    assert len(billing.stub.calls(provider)) == 1
    (charge,) = billing.account().charges.values()
    assert (charge.outcome, charge.slot) == ("settled", "thing")
    assert charge.spent > 0
    assert charge.request_id or name in ("elevenlabs music", "elevenlabs sounds", "google voice")
    assert result.provenance.model
    check_charges(billing, provider)


@pytest.mark.parametrize("name", ADAPTERS)
@pytest.mark.parametrize("fault", AGAIN)
def test_who_is_busy_or_down_for_a_moment_is_asked_again(billing: BillingHarness, name: str, fault: str) -> None:
    provider = ADAPTERS[name].provider
    billing.stub.script(provider, fault)
    billing.buy(name)
    assert [request.fault for request in billing.stub.calls(provider)] == [fault, OK]
    check_charges(billing, provider)


@pytest.mark.parametrize("name", ADAPTERS)
@pytest.mark.parametrize("fault", AGAIN)
def test_who_stays_busy_or_down_is_given_up_without_a_charge(billing: BillingHarness, name: str, fault: str) -> None:
    provider = ADAPTERS[name].provider
    billing.stub.always(provider, fault)
    with pytest.raises(ProviderError) as caught:
        billing.buy(name)
    error = caught.value
    assert (error.retryable, error.billed, error.status) == (True, False, int(fault))
    assert error.fault == ("busy" if fault == "429" else "down")
    assert len(billing.stub.calls(provider)) == 3
    assert billing.account().spent == 0
    check_charges(billing, provider)


@pytest.mark.parametrize("name", ADAPTERS)
@pytest.mark.parametrize("fault", ERRORS)
def test_what_cannot_be_mended_by_asking_again_is_asked_once(billing: BillingHarness, name: str, fault: str) -> None:
    provider = ADAPTERS[name].provider
    billing.stub.always(provider, fault)
    with pytest.raises(ProviderError) as caught:
        billing.buy(name, timeout_sec=0.5)
    kinds, retryable, billed = ERRORS[fault]
    error = caught.value
    assert (error.fault in kinds, error.retryable, error.billed) == (True, retryable, billed), vars(error)
    assert error.provider == provider
    assert str(error)
    assert len(billing.stub.calls(provider)) == 1
    check_charges(billing, provider)


@pytest.mark.parametrize(
    "name", [name for name, one in ADAPTERS.items() if one.provider != "googletts"]
)  # says anything
def test_a_refusal_is_named_and_not_asked_again(billing: BillingHarness, name: str) -> None:
    provider = ADAPTERS[name].provider
    billing.stub.always(provider, "refusal")
    with pytest.raises(ProviderError, match="policy does not allow") as caught:
        billing.buy(name)
    assert (caught.value.fault, caught.value.retryable) == ("refused", False)
    assert len(billing.stub.calls(provider)) == 1
    check_charges(billing, provider)


@pytest.mark.parametrize("name", ADAPTERS)
def test_half_of_it_is_not_taken_for_all_of_it(billing: BillingHarness, name: str) -> None:
    provider = ADAPTERS[name].provider
    billing.stub.always(provider, "truncated")
    with pytest.raises(ProviderError, match="cannot be used") as caught:
        billing.buy(name)
    assert (caught.value.fault, caught.value.billed) == ("answer", True)
    check_charges(billing, provider)


@pytest.mark.parametrize("name", ADAPTERS)
def test_without_a_connection_nothing_is_charged(billing: BillingHarness, name: str) -> None:
    result = billing.adapter(name)
    billing.stub.__exit__(None, None, None)
    with pytest.raises(ProviderError, match="no answer") as caught:
        ADAPTERS[name].ask(result)
    assert (caught.value.fault, caught.value.billed, caught.value.retryable) == ("down", False, True)


@pytest.mark.parametrize("name", [name for name, one in ADAPTERS.items() if one.verb == "narrate"])
@pytest.mark.parametrize("fault", [OK, "odd timestamps", "no timestamps"])
def test_every_word_has_a_time_with_any_times_of_the_provider(billing: BillingHarness, name: str, fault: str) -> None:
    provider = ADAPTERS[name].provider
    billing.stub.script(provider, fault)
    speech = billing.buy(name)
    assert [word.text for word in speech.words] == NARRATION.split()
    starts = [word.start for word in speech.words]
    assert starts == sorted(set(starts))
    # the sound is trimmed to the first word
    spoken_at = [sum(word_sec(k) + GAP_SEC for k in range(i)) for i in range(len(starts))]
    error = max(abs(start - at) for start, at in zip(starts, spoken_at, strict=True))
    has_times = provider not in ("openai", "gemini") and fault != "no timestamps"
    # the stub hums, which no recogniser takes for words for sure
    assert (speech.alignment == "engine") is has_times
    # every other word without a time lies between its neighbours
    exact = has_times and (provider, fault) != ("googletts", "odd timestamps")
    assert error < (0.06 if exact else 0.4)


def test_an_image_of_another_size_is_taken(billing: BillingHarness) -> None:
    billing.stub.script("openai", "other size")
    assert (billing.buy("openai images").width, billing.account().reserved) == (640, 0)
