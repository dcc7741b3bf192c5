"""Split a text to speak into its sentences, and group these into the narrations of scenes."""

from sutradhar.domain.plan.choices import Language
from sutradhar.domain.plan.speech_duration import estimate_speech_sec
from sutradhar.domain.text.pasted_text import read_narration
from sutradhar.domain.text.text import split_sentences

_MIN_SCENES, _MAX_SCENES = 3, 8
_SCENE_SEC = 9.0


def split_script(text: str) -> list[str]:
    """Return the sentences of ``text`` that can be spoken, with their closing quotes. A sentence keeps the line break
    after it if that has a meaning, as in a poem."""
    found: list[str] = []
    for line in read_narration(text).text.split("\n"):
        parts = [s for s in split_sentences(line) if any(c.isalnum() for c in s)]
        found += [*parts[:-1], f"{parts[-1]}\n"] if parts else []
    return found


def group_sentences(said: list[str], language: Language, most: int = _MAX_SCENES) -> list[str]:
    """Return ``said`` as 3 to ``most`` narrations of about equal length, or as many as there are sentences."""
    seconds = [estimate_speech_sec(s, language) for s in said]
    total = sum(seconds)
    count = min(len(said), max(_MIN_SCENES, min(most, round(total / _SCENE_SEC))))
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
