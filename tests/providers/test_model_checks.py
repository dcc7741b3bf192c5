"""The doctor asks each provider for the chosen models and reports them as gone, ending, unpriced or fine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sutradhar import bootstrap, doctor
from sutradhar.config import Settings
from sutradhar.doctor import Check
from sutradhar.domain.core.errors import InvalidRequest
from tests.function_client import open_client
from tests.providers.billing_harness import STUB_ANSWERS
from tests.providers.openai_stub import DAYS
from tests.providers.pipeline_harness import environment
from tests.providers.server import KEY, ProviderStub

Choose = Callable[..., None]


@pytest.fixture
def stub(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderStub]:
    with ProviderStub(STUB_ANSWERS) as up:
        for name, value in environment(up, home).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("GOOGLETTS_API_KEY", KEY)
        monkeypatch.setenv("GOOGLETTS_BASE_URL", up.url("googletts"))
        yield up


@pytest.fixture
def choose(stub: ProviderStub, monkeypatch: pytest.MonkeyPatch) -> Choose:
    def set_variables(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_variables


def checks_of(name: str) -> list[Check]:
    return [check for check in doctor.run_provider_checks() if check.name == name]


def tokens(provider: str, model: str) -> str:
    return f"{provider}/{model}:input_tokens=1/1M,input_image_tokens=1/1M,output_tokens=1/1M"


KINDS = [
    ("OPENAI_PLANNER_MODEL", "planner model of openai", tokens("openai", "gone-1")),
    ("OPENAI_IMAGE_MODEL", "image model of openai", tokens("openai", "gone-1")),
    ("OPENAI_VOICE_MODEL", "narrator model of openai", "openai/gone-1:seconds=1/60"),
    ("GEMINI_PLANNER_MODEL", "planner model of gemini", tokens("gemini", "gone-1")),
    ("GEMINI_IMAGE_MODEL", "image model of gemini", tokens("gemini", "gone-1")),
    ("GEMINI_CLIP_MODEL", "clip model of gemini", "gemini/gone-1:seconds=0.1"),
    ("ELEVENLABS_VOICE_MODEL", "narrator model of elevenlabs", "elevenlabs/gone-1:characters=0.1/1K"),
]


@pytest.mark.parametrize(("variable", "name", "price"), KINDS, ids=[kind[0] for kind in KINDS])
def test_a_model_that_is_gone_fails(choose: Choose, variable: str, name: str, price: str) -> None:
    choose(**{variable: "gone-1", "MODEL_PRICES": price})
    (check,) = checks_of(name)
    assert (check.ok, check.needed) == (False, True)
    assert check.detail.endswith("has no model gone-1 for this account")
    assert "docs/providers.md" in check.advice


def test_a_model_that_cannot_speak_does_not_count_as_a_voice(choose: Choose) -> None:
    choose(
        ELEVENLABS_VOICE_MODEL="eleven_english_sts_v2", MODEL_PRICES="elevenlabs/eleven_english_sts_v2:characters=1/1K"
    )
    (check,) = checks_of("narrator model of elevenlabs")
    assert (check.ok, check.needed) == (False, True)


def test_a_voice_that_is_gone_fails(choose: Choose) -> None:
    choose(GOOGLETTS_VOICE_HI_F="hi-IN-Wavenet-Z")
    checks = checks_of("narrator model of googletts")
    assert [(check.ok, check.detail.partition(" for ")[0]) for check in checks] == [
        (True, "en-US-Neural2-F is served"),
        (True, "en-US-Neural2-D is served"),
        (False, "googletts has no model hi-IN-Wavenet-Z"),
        (True, "hi-IN-Neural2-B is served"),
    ]


@pytest.mark.parametrize(
    ("variable", "name", "model"),
    [
        ("OPENAI_PLANNER_MODEL", "planner model of openai", "gpt-dying"),
        ("OPENAI_IMAGE_MODEL", "image model of openai", "gpt-image-dying"),
        ("OPENAI_VOICE_MODEL", "narrator model of openai", "gpt-voice-dying"),
    ],
)
def test_a_model_that_will_be_shut_down_gets_a_loud_warning(
    choose: Choose, variable: str, name: str, model: str
) -> None:
    prices = f"{tokens('openai', model)},seconds=0.1"
    choose(**{variable: model, "MODEL_PRICES": prices})
    (check,) = checks_of(name)
    assert (check.ok, check.warning) == (True, True)
    assert f"{model} WILL BE SHUT DOWN on " in check.detail
    assert f"in {DAYS} days" in check.detail
    assert check.advice


def test_a_model_that_the_table_says_is_over_fails_although_the_provider_lists_it(choose: Choose) -> None:
    choose(OPENAI_IMAGE_MODEL="gpt-image-1", MODEL_PRICES=tokens("openai", "gpt-image-1"))
    (check,) = checks_of("image model of openai")
    assert (check.ok, check.needed, check.detail) == (False, True, "gpt-image-1 was shut down on 2026-10-23")
    assert check.advice == "set OPENAI_IMAGE_MODEL=gpt-image-2.6-flare"


@pytest.mark.parametrize(
    ("variable", "setting"),
    [
        ("OPENAI_PLANNER_MODEL", "openai/new-1:input_tokens=USD/1M,output_tokens=USD/1M"),
        ("OPENAI_IMAGE_MODEL", "openai/new-1:input_tokens=USD/1M,input_image_tokens=USD/1M,output_tokens=USD/1M"),
        ("OPENAI_VOICE_MODEL", "openai/new-1:seconds=USD/1"),
        ("GEMINI_IMAGE_MODEL", "gemini/new-1:input_tokens=USD/1M,output_tokens=USD/1M"),
        ("GEMINI_CLIP_MODEL", "gemini/new-1:seconds=USD/1"),
        ("ELEVENLABS_VOICE_MODEL", "elevenlabs/new-1:characters=USD/1K"),
        ("ELEVENLABS_MUSIC_MODEL", "elevenlabs/new-1:seconds=USD/1"),
        ("ELEVENLABS_SOUND_MODEL", "elevenlabs/new-1:seconds=USD/1"),
    ],
)
def test_a_model_without_a_price_is_refused_at_start(
    choose: Choose, stub: ProviderStub, variable: str, setting: str
) -> None:
    choose(**{variable: "new-1"})
    with pytest.raises(InvalidRequest, match=f"{variable}: no price is known for .*set MODEL_PRICES={setting} with"):
        bootstrap.services()
    (check,) = [check for check in doctor.run_checks() if check.name == variable]
    assert (check.ok, check.needed) == (False, True)
    assert f"MODEL_PRICES={setting}" in check.advice
    assert "gpt-5" not in check.advice, "a model that ends soon is no advice"
    assert not [request for name in STUB_ANSWERS for request in stub.calls(name)]


def test_a_price_that_is_set_is_the_one_that_counts(choose: Choose) -> None:
    prices = "openai/new-1:input_tokens=2/1M,output_tokens=8/1M; openai/gpt-voice:seconds=2/60"
    choose(OPENAI_PLANNER_MODEL="new-1", MODEL_PRICES=prices)
    services = bootstrap.services()
    assert (
        services.providers.call_gate.prices.cost("openai", "new-1", {"input_tokens": 1e6, "output_tokens": 1e6})
        == 10_000_000
    )
    assert services.providers.call_gate.prices.cost("openai", "gpt-voice", {"seconds": 30}) == 1_000_000


@pytest.mark.parametrize("text", ["new-1:seconds=1", "openai/x", "openai/x:seconds", "openai/x:seconds=a", "a/b:c=1/0"])
def test_prices_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"MODEL_PRICES: must be like openai/MODEL:input_tokens=1/1M"):
        Settings.from_env({"MODEL_PRICES": text})


def test_a_voice_that_cannot_be_marked_is_refused_at_start(choose: Choose) -> None:
    choose(GOOGLETTS_VOICE_EN_F="en-US-Chirp3-HD-Kore")
    with pytest.raises(InvalidRequest, match="GOOGLETTS_VOICE_EN_F: must be a Neural2, Wavenet or Standard voice"):
        bootstrap.services()


def test_models_without_faults_are_reported_as_fine(stub: ProviderStub) -> None:
    checks = [check for check in doctor.run_provider_checks() if " model of " in check.name]
    assert {check.name for check in checks} == {
        "planner model of openai",
        "planner model of gemini",
        "narrator model of elevenlabs",
        "narrator model of openai",
        "narrator model of googletts",
        "narrator model of gemini",
        "image model of openai",
        "image model of gemini",
        "clip model of gemini",
        "sound model of elevenlabs",
        "composer model of elevenlabs",
    }
    assert all(check.ok and not check.warning for check in checks), checks
    assert not [request for name in STUB_ANSWERS for request in stub.list_billed(name)]


@pytest.mark.parametrize("fault", ["500", "timeout", "wrong type"])
def test_a_provider_without_an_answer_does_not_end_a_model(stub: ProviderStub, fault: str) -> None:
    stub.before = lambda request: setattr(
        request, "fault", fault if request.path.startswith("/v1/models/") else request.fault
    )
    (check,) = checks_of("image model of openai")
    assert (check.ok, check.needed) == (False, False)
    assert "did not say whether it still has this model" in check.detail


def test_readyz_fails_for_a_model_that_is_gone_and_warns_of_one_that_goes(choose: Choose) -> None:
    prices = f"{tokens('openai', 'gpt-image-dying')};{tokens('gemini', 'gone-1')}"
    choose(OPENAI_IMAGE_MODEL="gpt-image-dying", GEMINI_IMAGE_MODEL="gone-1", MODEL_PRICES=prices)
    client = open_client("api")
    answer = client.get("/readyz?providers=1")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["image model of openai"]["warning"] is True
    assert answer.get_json()["checks"]["image model of gemini"]["ok"] is False
