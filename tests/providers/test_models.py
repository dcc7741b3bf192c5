"""Each default model has a price, does not end soon, and gets only parameters that it accepts."""

from datetime import date, timedelta
from typing import get_args

import pytest

from sutradhar.domain.billing.model_table import WARN_DAYS, ChosenModel, ModelState
from sutradhar.domain.plan.choices import Aspect, Resolution
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.provider_table import CHAINS, PROVIDERS, ChainSpec, Offer, find_offer, find_provider
from sutradhar.providers.catalog import model_table
from sutradhar.providers.hosted.openai.images import fit_size
from sutradhar.providers.registry import Registry
from tests.providers.billing_harness import PRICES, BillingHarness, settings

READ = date(2026, 11, 28)
"""The day on which the tables were written."""
CHOICES = [
    (spec.name, offer, model)
    for spec in PROVIDERS
    for offer in spec.offers
    for model in (offer.default, offer.reserve)
    if model
]
SIZES = [(s, a) for s in get_args(Resolution) for a in get_args(Aspect)]


@pytest.mark.parametrize(("provider", "offer", "model"), CHOICES, ids=[f"{name}-{model}" for name, _, model in CHOICES])
def test_every_model_that_is_asked_by_itself_has_a_price(provider: str, offer: Offer, model: str) -> None:
    assert PRICES.cost(provider, model, dict.fromkeys(offer.units, 1000.0)) > 0
    for price in PRICES.prices:
        assert price.source
        assert price.as_of <= READ


@pytest.mark.parametrize(("provider", "offer", "model"), CHOICES, ids=[f"{name}-{model}" for name, _, model in CHOICES])
def test_every_model_that_is_asked_by_itself_lives_on(provider: str, offer: Offer, model: str) -> None:
    state = model_table().find(provider, model)
    assert state, "it is not in models.json"
    assert state.source
    if (provider, offer.kind) == ("openai", "narrator"):
        return  # the provider names no successor for its speech endpoint (docs/providers.md)
    assert state.shuts_down is None or state.shuts_down > READ + timedelta(days=WARN_DAYS)


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.kind)
def test_a_voice_that_ends_comes_after_those_that_live(chain: ChainSpec) -> None:
    ends = [
        bool((state := model_table().find(name, find_offer(name, chain.kind).default)) and state.shuts_down)
        for name in chain.providers
        if find_provider(name).is_hosted and find_offer(name, chain.kind).default
    ]
    assert ends == sorted(ends)


def test_a_successor_is_a_model_that_lives() -> None:
    table = model_table()
    for one in table.models:
        if one.successor and (state := table.find(one.provider, one.successor)):
            assert state.shuts_down is None or (one.shuts_down and state.shuts_down > one.shuts_down)


@pytest.mark.parametrize(("resolution", "aspect"), SIZES)
def test_an_image_has_the_shape_of_its_video(resolution: str, aspect: str) -> None:
    width, height = RenderPlan.parse({"topic": "A", "aspect": aspect, "render": {"resolution": resolution}}).size
    image_size = fit_size(round(width * 1.2 / 2) * 2, round(height * 1.2 / 2) * 2)
    assert image_size[0] % 16 == image_size[1] % 16 == 0
    assert max(image_size) <= 3840
    assert 1024 * 1024 * 0.98 <= image_size[0] * image_size[1] <= 3840 * 2160
    assert image_size[0] / image_size[1] == pytest.approx(width / height, rel=0.01)


@pytest.mark.parametrize("size", [(1, 1), (16, 9000), (9000, 16), (333, 777), (4000, 4000), (4608, 2592)])
def test_every_size_keeps_the_models_limits(size: tuple[int, int]) -> None:
    width, height = fit_size(*size)
    assert width % 16 == height % 16 == 0
    assert max(width, height) <= min(3840, 3 * min(width, height))
    assert width * height <= 3840 * 2160


def test_an_image_is_asked_for_in_the_videos_own_size(billing: BillingHarness) -> None:
    assert (billing.buy("openai images").width, billing.buy("openai images", "b").height) == (2304, 1296)
    (request, _) = billing.stub.calls("openai")
    assert (request.body["model"], request.body["size"]) == ("gpt-image-2.6-flare", "2304x1296")


@pytest.mark.parametrize(
    ("model", "fidelity", "sent"),
    [
        ("gpt-image-1-mini", "high", "high"),
        ("gpt-image-1-mini", "", "low"),
        ("gpt-image-2.6-sunburst", "high", None),
        ("gpt-image-2.6-flare", "", None),
        ("gpt-image-2", "high", None),
    ],
)
def test_fidelity_is_sent_to_models_that_take_it(
    billing: BillingHarness, model: str, fidelity: str, sent: str | None
) -> None:
    billing.buy("openai images with references", options={"image_model": model, "image_fidelity": fidelity})
    (request,) = billing.stub.calls("openai")
    assert request.form.get("input_fidelity") == sent
    assert request.form["size"] == ("1536x1024" if model.startswith("gpt-image-1") else "2304x1296")


@pytest.mark.parametrize(
    ("size", "expected"), [((2304, 1296), "2K"), ((864, 1536), "1K"), ((1296, 1296), "2K"), ((4608, 2592), "4K")]
)
def test_gemini_is_asked_for_the_size_that_is_sharp_enough(
    billing: BillingHarness, size: tuple[int, int], expected: str
) -> None:
    billing.adapter("gemini images").draw("a river", "", *size, 1)
    (request,) = billing.stub.calls("gemini")
    assert request.body["generationConfig"]["imageConfig"]["imageSize"] == expected


def test_the_state_of_a_model_names_the_setting_to_change() -> None:
    def state(**facts: object) -> ModelState:
        return ModelState.model_validate({"provider": "v", "model": "m", "exists": True, **facts})

    chosen = ChosenModel(
        kind="image", provider="v", model="m", priced_as="m", units=(), variable="V_MODEL", chain="IMAGE_GENERATORS"
    )
    assert state().describe(READ) == "m is served"
    assert state(shuts_down="2027-12-01").describe(READ) == "m is served until 2027-12-01"
    dying = state(shuts_down="2026-12-11", successor="n")
    assert dying.describe(READ) == "m WILL BE SHUT DOWN on 2026-12-11, in 13 days"
    assert (dying.is_gone(READ), chosen.advise(dying.successor)) == (False, "set V_MODEL=n")
    assert chosen.advise("") == "name other providers in IMAGE_GENERATORS (docs/providers.md)"
    assert state(shuts_down="2026-11-27").is_gone(READ)
    assert state(exists=False).describe(READ) == "v has no model m for this account"
    assert (
        state(exists=None, problem="it is down").describe(READ)
        == "m: v did not say whether it still has this model (it is down)"
    )


@pytest.mark.parametrize(
    ("today", "options", "is_asked"),
    [
        (date(2027, 1, 5), {}, True),
        (date(2027, 1, 6), {}, False),
        (date(2030, 1, 1), {}, False),
        (date(2027, 1, 6), {"voice_model": "gpt-next-tts"}, True),
    ],
)
def test_a_default_voice_that_has_ended_is_not_asked(
    billing: BillingHarness, today: date, options: dict[str, str], *, is_asked: bool
) -> None:
    provider_settings = {"openai": settings(billing.stub, "openai", options)}
    registry = Registry(provider_settings, None, {}, today=lambda: today)
    assert ("openai" in registry.names("narrator")) is is_asked
    assert registry.names("image")[0] == "openai"
    assert "openai" in Registry(provider_settings, None, {"narrator": ["openai"]}, today=lambda: today).names(
        "narrator"
    )
