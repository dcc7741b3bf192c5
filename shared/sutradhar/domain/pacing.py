"""How long a text takes to say, and how long its pictures stay."""

from collections.abc import Sequence

from sutradhar.domain.plan import MAX_SCENE_SEC, Language

AIR_SEC = 0.2
"""Silence before and after a narration, measured from the middle of the transition on either side."""

# Seconds for a letter (its marks included), for a pause inside a sentence, for one between sentences, and a constant.
# Least squares over 70 English and 210 Hindi narrations of these stories, spoken by hibari 0.2 (heart, speed 0.85) and
# espeak-ng 1.51 (hi, 150 words/min), mean error 3 % both; the constant has 0.2 s on top, to err on the long side.
_PACE: dict[Language, tuple[float, float, float, float]] = {
    "en": (0.0749, 0.207, 0.384, 0.39),
    "hi": (0.1426, 0.280, 0.836, 0.69),
}
MAX_HOLD_SEC = 2.5
"""The longest that a picture stays, with music only, for the sake of the length asked for."""
_REST_SEC = 1.0


def speech_sec(text: str, language: Language, speed: float = 1.0) -> float:
    """Estimated seconds from the first word of ``text`` to the end of its last; at least 0.6."""
    import regex  # noqa: PLC0415 - a function that reads no text does without

    letter, pause, stop, constant = _PACE[language]
    letters = len(regex.findall(r"[\p{L}\p{N}]\p{M}*", text))
    stops = len(regex.findall(r"[.!?।](?=\s)", text))
    return max(0.6, (letter * letters + pause * len(regex.findall("[,:;—]", text)) + stop * stops + constant) / speed)


def scene_sec(text: str, language: Language, speed: float = 1.0) -> float:
    """The shortest scene that holds ``text`` without cutting it."""
    return speech_sec(text, language, speed) + 2 * AIR_SEC


def durations(narrations: Sequence[str], language: Language, length_sec: float, speed: float = 1.0) -> list[float]:
    """Seconds per scene, which add up to ``length_sec`` if no picture has to hold over ``MAX_HOLD_SEC`` for it.

    Never less than a narration needs, so the sum may be more; a film that cannot fill the length only rests a little.
    """
    needed = [scene_sec(n, language, speed) for n in narrations]
    spare = (length_sec - sum(needed)) / len(needed)
    hold = max(0.0, spare if spare <= MAX_HOLD_SEC else _REST_SEC)
    return [min(MAX_SCENE_SEC, round(sec + hold, 2)) for sec in needed]
