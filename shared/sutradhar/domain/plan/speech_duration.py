"""Estimate the seconds of a spoken text, and share out the length of a video among its scenes."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sutradhar.domain.language.paces import PACES, Pace
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import MAX_TOTAL_SEC, Voice
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.text.speech_text import convert_to_speech

NARRATION_PADDING_SEC = 0.2
"""Silence before and after a narration, measured from the middle of the transition on either side."""

# Least squares of the relative error, for each offline voice of English and Hindi, over the 249 to 313 narrations of
# three stories and three other topics at eight lengths, as spoken (numbers in words): hibari 0.2.1 (heart, speed 0.85),
# piper 1.8 (joe) and espeak-ng 1.51 (hi+f3 and hi+m3, 150 words a minute). The mean error of one narration is 3 to 4 %,
# 10 to 20 % at worst (the shortest); in a video they cancel out to 1 %. The constant has 0.1 s on top, to err on the
# long side. The paces of the other languages are in the table of languages.
_PACE: dict[tuple[Language, Voice], Pace] = {
    ("en", "F"): Pace(0.0686, 0.258, 0.822, 0.115),
    ("en", "M"): Pace(0.0513, 0.377, 0.897, 0.5),
    ("hi", "F"): Pace(0.1538, 0.251, 0.614, 0.253),
    ("hi", "M"): Pace(0.1532, 0.228, 0.609, 0.209),
}
MAX_HOLD_SEC = 2.5
"""The longest time in seconds that a scene stays with music only, so that the video gets its requested length."""
_REST_SEC = 1.0
_PAUSES = ",:;—、，；：،؛"
"""Marks at which a voice pauses inside a sentence."""
LENGTH_TOLERANCE = 0.1
"""Share of the wanted length by which a video may be longer or shorter."""
MAX_VIDEO_SEC = MAX_TOTAL_SEC * (1 + LENGTH_TOLERANCE)
"""The longest video in seconds, also if its narration takes longer than estimated."""


class SpeechParts(NamedTuple):
    """The parts of a text that take time. ``letters``: how many letters are spoken at the pace of each language."""

    letters: Mapping[Language, int]
    han: int
    """Chinese characters amid the letters of another script."""
    pauses: int
    stops: int


def estimate_speech_sec(text: str, language: Language, speed: float = 1.0, voice: Voice = "F") -> float:
    """Estimate the seconds from the first word of ``text``, as it is said, to the end of its last; at least 0.6."""
    pace = _find_pace(language, voice)
    parts = count_speech_parts(convert_to_speech(text, language), language)
    letters_sec = sum(count * _find_pace(owner, voice).letter for owner, count in parts.letters.items())
    letters_sec += parts.han * (pace.han or pace.letter)
    return max(0.6, (letters_sec + pace.pause * parts.pauses + pace.stop * parts.stops + pace.constant) / speed)


def _find_pace(language: Language, voice: Voice) -> Pace:
    return _PACE.get((language, voice), PACES[language])


def count_speech_parts(spoken_text: str, language: Language) -> SpeechParts:
    """Count the parts of ``spoken_text``; each script has the pace of the language that is written in it.

    A letter of Devanagari is about a syllable in every voice, and so is one of the other scripts of India.
    """
    import regex  # noqa: PLC0415 - functions that read no text start without it

    def count(pattern: str) -> int:
        return len(regex.findall(pattern, spoken_text))

    facts = FACTS[language]
    scripts = facts.script_facts.properties
    own = [name for name in scripts if name != "Han" or len(scripts) == 1]
    owners: dict[str, Language] = {"Devanagari": "hi", "Latin": "en", **dict.fromkeys(own, language)}
    letters: Counter[Language] = Counter()
    for name, owner in owners.items():
        letters[owner] += count(rf"(?=\p{{{name}}})[\p{{L}}\p{{N}}]\p{{M}}*")
    han = count(r"\p{Han}") if "Han" in scripts and "Han" not in own else 0
    others = count(r"[\p{L}\p{N}]") - letters.total() - han
    letters["en" if language == "hi" else language] += others
    ends = facts.sentence_ends.replace("…", "")
    # no space follows the end of a sentence where words have none
    stop = rf"[{ends}]+(?=[^{ends}])" if facts.word_rule == "phrases" else rf"[{ends}](?=\s)"
    return SpeechParts(letters, han, count(f"[{_PAUSES}]"), count(stop))


def estimate_scene_sec(text: str, language: Language, speed: float = 1.0, voice: Voice = "F") -> float:
    """Estimate the shortest scene that holds ``text`` without cutting it."""
    return estimate_speech_sec(text, language, speed, voice) + 2 * NARRATION_PADDING_SEC


def compute_rest_sec(spoken_sec: float, scenes: int, length_sec: float) -> float:
    """Return the seconds by which each of ``scenes`` is longer than its narration needs.

    Pauses of up to ``MAX_HOLD_SEC`` fill the length. A video that is too short even with those rests only a little.
    """
    spare = max(0.0, length_sec - spoken_sec) / scenes
    can_fill = spoken_sec + scenes * MAX_HOLD_SEC >= (1 - LENGTH_TOLERANCE) * length_sec
    return min(spare, MAX_HOLD_SEC) if can_fill else min(spare, _REST_SEC)


def compute_durations(
    narrations: Sequence[str], language: Language, length_sec: float, speed: float = 1.0, voice: Voice = "F"
) -> list[float]:
    """Return the seconds of each scene; they add up to ``length_sec`` where the narrations and their pauses fill it.

    A scene is never shorter than its narration needs, so the sum may also be more.
    """
    needed = [estimate_scene_sec(n, language, speed, voice) for n in narrations]
    rest = compute_rest_sec(sum(needed), len(needed), length_sec)
    # rounded down, so that their sum stays within the longest length that a plan may ask for
    return [math.floor((sec + rest) * 100) / 100 for sec in needed]


def misses_length(sec: float, plan: RenderPlan) -> bool:
    """Return whether a video of ``sec`` seconds differs from the length in ``plan`` by more than the tolerance."""
    return abs(sec - plan.length_sec) > LENGTH_TOLERANCE * plan.length_sec
