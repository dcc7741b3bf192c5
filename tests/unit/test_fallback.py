"""A chain of narrators is a narrator."""

import pytest

from sutradhar.domain.asset import Fallback, Word
from sutradhar.domain.errors import InvalidRequest, ProviderError
from sutradhar.domain.plan import Language, Voice
from sutradhar.ports.providers import Speech
from sutradhar.providers.fallback import FallbackNarrator
from sutradhar.providers.registry import narrators


class Scripted:
    """Fails ``failures`` times, then speaks; ``languages`` are those it has."""

    def __init__(self, name: str, failures: int = 0, *, retryable: bool = True, languages: str = "en hi") -> None:
        self.name, self.failures, self.retryable = name, failures, retryable
        self.languages = languages.split()
        self.asked = 0

    def speaks(self, language: Language, voice: Voice) -> bool:
        return language in self.languages

    def maker(self, language: Language, voice: Voice) -> str:
        return self.name

    def narrate(self, text: str, language: Language, voice: Voice) -> Speech:
        self.asked += 1
        if self.failures:
            self.failures -= 1
            raise ProviderError("no luck", provider=self.name, retryable=self.retryable, advice=f"mend {self.name}")
        return Speech(b"wav", 480, (Word(text=text, start=0, end=0.01),), "engine", self.name)


def test_the_first_that_speaks_is_asked_and_nobody_else() -> None:
    deaf, first, second = Scripted("deaf", languages="hi"), Scripted("first"), Scripted("second")
    chain = FallbackNarrator([deaf, first, second])
    speech = chain.narrate("Hello", "en", "F")
    assert (speech.provider, speech.fallbacks) == ("first", ())
    assert (deaf.asked, first.asked, second.asked) == (0, 1, 0)
    assert chain.maker("en", "F") == "first"
    assert chain.maker("hi", "F") == "deaf"


def test_who_failed_and_why_is_on_the_speech_and_the_first_is_asked_again_next_time() -> None:
    chain = FallbackNarrator([Scripted("a", 1), Scripted("b", 1), Scripted("c")])
    speech = chain.narrate("Hello", "en", "F")
    assert speech.provider == "c"
    assert speech.fallbacks == (Fallback(provider="a", reason="no luck"), Fallback(provider="b", reason="no luck"))
    assert chain.narrate("Hello", "en", "F").provider == "a"


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True), (False, False)])
def test_when_all_fail_one_error_names_all_and_may_be_tried_again_if_any_may(first: bool, second: bool) -> None:
    chain = FallbackNarrator([Scripted("a", 9, retryable=first), Scripted("b", 9, retryable=second)])
    with pytest.raises(ProviderError, match="a: no luck; b: no luck") as caught:
        chain.narrate("Hello", "en", "F")
    assert caught.value.retryable is (first or second)
    assert caught.value.advice == "mend a"


def test_a_mistake_of_ours_is_not_taken_for_a_failed_voice() -> None:
    class Wrong(Scripted):
        def narrate(self, text: str, language: Language, voice: Voice) -> Speech:
            raise TypeError("ours")

    with pytest.raises(TypeError):
        FallbackNarrator([Wrong("wrong"), Scripted("b")]).narrate("Hello", "en", "F")


def test_when_nobody_has_the_voice_the_error_is_final_and_says_what_to_install() -> None:
    chain = FallbackNarrator([Scripted("a", languages="en")])
    assert not chain.speaks("hi", "F")
    for call in (lambda: chain.maker("hi", "F"), lambda: chain.narrate("x", "hi", "F")):
        with pytest.raises(ProviderError, match="no narrator has a voice F for hi") as caught:
            call()
        assert not caught.value.retryable
        assert "espeak-ng" in caught.value.advice


def test_chains_nest() -> None:
    inner = FallbackNarrator([Scripted("a", 1), Scripted("b")])
    speech = FallbackNarrator([Scripted("z", 1), inner]).narrate("Hello", "en", "F")
    assert [f.provider for f in speech.fallbacks] == ["z", "a"]


def test_an_unknown_narrator_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidRequest, match=r"no narrator 'hibary'; known are hibari, piper, espeak_ng"):
        narrators(["espeak_ng", "hibary"])
