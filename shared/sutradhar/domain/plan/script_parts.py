"""Split a text to speak into its sentences, and group these into the narrations of scenes."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from textwrap import shorten

from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.speech_duration import estimate_speech_sec
from sutradhar.domain.text.pasted_text import read_narration
from sutradhar.domain.text.phrases import has_phrases
from sutradhar.domain.text.text import split_graphemes, split_sentences
from sutradhar.domain.text.words import find_gap, split_words

_MIN_SCENES, _MAX_SCENES = 3, 8
_SCENE_SEC = 9.0
_IMAGE_CHARS = 400


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
    total = sum(estimate_speech_sec(s, language) for s in parts)
    return _join_parts(parts, language, min(len(parts), max(_MIN_SCENES, min(max_scenes, round(total / _SCENE_SEC)))))


def divide_text(text: str, language: Language, count: int) -> list[str]:
    """Return ``text`` in ``count`` pieces of about equal length: whole sentences if there are as many, else words. The
    last pieces are empty if it has fewer words."""
    parts = split_script(text)
    if len(parts) < count:
        parts = split_words(text)
    pieces = _join_parts(parts, language, min(count, len(parts))) if parts else []
    return [*pieces, *[""] * (count - len(pieces))]


def match_narrations(narrations: Sequence[str], words: Sequence[str]) -> list[int]:
    """Return the index in ``words`` after the last word of each narration, as far as both are alike. The words of a
    recording that no narration has belong to the narration before them."""
    spelled = [[_spell(word) for word in split_words(narration)] for narration in narrations]
    narration_words = [word for narration in spelled for word in narration]
    blocks = SequenceMatcher(
        None, narration_words, [_spell(word) for word in words], autojunk=False
    ).get_matching_blocks()
    known = {block.a + i: block.b + i for block in blocks for i in range(block.size)}
    ends: list[int] = []
    at, total = 0, max(len(narration_words), 1)
    for narration in spelled:
        at += len(narration)
        near = max((place for place in known if place < at), default=None)
        end = known[near] + at - near if near is not None else round(len(words) * at / total)
        ends.append(min(max(end, ends[-1] if ends else 0), len(words)))
    if narration_words:
        last = max(i for i, narration in enumerate(spelled) if narration)
        ends[last:] = [len(words)] * (len(spelled) - last)
    return ends


def draw_narration(narration: str) -> str:
    """Return the image prompt of a scene that shows what its narration says."""
    if has_phrases(narration):  # ``shorten`` cuts at spaces, and this text may have none
        return "".join(split_graphemes(" ".join(narration.split()))[:_IMAGE_CHARS])
    return shorten(narration, _IMAGE_CHARS, placeholder="")


def _spell(word: str) -> str:
    return "".join(c for c in word.lower() if c.isalnum())


def _join_parts(parts: Sequence[str], language: Language, count: int) -> list[str]:
    """Return ``parts`` as ``count`` narrations of about equal length, at most one for each part."""
    seconds = [estimate_speech_sec(s, language) for s in parts]
    total = sum(seconds)
    narrations: list[str] = []
    done = 0.0
    for i, (sentence, sec) in enumerate(zip(parts, seconds, strict=True)):
        left = len(parts) - i
        due = done + sec / 2 >= total * len(narrations) / count
        if len(narrations) < count and (due or left <= count - len(narrations)):
            narrations.append(sentence)
        else:
            gap = "" if narrations[-1].endswith("\n") else find_gap(narrations[-1], sentence)
            narrations[-1] += f"{gap}{sentence}"
        done += sec
    return [narration.rstrip("\n ") for narration in narrations]
