"""The slot of an asset: its place in a job, such as the image of one scene."""

import re
from dataclasses import dataclass
from typing import Literal, Self, cast

from pydantic_core import CoreSchema

from sutradhar.domain.core.text_value import text_schema
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language

_TEXT = re.compile(
    r"scene-(?P<scene>\d{2,})-(?:(?P<role>narration|image)|narration-(?P<language>[a-z]+)|sound-(?P<sound>\d+))"
    r"|character-(?P<character>\d+)|(?P<whole>music|plan|song|recording|intro|outro)",
    re.ASCII,
)


@dataclass(frozen=True)
class Slot:
    """The place of an asset in a job.

    The text form (``scene-00-narration``, ``scene-00-narration-ta``, ``scene-00-image``, ``scene-00-sound-0``,
    ``character-0``, ``music``, ``song``, ``recording``, ``intro``, ``outro``, ``plan``) is public in the JSON of the
    API and stands in stored jobs, messages and charges.
    Only this class writes and reads it.
    """

    role: Literal["narration", "image", "sound", "character", "music", "song", "recording", "intro", "outro", "plan"]
    """``recording``: the one recording that is the narration of the whole video. ``character``: the reference image of
    a character. ``intro``, ``outro``: the clips around the scenes. ``plan``: the text of the plan, which is no asset
    but is paid for as one."""
    scene: int | None = None
    """Index of the scene, from 0; None if the asset belongs to no single scene."""
    number: int | None = None
    """Index of a sound effect in its scene, or of a character in the plan, from 0."""
    language: Language | None = None
    """The language of a narration in a further audio track; None: the narration in the plan's language."""

    @classmethod
    def narration(cls, scene: int, language: Language | None = None) -> Self:
        return cls("narration", scene, language=language)

    @classmethod
    def image(cls, scene: int) -> Self:
        """The slot of what a scene shows, an image or a video."""
        return cls("image", scene)

    @classmethod
    def sound_effect(cls, scene: int, number: int) -> Self:
        return cls("sound", scene, number)

    @classmethod
    def character(cls, number: int) -> Self:
        return cls("character", number=number)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the slot whose text form is ``text``. Raise ValueError if there is none."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} names no slot of a job")
        if match["scene"]:
            scene = int(match["scene"])
            if match["sound"]:
                return cls.sound_effect(scene, int(match["sound"]))
            if code := match["language"]:
                return cls.narration(scene, _find_language(code))
            return cls.image(scene) if match["role"] == "image" else cls.narration(scene)
        if match["character"]:
            return cls.character(int(match["character"]))
        return cls(_WHOLE[match["whole"]].role)

    def __str__(self) -> str:
        scene = [] if self.scene is None else [f"scene-{self.scene:02d}"]
        number = [] if self.number is None else [str(self.number)]
        return "-".join([*scene, self.role, *number, *([self.language] if self.language else [])])

    @property
    def label(self) -> str:
        """The words for users, who count from 1: "scene 1, image"."""
        role = self.role if self.number is None else f"{self.role} {self.number + 1}"
        role = f"{role} in {FACTS[self.language].name}" if self.language else role
        return role if self.scene is None else f"scene {self.scene + 1}, {role}"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: object) -> CoreSchema:
        return text_schema(Slot, Slot.parse)


def _find_language(code: str) -> Language:
    if code not in FACTS:
        raise ValueError(f"{code!r} is no language that this system knows")
    return FACTS[cast("Language", code)].tag


MUSIC = Slot("music")
SONG = Slot("song")
RECORDING = Slot("recording")
INTRO = Slot("intro")
OUTRO = Slot("outro")
PLAN = Slot("plan")
_WHOLE = {str(slot): slot for slot in (MUSIC, SONG, RECORDING, INTRO, OUTRO, PLAN)}
