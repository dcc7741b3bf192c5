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
    sentences: list[str] = []
    for line in read_narration(text).text.split("\n"):
        parts = [s for s in split_sentences(line) if any(c.isalnum() for c in s)]
        sentences += [*parts[:-1], f"{parts[-1]}\n"] if parts else []
    return sentences


def group_sentences(parts: list[str], language: Language, max_scenes: int = _MAX_SCENES) -> list[str]:
    """Return ``parts``, the sentences to speak, as 3 to ``max_scenes`` narrations of about equal length;
    fewer sentences give as many narrations."""
    seconds = [estimate_speech_sec(s, language) for s in parts]
    total = sum(seconds)
    count = min(len(parts), max(_MIN_SCENES, min(max_scenes, round(total / _SCENE_SEC))))
    narrations: list[str] = []
    done = 0.0
    for i, (sentence, sec) in enumerate(zip(parts, seconds, strict=True)):
        left = len(parts) - i
        due = done + sec / 2 >= total * len(narrations) / count
        if len(narrations) < count and (due or left <= count - len(narrations)):
            narrations.append(sentence)
        else:
            narrations[-1] += sentence if narrations[-1].endswith("\n") else f" {sentence}"
        done += sec
    return [narration.rstrip("\n") for narration in narrations]
