"""A prompt that is itself the narration: several sentences of prose, cut into scenes."""

from sutradhar.domain.pacing import speech_sec
from sutradhar.domain.plan import Language
from sutradhar.domain.text import clean, drawable, sentences, speakable
from sutradhar.providers.storybook.topic import cut, requests

_MIN_SCENES, _MAX_SCENES = 3, 8
_SCENE_SEC = 9.0
_IMAGE_CHARS = 400


def split(text: str) -> list[str]:
    """The sentences of ``text`` that can be spoken, with their closing quotes."""
    return [s for s in sentences(text) if speakable(s)]


def script_sentences(prompt: str) -> list[str]:
    """The sentences to be spoken if ``prompt`` is a script, else none: one sentence, or a request, is a subject."""
    said = split(speakable(prompt))
    return said if len(said) > 1 and not requests(said[0]) else []


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
            narrations[-1] += " " + sentence
        done += sec
    return narrations


def image_prompt(narration: str) -> str:
    """A picture of what is said."""
    return cut(clean(drawable(narration)), _IMAGE_CHARS)
