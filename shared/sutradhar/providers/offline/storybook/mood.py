"""Choose the mood of the music by the words of a text."""

import regex

from sutradhar.domain.plan.choices import Mood
from sutradhar.domain.text.text import clean_text
from sutradhar.providers.offline.storybook.stories import load_word_lists


def detect_mood(text: str, default: Mood = "calm") -> Mood:
    """Return the mood with most signs in ``text``, or ``default`` if the text has none."""
    words = regex.findall(r"[\p{L}\p{M}]+", clean_text(text).casefold())
    signs = {mood: tuple(clean_text(beginnings).split()) for mood, beginnings in load_word_lists().moods.items()}
    counts = {mood: sum(w.startswith(beginnings) for w in words) for mood, beginnings in signs.items()}
    best = max(counts, key=lambda mood: counts[mood])
    return best if counts[best] else default
