"""The mood of the music, read off the words of a text."""

import regex

from sutradhar.domain.plan.choices import Mood
from sutradhar.domain.text.text import clean
from sutradhar.providers.offline.storybook.stories import word_lists


def mood_of(text: str, otherwise: Mood = "calm") -> Mood:
    """The mood with most signs in ``text``; ``otherwise`` if it has none."""
    words = regex.findall(r"[\p{L}\p{M}]+", clean(text).casefold())
    signs = {mood: tuple(clean(begun).split()) for mood, begun in word_lists().moods.items()}
    counts = {mood: sum(w.startswith(begun) for w in words) for mood, begun in signs.items()}
    best = max(counts, key=lambda mood: counts[mood])
    return best if counts[best] else otherwise
