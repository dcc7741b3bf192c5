"""A voice's model can be dropped while no thread uses it, and is loaded again for the next sentence."""

import threading

import numpy as np
import pytest

from sutradhar.providers.offline.hibari import HibariNarrator
from sutradhar.providers.offline.neural_voice import SentenceAudio
from sutradhar.providers.registry import Registry
from tests.providers.billing_harness import BillingHarness


class Engine:
    """Speak a tone of a second for every sentence."""

    rate = 24_000

    def __init__(self) -> None:
        self.speaking, self.may_end = threading.Event(), threading.Event()
        self.may_end.set()

    def phonemize(self, text: str) -> list[str]:
        return [text.lower()]

    def synthesize(self, phonemes: str, speed: float) -> SentenceAudio:
        self.speaking.set()
        assert self.may_end.wait(10)
        tone = np.sin(np.arange(round(self.rate / speed)) / 20).astype(np.float32)
        return SentenceAudio(phonemes, tone, np.linspace(0, 0.9, len(phonemes)))


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[Engine]:
    """The engines that a narrator has loaded."""
    loads: list[Engine] = []

    def load_engine(_self: HibariNarrator) -> Engine:
        loads.append(Engine())
        return loads[-1]

    monkeypatch.setattr(HibariNarrator, "load_engine", load_engine)
    return loads


def test_a_released_model_is_loaded_again_and_speaks_the_same(engines: list[Engine], billing: BillingHarness) -> None:
    registry = Registry({}, None, {"narrator": ("hibari",)})
    (narrator,) = registry.create_all("narrator", billing.gate)
    first = narrator.narrate("Two words", "en", "F")
    assert narrator.narrate("Two words", "en", "F") == first
    assert len(engines) == 1
    registry.release_models()
    registry.release_models()
    assert narrator.narrate("Two words", "en", "F") == first
    assert len(engines) == 2


def test_a_model_in_use_stays(engines: list[Engine]) -> None:
    narrator = HibariNarrator()
    narrator.narrate("One", "en", "F")
    engine = engines[0]
    engine.speaking.clear()
    engine.may_end.clear()
    speaker = threading.Thread(target=narrator.narrate, args=("Two", "en", "F"))
    speaker.start()
    assert engine.speaking.wait(10)
    narrator.release()
    engine.may_end.set()
    speaker.join(10)
    narrator.narrate("Three", "en", "F")
    assert engines == [engine]
