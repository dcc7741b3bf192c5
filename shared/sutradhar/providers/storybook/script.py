"""A prompt that is itself the narration: several sentences of prose, cut into scenes."""

from sutradhar.domain.pacing import speech_sec
from sutradhar.domain.pasted_text import read_narration
from sutradhar.domain.plan import Language
from sutradhar.domain.text import clean, drawable, sentences
from sutradhar.providers.storybook.topic import cut, requests

_MIN_SCENES, _MAX_SCENES = 3, 8
_SCENE_SEC = 9.0
_IMAGE_CHARS = 400
_VERSE_LINES, _VERSE_WORDS = 3, 10
"""The fewest of a poem that has no full stop."""


def split(text: str) -> list[str]:
    """Return the sentences of ``text`` that can be spoken, with their closing quotes. One that ends a line that means
    something, as in a poem, ends with the line break."""
    found: list[str] = []
    for line in read_narration(text).text.split("\n"):
        parts = [s for s in sentences(line) if any(c.isalnum() for c in s)]
        found += [*parts[:-1], f"{parts[-1]}\n"] if parts else []
    return found


def script_sentences(prompt: str) -> list[str]:
    """Return the sentences of ``prompt`` if it is a script, else none: one sentence, or a request, is a subject.

    The lines of a poem or a song are a script too, also without a full stop.
    """
    said = split(prompt)
    whole = sentences(" ".join("".join(f"{s} " for s in said).split()))
    if not said or requests(said[0]) or requests(whole[0]):
        return []
    return said if len(whole) > 1 or _are_verses(said) else []


def _are_verses(said: list[str]) -> bool:
    """Return whether ``said`` are the lines of a poem or a song, and not a brief ("Topic: tea", "Tone: funny")."""
    briefs = sum(":" in line[:25] for line in said)
    return len(said) >= _VERSE_LINES and len(" ".join(said).split()) >= _VERSE_WORDS and briefs * 2 < len(said)


def group(said: list[str], language: Language) -> list[str]:
    """``said``, sentence by sentence, as 3 to 8 narrations of about equal length, or as many as there are sentences."""
    seconds = [speech_sec(s, language) for s in said]
    total = sum(seconds)
    count = min(len(said), max(_MIN_SCENES, min(_MAX_SCENES, round(total / _SCENE_SEC))))
    narrations: list[str] = []
    done = 0.0
    for i, (sentence, sec) in enumerate(zip(said, seconds, strict=True)):
        left = len(said) - i
        due = done + sec / 2 >= total * len(narrations) / count
        if len(narrations) < count and (due or left <= count - len(narrations)):
            narrations.append(sentence)
        else:
            narrations[-1] += sentence if narrations[-1].endswith("\n") else f" {sentence}"
        done += sec
    return [narration.rstrip("\n") for narration in narrations]


def image_prompt(narration: str) -> str:
    """A picture of what is said."""
    return cut(clean(drawable(narration)), _IMAGE_CHARS)
