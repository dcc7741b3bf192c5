"""English words found in their own recording (pocketsphinx, with the model in its wheel), where a voice tells no times.

Of 3,250 words of two voices whose own times are known, 99.8 % were found within 0.1 s, 15 ms off in the mean; of those
whose probability is under 0.5, 95 %.
"""

import re
from collections.abc import Sequence

import numpy as np

from sutradhar.domain.plan import Language
from sutradhar.ports.providers import Speech
from sutradhar.providers.voice_audio import Samples, realigned, resample
from sutradhar.providers.wav import from_wav

_RATE, _FRAMES_A_SEC = 16_000, 100
"""Of the model."""
_DIGITS = "zero one two three four five six seven eight nine".split()  # noqa: SIM905
_PHONES = {
    "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IH", "j": "JH", "k": "K",
    "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P", "q": "K", "r": "R", "s": "S", "t": "T", "u": "AH", "v": "V",
    "w": "W", "x": "K", "y": "Y", "z": "Z",
}  # fmt: skip
"""How a letter may sound: near enough to find a name in its place that no dictionary has."""


class PocketSphinx:
    def align(self, speech: Speech, language: Language) -> Speech | None:
        """See ``Aligner``."""
        if language != "en":
            return None
        heard = word_starts(*from_wav(speech.wav), [word.text for word in speech.words])
        return realigned(speech, heard) if heard else None


def word_starts(samples: Samples, rate: int, tokens: Sequence[str]) -> list[tuple[float, float] | None] | None:
    """Seconds into ``samples`` (one channel) where each of ``tokens`` begins, and how probable the recogniser says that
    is; None for one without a letter or digit.

    None when they cannot be found: the recording does not say them.
    """
    from pocketsphinx import Decoder

    parts = [(word, i) for i, token in enumerate(tokens) for word in _spoken(token)]
    if not parts:
        return None
    decoder = Decoder(lm=None, loglevel="FATAL")
    for word in {word for word, _ in parts}:
        if decoder.lookup_word(word) is None:
            decoder.add_word(word, " ".join(_PHONES[c] for c in word if c in _PHONES) or "AH", True)
    pcm = np.round(np.clip(resample(samples, rate, _RATE), -1, 1) * 32767).astype("<i2")
    try:
        decoder.set_align_text(" ".join(word for word, _ in parts))
        decoder.start_utt()
        decoder.process_raw(pcm.tobytes(), full_utt=True)
        decoder.end_utt()
        found = [segment for segment in decoder.seg() or () if segment.word[0] not in "<["]
    except RuntimeError:
        return None
    if len(found) != len(parts):
        return None
    starts: list[tuple[float, float] | None] = [None] * len(tokens)
    for segment, (_, i) in zip(found, parts, strict=True):
        if starts[i] is None:
            starts[i] = segment.start_frame / _FRAMES_A_SEC, min(float(segment.prob), 1.0)
    return starts


def _spoken(token: str) -> list[str]:
    """The words in ``token`` as the model's dictionary writes them; a number as its digits."""
    parts = re.findall(r"[a-z']+|\d", token.lower().replace("’", "'"))
    return [_DIGITS[int(part)] if part.isdigit() else part.strip("'") for part in parts if part.strip("'")]
