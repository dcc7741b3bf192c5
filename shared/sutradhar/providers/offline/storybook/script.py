"""Read a prompt that is itself the narration: several sentences of prose, cut into scenes."""

from sutradhar.domain.plan.script_parts import split_script
from sutradhar.domain.text.text import clean_text, make_drawable, split_sentences
from sutradhar.providers.offline.storybook.subject import is_request
from sutradhar.providers.offline.storybook.titles import shorten_text

_IMAGE_CHARS = 400
_VERSE_LINES, _VERSE_WORDS = 3, 10
"""The fewest lines and words of a poem without a full stop."""


def split_script_sentences(prompt: str) -> list[str]:
    """Return the sentences of ``prompt`` if it is a script, else none: a single sentence or a request is a subject.

    The lines of a poem or a song are a script, too, even without a full stop.
    """
    lines = split_script(prompt)
    whole = split_sentences(" ".join("".join(f"{line} " for line in lines).split()))
    if not lines or is_request(lines[0]) or is_request(whole[0]):
        return []
    return lines if len(whole) > 1 or _are_verses(lines) else []


def _are_verses(lines: list[str]) -> bool:
    """Return whether ``lines`` are those of a poem or a song, and not a brief ("Topic: tea", "Tone: funny")."""
    briefs = sum(":" in line[:25] for line in lines)
    return len(lines) >= _VERSE_LINES and len(" ".join(lines).split()) >= _VERSE_WORDS and briefs * 2 < len(lines)


def write_image_prompt(narration: str) -> str:
    """Return a prompt for an image of the words in ``narration``."""
    return shorten_text(clean_text(make_drawable(narration)), _IMAGE_CHARS)
