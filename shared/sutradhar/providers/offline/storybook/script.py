"""A prompt that is itself the narration: several sentences of prose, cut into scenes."""

from sutradhar.domain.plan.script_parts import split_script
from sutradhar.domain.text.text import clean, drawable, sentences
from sutradhar.providers.offline.storybook.topic import cut, requests

_IMAGE_CHARS = 400
_VERSE_LINES, _VERSE_WORDS = 3, 10
"""The fewest lines and words of a poem without a full stop."""


def script_sentences(prompt: str) -> list[str]:
    """Return the sentences of ``prompt`` if it is a script, else none: a single sentence or a request is a subject.

    The lines of a poem or a song are a script, too, even without a full stop.
    """
    said = split_script(prompt)
    whole = sentences(" ".join("".join(f"{s} " for s in said).split()))
    if not said or requests(said[0]) or requests(whole[0]):
        return []
    return said if len(whole) > 1 or _are_verses(said) else []


def _are_verses(said: list[str]) -> bool:
    """Return whether ``said`` are the lines of a poem or a song, and not a brief ("Topic: tea", "Tone: funny")."""
    briefs = sum(":" in line[:25] for line in said)
    return len(said) >= _VERSE_LINES and len(" ".join(said).split()) >= _VERSE_WORDS and briefs * 2 < len(said)


def image_prompt(narration: str) -> str:
    """A picture of what is said."""
    return cut(clean(drawable(narration)), _IMAGE_CHARS)
