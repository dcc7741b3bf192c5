"""Speak English with a woman's voice: hibari-tts with the one voice in its wheel. Other voices would be downloads."""

from pathlib import Path

import numpy as np

from sutradhar.domain.plan.choices import Voice
from sutradhar.providers.offline.neural_voice import Engine, NeuralVoice, SentenceAudio
from sutradhar.providers.offline.onnx_model import add_output
from sutradhar.providers.offline.transliteration import transliterate_devanagari

_VOICE = "heart"
_SPECTRUM = ["lh", "theta", "ln", "lr", "phi", "f0"]
_LENGTHS = "/Clip_output_0"
"""The tensor of the model (hibari 0.2.1) with the length of each phoneme: shape (phonemes,), in frames of 25 ms."""
_SPEED = 0.85
"""At 1 it speaks 210 words a minute; a story is told at about 180."""
_LEAD_SEC = 0.05
"""A phoneme can be heard this long before its first frame, as measured at the onsets after pauses and of s and sh: the
spectrum is smeared over the synthesis window (50 ms), and the voice was trained to begin early."""


class HibariNarrator(NeuralVoice):
    provider = "hibari"
    packages = ("hibari-tts",)
    voice: Voice = "F"

    def load_engine(self) -> Engine:
        return _Hibari()

    def normalize_token(self, token: str) -> str:
        # hibari skips Devanagari, and it reads [word](/phonemes/) as mark-up
        return transliterate_devanagari(token).replace("](", "] (")


class _Hibari:
    def __init__(self) -> None:
        from hibari import Hibari, dsp
        from hibari.voices import voice_path

        self.rate: int = dsp.SR
        model = Path(voice_path(_VOICE, download_missing=False)).read_bytes()
        # onnxruntime takes a model's bytes as well as its path
        self._tts = Hibari(voice=_VOICE, model=add_output(model, _LENGTHS))
        self._synth = dsp.synth

    def phonemize(self, text: str) -> list[str]:
        known = self._tts.vocab
        sentences = ("".join(c for c in sentence if c in known) for sentence in self._tts.phonemize(text))
        return [s for s in sentences if any(c.isalpha() for c in s)]

    def synthesize(self, phonemes: str, speed: float) -> SentenceAudio:
        ids = np.array([self._tts.ids(phonemes)], np.int64)
        feed = {"ids": ids, "speed": np.full(1, _SPEED * speed, np.float32)}
        *spectrum, lengths = self._tts.sess.run([*_SPECTRUM, _LENGTHS], feed)
        samples = self._synth(*(part[0] for part in spectrum), np.random.default_rng(0))
        ends = np.cumsum(lengths, dtype=np.float64) * (len(samples) / self.rate / lengths.sum())
        # the first and the last id are the silence around the sentence
        return SentenceAudio(phonemes, samples, np.maximum(ends[:-2] - _LEAD_SEC, 0))
