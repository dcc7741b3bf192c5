"""Write a video about any subject from sentences that are true without a single fact about the subject."""

import random
import tomllib
from functools import cache
from importlib import resources

from pydantic import Field

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.plan.choices import CameraMove, Language
from sutradhar.providers.offline.storybook.stories import Beat, Role
from sutradhar.providers.offline.storybook.topic import Kind, asks, inside_sentence, kind_of, question_mark

_IT = "{it}"
_LONG = 60
"""Characters from which a phrase is said once only."""

Wording = tuple[str, ...]


class _Slot(Frozen):
    """A beat in several wordings, one of which is told; wording n has the same meaning in Hindi and in English."""

    role: Role = "development"
    image: str
    camera: CameraMove
    drop: int | None = None
    long: int | None = None
    kinds: tuple[Kind, ...] = ()
    """The kinds of subject that the beat suits; empty: all."""
    en: tuple[Wording, ...] = Field(min_length=1)
    hi: tuple[Wording, ...] = Field(min_length=1)
    en_question: tuple[Wording, ...] = ()
    hi_question: tuple[Wording, ...] = ()

    def wordings(self, question: bool) -> list[tuple[Wording, Wording]]:
        """Return the wordings in English, each with its Hindi counterpart."""
        english, hindi = (question and self.en_question) or self.en, (question and self.hi_question) or self.hi
        return list(zip(english, hindi, strict=True))


class _Slots(Frozen):
    breath: tuple[_Slot, ...]
    slots: tuple[_Slot, ...]


@cache
def _slots() -> _Slots:
    text = resources.files(__package__).joinpath("generic.toml").read_text("utf-8")
    return _Slots.model_validate(tomllib.loads(text))


def generic_beats(phrase: str, asked: str, language: Language, seed: int) -> tuple[list[Beat], list[Beat]]:
    """Return the beats of the shortest version and the beats of every other length, in both languages.

    They are about ``phrase``, the bare subject in ``asked``. It keeps its own ``language`` in the sentences of the
    other language; ``seed`` chooses the wordings.
    """
    chance = random.Random(seed)
    question = asks(phrase, language, asked)
    kind = kind_of(phrase, language, asked)
    is_worded_as_question = question and (language == "hi" or question_mark(phrase, asked))
    said = phrase if is_worded_as_question else inside_sentence(phrase)

    def beat(slot: _Slot) -> Beat:
        wordings = slot.wordings(question)
        if slot.role != "opening" and len(phrase) > _LONG:
            wordings = [w for w in wordings if not any(_IT in s for s in w[0] + w[1])]
        english, hindi = chance.choice(wordings)
        return Beat(
            role=slot.role,
            image=slot.image.replace(_IT, phrase),
            camera=slot.camera,
            drop=slot.drop,
            long=slot.long,
            en=tuple(_put(s, said, "?" if is_worded_as_question else ".") for s in english),
            hi=tuple(_put(s, said, "?" if is_worded_as_question else "।") for s in hindi),
        )

    slots = _slots()
    beats = [beat(slot) for slot in slots.slots if not slot.kinds or kind in slot.kinds]
    return [beat(slot) for slot in slots.breath], beats


def _put(sentence: str, phrase: str, stop: str) -> str:
    """Put ``phrase`` in its place; if it ends the sentence, ``stop`` follows it."""
    for end in (".", "।"):
        if sentence.endswith(_IT + end):
            sentence = sentence.removesuffix(end) + stop
    return sentence.replace(_IT, phrase)
