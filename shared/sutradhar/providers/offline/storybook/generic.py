"""Write a video about any subject from sentences that are true without a single fact about the subject."""

import random
import tomllib
from functools import cache
from importlib import resources

from pydantic import Field

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import CameraMove
from sutradhar.providers.offline.storybook.stories import Beat, Role
from sutradhar.providers.offline.storybook.subject import SubjectKind, classify_subject, has_question_order, is_question
from sutradhar.providers.offline.storybook.titles import format_inside_sentence

_BLANK = "{it}"
"""The place of the subject in a sentence."""
_MAX_REPEATED_CHARS = 60
"""The video names a longer subject only once."""

Wording = tuple[str, ...]


class _Slot(Frozen):
    """A beat in several wordings, of which the planner chooses one. Wording n means the same in Hindi and English."""

    role: Role = "development"
    image: str
    camera: CameraMove
    drop: int | None = None
    long: int | None = None
    kinds: tuple[SubjectKind, ...] = ()
    """The kinds of subject that the beat suits; empty: all."""
    en: tuple[Wording, ...] = Field(min_length=1)
    hi: tuple[Wording, ...] = Field(min_length=1)
    en_question: tuple[Wording, ...] = ()
    hi_question: tuple[Wording, ...] = ()

    def list_wordings(self, *, question: bool) -> list[tuple[Wording, Wording]]:
        """Return the wordings in English, each with its Hindi counterpart."""
        english, hindi = (question and self.en_question) or self.en, (question and self.hi_question) or self.hi
        return list(zip(english, hindi, strict=True))


class _Slots(Frozen):
    breath: tuple[_Slot, ...]
    slots: tuple[_Slot, ...]


@cache
def _load_slots() -> _Slots:
    text = resources.files(__package__).joinpath("generic.toml").read_text("utf-8")
    return _Slots.model_validate(tomllib.loads(text))


def write_generic_beats(subject: str, request: str, language: Language, seed: int) -> tuple[list[Beat], list[Beat]]:
    """Return the beats of the shortest version and the beats of every other length, in both languages.

    They are about ``subject``, which was extracted from ``request``. It keeps its own ``language`` in the sentences of
    the other language; ``seed`` chooses the wordings.
    """
    chance = random.Random(seed)
    question = is_question(subject, language, request)
    kind = classify_subject(subject, language, request)
    has_mark = question and (language == "hi" or has_question_order(subject, request))
    phrase = subject if has_mark else format_inside_sentence(subject)

    def choose_wording(slot: _Slot) -> Beat:
        wordings = slot.list_wordings(question=question)
        if slot.role != "opening" and len(subject) > _MAX_REPEATED_CHARS:
            wordings = [w for w in wordings if not any(_BLANK in s for s in w[0] + w[1])]
        english, hindi = chance.choice(wordings)
        return Beat(
            role=slot.role,
            image=slot.image.replace(_BLANK, subject),
            camera=slot.camera,
            drop=slot.drop,
            long=slot.long,
            en=tuple(_insert_subject(s, phrase, "?" if has_mark else ".") for s in english),
            hi=tuple(_insert_subject(s, phrase, "?" if has_mark else "।") for s in hindi),
        )

    slots = _load_slots()
    beats = [choose_wording(slot) for slot in slots.slots if not slot.kinds or kind in slot.kinds]
    return [choose_wording(slot) for slot in slots.breath], beats


def _insert_subject(sentence: str, phrase: str, stop: str) -> str:
    """Put ``phrase`` in its place; if it ends the sentence, ``stop`` follows it."""
    for end in (".", "।"):
        if sentence.endswith(_BLANK + end):
            sentence = sentence.removesuffix(end) + stop
    return sentence.replace(_BLANK, phrase)
