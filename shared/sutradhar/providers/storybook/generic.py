"""A film about anything: what can be said honestly without knowing one fact about the subject."""

import random
import tomllib
from functools import cache
from importlib import resources

from sutradhar.domain.base import Frozen
from sutradhar.domain.plan import CameraMove, Language
from sutradhar.providers.storybook.stories import Beat, Role
from sutradhar.providers.storybook.topic import asks, question_mark

_IT = "{it}"
_LONG = 60
"""Characters from which a phrase is said once only."""

Wording = tuple[str, ...]


class _Slot(Frozen):
    role: Role
    image: str
    camera: CameraMove
    drop: int | None = None
    en: tuple[Wording, ...]
    hi: tuple[Wording, ...]
    en_question: tuple[Wording, ...] = ()
    hi_question: tuple[Wording, ...] = ()

    def wordings(self, language: Language, question: bool) -> tuple[Wording, ...]:
        if language == "hi":
            return (question and self.hi_question) or self.hi
        return (question and self.en_question) or self.en


@cache
def _slots() -> tuple[_Slot, ...]:
    text = resources.files(__package__).joinpath("generic.toml").read_text("utf-8")
    return tuple(_Slot.model_validate(s) for s in tomllib.loads(text)["slots"])


def generic_beats(phrase: str, asked: str, language: Language, seed: int) -> list[Beat]:
    """Beats in ``language`` about ``phrase``, the bare subject of what was ``asked``; ``seed`` chooses the wordings."""
    chance = random.Random(seed)
    question = asks(phrase, language, asked)
    stop = "।" if language == "hi" else "."
    if question and (language == "hi" or question_mark(phrase, asked)):
        stop = "?"
    beats = []
    for slot in _slots():
        wordings = slot.wordings(language, question)
        if slot.role != "opening" and len(phrase) > _LONG:
            wordings = tuple(w for w in wordings if not any(_IT in s for s in w))
        said = tuple(_put(s, phrase, stop) for s in chance.choice(wordings))
        beats.append(
            Beat(
                role=slot.role,
                image=slot.image.replace(_IT, phrase),
                camera=slot.camera,
                drop=slot.drop,
                en=said if language == "en" else (),
                hi=said if language == "hi" else (),
            )
        )
    return beats


def _put(sentence: str, phrase: str, stop: str) -> str:
    """``phrase`` in its place; where it ends the sentence, ``stop`` does too."""
    for end in (".", "।"):
        if sentence.endswith(_IT + end):
            sentence = sentence.removesuffix(end) + stop
    return sentence.replace(_IT, phrase)
