"""Define a scene of a plan, and the characters, titles and sound effects in it."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import MAX_TOTAL_SEC, CameraMove, FootageSource, LanguageCode, TransitionKind
from sutradhar.domain.plan.own_media import ClipFile, ImageFile, UploadRef
from sutradhar.domain.plan.shorthand import read_on_screen, refuse_double_languages
from sutradhar.domain.plan.song import Color, OwnNarration
from sutradhar.domain.text.text_fields import DisplayText, NarrationText, SingleLineText, require_text


class TranslatedTitle(Frozen):
    """The words of a title in another language."""

    text: Annotated[DisplayText, Field(max_length=80)]
    subtext: Annotated[DisplayText, Field(max_length=120)] | None = None


class TitleText(TranslatedTitle):
    """Words over the image, besides the captions: a title, or the name and role of the person on the screen."""

    translations: Annotated[Mapping[LanguageCode, TranslatedTitle], BeforeValidator(refuse_double_languages)] = {}
    """The words in other languages, for the videos in these languages."""

    def choose_words(self, language: Language) -> Self:
        """Return the title with its words in ``language``; without a translation they stay as they are."""
        words = self.translations.get(language)
        return self.evolve(text=words.text, subtext=words.subtext, translations={}) if words else self


class Character(Frozen):
    """A person, animal or thing that looks the same in every image."""

    name: Annotated[SingleLineText, AfterValidator(require_text), Field(max_length=60)]
    look: Annotated[SingleLineText, AfterValidator(require_text), Field(max_length=300)]
    """Age, build, face, hair, clothes and colours, in English."""
    image: UploadRef | None = None
    """A user's own image of the character, which serves as the reference image instead of a drawn one."""


class SoundCue(Frozen):
    """A sound effect in a scene: a door, thunder, applause."""

    text: Annotated[SingleLineText, AfterValidator(require_text), Field(max_length=200)]
    """The description of the sound effect, in English."""
    word: int = Field(default=0, ge=0, le=1000)
    """The index of the narration's word at whose start the sound effect begins, from 0. It begins with the scene if the
    narration has no such word."""
    volume_db: float = Field(default=-8.0, ge=-40, le=6)
    """Loudness relative to the voice, in dB."""


class Scene(Frozen):
    """One image or clip, and the narration that is spoken over it."""

    narration: NarrationText = ""
    image_prompt: Annotated[SingleLineText, Field(max_length=1000)] = ""
    image: ImageFile | None = None
    """The user's own image, which the scene shows instead of a drawn one."""
    clip: ClipFile | None = None
    """The user's own clip, which the scene shows instead of an image."""
    color: Color | None = None
    """A flat colour, which the scene shows instead of an image."""
    narration_audio: OwnNarration | None = None
    """The user's own recording of the narration; ``narration`` is its text."""
    characters: tuple[SingleLineText, ...] = Field(default=(), max_length=4)
    """The names of the plan's ``characters`` in this scene; their ``look`` is added to the prompt."""
    translations: Annotated[Mapping[LanguageCode, NarrationText], BeforeValidator(refuse_double_languages)] = {}
    """The narration in other languages, for the captions in these languages."""
    duration_sec: float | None = Field(default=None, ge=1, le=MAX_TOTAL_SEC)
    """Shortest length of the scene in seconds; a longer narration extends it. None: the length of its narration, or
    else of its clip."""
    transition: TransitionKind = "crossfade"
    """The transition from the scene before into this one."""
    camera: CameraMove | None = None
    footage: FootageSource | None = None
    """None: the plan's ``footage`` holds."""
    sounds: tuple[SoundCue, ...] = Field(default=(), max_length=3)
    title: Annotated[TitleText | None, BeforeValidator(read_on_screen)] = None
    """A title in the middle of the frame, for the first seconds of the scene."""
    lower_third: Annotated[TitleText | None, BeforeValidator(read_on_screen)] = None
    """A title low on the left, from a moment after the start of the scene."""

    @model_validator(mode="after")
    def _shows_one_thing(self) -> Self:
        shown = [name for name in ("image_prompt", "image", "clip", "color") if getattr(self, name)]
        if len(shown) != 1:
            names = " and ".join(shown) or "none"
            raise ValueError(f"a scene shows one thing: give image_prompt, image, clip or color (got {names})")
        if self.clip and self.clip.fit == "fit" and self.camera not in (None, "hold"):
            raise ValueError("a clip that is shown whole (fit) has no camera move; leave out camera, or fill the frame")
        return self

    @property
    def has_length(self) -> bool:
        """Return whether the scene has a length of its own."""
        return bool(self.narration or self.narration_audio or self.duration_sec or self.clip)
