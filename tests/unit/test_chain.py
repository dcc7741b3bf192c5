"""A chain of narrators is a narrator."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import pytest

from sutradhar.domain.assets.asset import Fallback, Word
from sutradhar.domain.billing.provider_id import ProviderId, VoiceId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import BudgetExceeded, InvalidRequest, ProviderError
from sutradhar.domain.language.tags import LANGUAGES, Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions
from sutradhar.ports.providers import ImageCapabilities, ImageFile, NarratorCapabilities, Speech
from sutradhar.providers.chain import ImageChain, NarratorChain
from sutradhar.providers.registry import ConfiguredChains, Registry


@dataclass
class OpenGate:
    """A gate as far as a chain asks it."""

    no_fallbacks: bool = False


def chain(*narrators: Any, no_fallbacks: bool = False) -> NarratorChain:
    return NarratorChain(narrators, no_fallbacks=no_fallbacks)


class Scripted:
    """Fails ``failures`` times, then speaks; ``languages`` are those it has."""

    def __init__(self, name: str, failures: int = 0, *, retryable: bool = True, languages: str = "en hi") -> None:
        self.name, self.failures, self.retryable = name, failures, retryable
        self.provider_id = ProviderId.parse(name)
        is_actor = self.provider_id.provider == "actor"
        voices = frozenset(
            (language, voice) for language in LANGUAGES if language in languages for voice in get_args(Voice)
        )
        self.capabilities = NarratorCapabilities(voices, expresses_emotion=is_actor, has_own_voices=is_actor)
        self.asked = 0

    def provider_for(self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> ProviderId:
        own = VoiceId.parse(options.named)
        speaks = own and own.provider == self.provider_id.provider == "actor"
        return replace(self.provider_id, voice=own.voice) if own and speaks else self.provider_id

    def usage(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Usage | None:
        if self.failures:
            raise ProviderError("no luck", provider=self.name, retryable=self.retryable)
        return Usage.exact(self.name, "m", {"characters": len(text)})

    def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
        self.asked += 1
        if self.failures:
            self.failures -= 1
            raise ProviderError("no luck", provider=self.name, retryable=self.retryable, advice=f"mend {self.name}")
        return Speech(b"wav", 480, (Word(text=text, start=0, end=0.01),), "engine", self.name)


def test_the_first_that_speaks_is_asked_and_no_other() -> None:
    deaf, first, second = Scripted("deaf", languages="hi"), Scripted("first"), Scripted("second")
    voices = chain(deaf, first, second)
    speech = voices.narrate("Hello", "en", "F")
    assert (speech.provider, speech.fallbacks) == ("first", ())
    assert (deaf.asked, first.asked, second.asked) == (0, 1, 0)
    assert str(voices.provider_for("en", "F")) == "first"
    assert str(voices.provider_for("hi", "F")) == "deaf"


def test_the_speech_has_the_failures_before_it_and_the_first_is_asked_again_next_time() -> None:
    voices = chain(Scripted("a", 1), Scripted("b", 1), Scripted("c"))
    speech = voices.narrate("Hello", "en", "F")
    assert speech.provider == "c"
    assert speech.fallbacks == (Fallback(provider="a", reason="no luck"), Fallback(provider="b", reason="no luck"))
    assert voices.narrate("Hello", "en", "F").provider == "a"


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True), (False, False)])
def test_when_all_fail_one_error_names_all_and_may_be_tried_again_if_any_may(first: bool, second: bool) -> None:
    voices = chain(Scripted("a", 9, retryable=first), Scripted("b", 9, retryable=second))
    with pytest.raises(ProviderError, match="a: no luck; b: no luck") as caught:
        voices.narrate("Hello", "en", "F")
    assert caught.value.retryable is (first or second)
    assert caught.value.advice == "mend a"


def test_a_mistake_of_ours_is_not_taken_for_a_failed_voice() -> None:
    class Wrong(Scripted):
        def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
            raise TypeError("ours")

    with pytest.raises(TypeError):
        chain(Wrong("wrong"), Scripted("b")).narrate("Hello", "en", "F")


def test_without_the_voice_the_error_is_final_and_says_what_to_install() -> None:
    voices = chain(Scripted("a", languages="en"))
    assert not voices.supports_voice("hi", "F")
    for call in (lambda: voices.provider_for("hi", "F"), lambda: voices.narrate("x", "hi", "F")):
        with pytest.raises(ProviderError, match="no narrator has a voice F for Hindi") as caught:
            call()
        assert not caught.value.retryable
        assert "espeak-ng" in caught.value.advice


def test_chains_nest() -> None:
    inner = chain(Scripted("a", 1), Scripted("b"))
    speech = chain(Scripted("z", 1), inner).narrate("Hello", "en", "F")
    assert [f.provider for f in speech.fallbacks] == ["z", "a"]


def test_without_fallbacks_only_the_first_is_asked() -> None:
    second = Scripted("b")
    with pytest.raises(ProviderError, match="no luck") as caught:
        chain(Scripted("a", 1), second, no_fallbacks=True).narrate("Hello", "en", "F")
    assert (caught.value.provider, second.asked) == ("a", 0)


class Painter:
    """Refuses prompts with a sword in them."""

    name = "painter/1"
    provider_id = ProviderId("painter", "1")
    capabilities = ImageCapabilities()

    def __init__(self) -> None:
        self.asked: list[str] = []

    def usage(self, prompt: str, style: str, width: int, height: int, reference_count: int = 0) -> None:
        """Return None: it paints free of charge."""

    def draw(
        self, prompt: str, style: str, width: int, height: int, seed: int, reference_images: Sequence[bytes] = ()
    ) -> ImageFile:
        self.asked.append(prompt)
        if "sword" in prompt:
            raise ProviderError("no weapons", provider=self.name, retryable=False, fault="refused")
        return ImageFile(b"png", "image/png", width, height, self.name)


def test_a_refused_prompt_is_reworded_once_and_the_refusal_is_kept() -> None:
    painter = Painter()
    images = ImageChain([painter], reword=lambda prompt, _why: prompt.replace("sword", "flower"))
    image = images.draw("a boy with a sword", "", 64, 64, 1)
    assert painter.asked == ["a boy with a sword", "a boy with a flower"]
    assert (image.refusal_reason, image.fallbacks) == ("no weapons", ())


@pytest.mark.parametrize("other", ["another sword", None])
def test_a_prompt_that_is_refused_twice_goes_to_the_next(other: str | None) -> None:
    class Lenient(Painter):
        name = "lenient/1"
        provider_id = ProviderId("lenient", "1")

        def draw(
            self, prompt: str, style: str, width: int, height: int, seed: int, reference_images: Sequence[bytes] = ()
        ) -> ImageFile:
            return ImageFile(b"png", "image/png", width, height, self.name)

    painter = Painter()
    image = ImageChain([painter, Lenient()], reword=lambda _prompt, _why: other).draw("a sword", "", 64, 64, 1)
    assert len(painter.asked) == (2 if other else 1)
    assert image.provider == "lenient/1"
    assert image.fallbacks == (Fallback(provider="painter/1", reason="no weapons"),)


def registry(providers: list[str] | None = None, **chains: list[str]) -> ConfiguredChains:
    gate: Any = OpenGate()
    return ConfiguredChains(Registry({}, providers, chains), gate)


def test_an_unknown_narrator_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        InvalidRequest, match=r"NARRATORS: there is no narrator 'hibary'; known are hibari, piper, open_jtalk, esp"
    ):
        _ = registry(narrator=["espeak_ng", "hibary"]).narrator


def test_a_provider_without_a_key_is_left_out_with_a_line_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    names = str(registry().narrator.provider_id)
    assert names.startswith("hibari/")
    assert '"event": "provider_left_out"' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("providers", "message"),
    [(["openai"], "PROVIDERS: openai needs OPENAI_API_KEY"), (["opnai"], "PROVIDERS: there is no 'opnai'; known are")],
)
def test_a_provider_that_was_asked_for_by_name_needs_its_key(providers: list[str], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        _ = registry(providers).narrator


def test_a_chain_of_providers_without_keys_says_which_to_set() -> None:
    with pytest.raises(InvalidRequest, match="IMAGE_GENERATORS: names no provider that is set up; set OPENAI_API_KEY"):
        _ = registry(image=["openai"]).images


OWN = VoiceOptions(named="actor/george")


def test_the_owner_of_a_named_voice_is_asked_first() -> None:
    voices = chain(Scripted("a/1"), Scripted("actor/2"))
    assert voices.narrate("Hello", "en", "F").provider == "a/1"
    speech = voices.narrate("Hello", "en", "F", OWN)
    assert (speech.provider, speech.fallbacks) == ("actor/2", ())
    assert (str(voices.provider_for("en", "F")), str(voices.provider_for("en", "F", OWN))) == ("a/1", "actor/2/george")
    assert (voices.supports_emotion("en", "F"), voices.supports_emotion("en", "F", OWN)) == (False, True)


def test_another_voice_than_the_one_that_was_named_is_said_to_be_another() -> None:
    (missed,) = chain(Scripted("a/1")).narrate("Hello", "en", "F", OWN).fallbacks
    assert (missed.provider, missed.reason) == ("actor", "it is not among the narrators; is its key set?")
    (missed,) = chain(Scripted("a/1"), Scripted("actor/2", 9)).narrate("Hello", "en", "F", OWN).fallbacks
    assert missed.provider == "actor/2"
    # one that has no voices to choose from is asked no sooner, and says what it is asked for
    voices = chain(Scripted("a/1"), Scripted("plain/1"))
    speech = voices.narrate("Hello", "en", "F", VoiceOptions(named="plain/george"))
    assert (speech.provider, speech.fallbacks[0].reason) == ("a/1", "it has no voice george to choose")
    with pytest.raises(ProviderError, match="no other may speak"):
        chain(Scripted("plain/1"), no_fallbacks=True).narrate("Hello", "en", "F", VoiceOptions(named="plain/george"))
    with pytest.raises(ProviderError, match="no other may speak"):
        chain(Scripted("a/1"), no_fallbacks=True).narrate("Hello", "en", "F", OWN)


def test_a_chain_tells_the_usage_of_the_first_that_can_do_it() -> None:
    voices = chain(Scripted("a", 1), Scripted("b"))
    usage = voices.usage("Hello", "en", "F")
    assert usage
    assert (usage.provider, usage.max) == ("b", {"characters": 5})
    for no_fallbacks, narrators in ((True, [Scripted("a", 1), Scripted("b")]), (False, [Scripted("a", 1)])):
        with pytest.raises(ProviderError, match="no luck"):
            chain(*narrators, no_fallbacks=no_fallbacks).usage("Hello", "en", "F")


def test_a_row_of_a_batch_waits_for_money_instead_of_another_provider() -> None:
    class Dear(Scripted):
        def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
            raise BudgetExceeded(
                "the batch's budget is spent", provider=self.name, account="batch", may_fall_back=False
            )

    free = Scripted("free/1")
    with pytest.raises(BudgetExceeded) as caught:
        chain(Dear("dear/1"), free).narrate("Tea", "en", "F")
    assert (caught.value.account, free.asked) == ("batch", 0)
