"""Define the plan of a video. Unknown fields are refused by name, and all wrong fields at once."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from sutradhar.domain.billing.price import micros
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.core.webhook_url import check_webhook_url
from sutradhar.domain.plan.brand import BrandLook, BrandName
from sutradhar.domain.plan.choices import (
    CEILING_SCENES,
    MAX_CHARACTERS,
    MAX_TOTAL_SEC,
    MIN_TOTAL_SEC,
    Aspect,
    FootageSource,
    Language,
    LanguageCode,
    Voice,
)
from sutradhar.domain.plan.field_messages import NOTHING_GIVEN, find_missing_parts, make_field_error
from sutradhar.domain.plan.notices import find_reading_notices
from sutradhar.domain.plan.options import (
    Delivery,
    Music,
    MusicLevel,
    PlanDefaults,
    RenderSettings,
    VisibleLabel,
    VoiceName,
    VoiceOptions,
    Watermark,
)
from sutradhar.domain.plan.own_media import ClipFile, ImageFile
from sutradhar.domain.plan.publication import PlannedPublication, Publications
from sutradhar.domain.plan.scene import Character, Scene, SoundCue, TitleText
from sutradhar.domain.plan.shorthand import (
    read_aspect,
    read_label,
    read_languages,
    read_music,
    read_optional_language,
    read_watermark,
)
from sutradhar.domain.plan.song import OwnNarration, Song
from sutradhar.domain.text.text import detect_language
from sutradhar.domain.text.text_fields import DisplayText, PromptText, SingleLineText


class ScenesWithoutLength(ValueError):
    """Nothing in a plan gives the scenes ``indexes`` a length."""

    def __init__(self, indexes: Iterable[int]) -> None:
        super().__init__("a scene without narration needs duration_sec")
        self.indexes = tuple(indexes)


class RenderPlan(Record):
    """A topic, a prompt, or the scenes themselves; everything else has a sane default."""

    history = History("plan", keep_fields)

    topic: Annotated[DisplayText, Field(max_length=200)] | None = None
    prompt: Annotated[PromptText, Field(max_length=2000)] | None = None
    title: Annotated[DisplayText, Field(max_length=120)] | None = None
    description: Annotated[SingleLineText, Field(max_length=5000)] = ""
    """The description on the page that shows the video."""
    tags: tuple[Annotated[SingleLineText, Field(max_length=100)], ...] = Field(default=(), max_length=30)
    language: Annotated[LanguageCode | None, BeforeValidator(read_optional_language)] = None
    """The language of the narration, as a code or a name ("Hindi"). None: detected from the text."""
    subtitle_languages: Annotated[tuple[LanguageCode, ...], BeforeValidator(read_languages)] = Field(
        default=("en", "hi"), max_length=2
    )
    """An empty list, or null: no captions."""
    voice: VoiceName = "F"
    """F (a woman's voice), M (a man's) or a provider's own voice; a woman's voice replaces one that cannot speak."""
    delivery: Delivery = Delivery.constant()
    style: Annotated[SingleLineText, Field(max_length=200)] = ""
    length_sec: int = Field(default=60, ge=MIN_TOTAL_SEC, le=MAX_TOTAL_SEC)
    aspect: Annotated[Aspect, BeforeValidator(read_aspect)] = "16:9"
    seed: int = Field(default=0, ge=0, lt=2**31)
    scenes: tuple[Scene, ...] = Field(default=(), max_length=CEILING_SCENES)
    characters: tuple[Character, ...] = Field(default=(), max_length=MAX_CHARACTERS)
    """A character of more than one scene is drawn once as a reference image, if the image generator supports these."""
    music: Annotated[Music, BeforeValidator(read_music)] = Music.constant()
    """The music; it may also be given as a mood, or as false, null or "none" for no music."""
    brand: BrandName | None = None
    """The name of a stored brand, from which the plan takes what it leaves out."""
    brand_look: BrandLook | None = None
    """The brand's look as it was when the job began; only this system writes it, and a request must leave it out."""
    intro: ClipFile | None = None
    """A clip before the first scene."""
    outro: ClipFile | None = None
    """A clip after the last scene."""
    label: Annotated[VisibleLabel | None, BeforeValidator(read_label)] = None
    """A visible label which says that a machine made the video; None: there is none. ``true`` stands for the usual
    one, and a text for one with these words."""
    song: Song | None = None
    """The song of a lyric video, which is its sound. The scenes are the images and clips behind the words; they change
    on its beats and are shown again until it ends."""
    narration_audio: OwnNarration | None = None
    """One recording that is the narration of the whole video."""
    watermark: Annotated[Watermark | None, BeforeValidator(read_watermark)] = Watermark.constant()
    """The watermark; it may also be given as a text. None, false or an empty text: no watermark."""
    footage: FootageSource = "none"
    """The footage of scenes that name none."""
    strict: bool = False
    """True if the first provider of each chain must answer: the job fails rather than use another voice or image."""
    review: bool = False
    """True: the job waits for approval before anything but the plan and its narrations is made or paid for."""
    budget_usd: float | None = Field(default=None, ge=0, le=1000)
    """The most that the job may pay to providers, in US dollars; the service's own cap holds as well."""
    render: RenderSettings = RenderSettings.constant()
    metadata: Mapping[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=500)]] = Field(
        default={}, max_length=20
    )
    webhook_url: Annotated[str, AfterValidator(check_webhook_url)] | None = None
    """The URL that gets an event when the job has ended: https, on the public internet."""
    publish: Publications = ()
    """The publications of the video, one to a destination; it may also be given as one object."""
    enable_youtube_upload: bool = False
    """True: the video goes to YouTube as soon as it is finished, unless ``publish`` says another time."""
    based_on: Annotated[SingleLineText, Field(max_length=100)] | None = None
    """The job whose plan this one began as, or the template: ``template/prahlad``. It may have as many and as long
    scenes as that."""
    notices: tuple[str, ...] = ()
    """Notices about texts that were read differently; only ``parse`` writes them, and a request must leave them out."""

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not (self.topic or self.prompt or self.scenes or self.song or self.narration_audio):
            raise ValueError(NOTHING_GIVEN)
        if self.topic and self.prompt:
            raise ValueError("give a topic or a prompt, not both")
        if len(set(self.subtitle_languages)) != len(self.subtitle_languages):
            raise ValueError("subtitle_languages names a language twice")
        names = {character.name for character in self.characters}
        if len(names) != len(self.characters):
            raise ValueError("characters has a name twice")
        if twice := [name for s in self.scenes for name in s.characters if s.characters.count(name) > 1]:
            raise ValueError(f"a scene shows {twice[0]!r} twice")
        if unknown := [name for scene in self.scenes for name in scene.characters if name not in names]:
            raise ValueError(f"a scene shows {unknown[0]!r}, who is not among the characters")
        total = sum(s.duration_sec or 0 for s in self.scenes)
        if total > MAX_TOTAL_SEC:
            raise ValueError(f"scenes add up to {total:g} s; at most {MAX_TOTAL_SEC} s")
        return self

    @model_validator(mode="after")
    def _has_one_length(self) -> Self:
        if self.song or self.narration_audio:
            return self._check_own_audio()
        if untimed := [i for i, scene in enumerate(self.scenes) if not scene.has_length]:
            raise ScenesWithoutLength(untimed)
        return self

    def _check_own_audio(self) -> Self:
        """Refuse a second sound beside the song, or beside the recording of the whole narration."""
        if self.song and self.narration_audio:
            raise ValueError("give a song or narration_audio, not both: each is the sound of the whole video")
        if self.song and (narrated := [i for i, one in enumerate(self.scenes) if one.narration or one.narration_audio]):
            raise ValueError(f"scene {narrated[0] + 1} has a narration; a video with a song has none: leave it out")
        if self.narration_audio and any(scene.narration_audio for scene in self.scenes):
            raise ValueError("give narration_audio of the whole video, or of each scene, not both")
        return self

    def with_defaults(self, defaults: PlanDefaults) -> Self:
        """Return the plan with ``defaults`` in every field that the caller left out."""
        preferred = {"mode": defaults.mode, "resolution": defaults.resolution, "fps": defaults.fps}
        render = {k: v for k, v in preferred.items() if v is not None and k not in self.render.model_fields_set}
        music, watermark = self.music, self.watermark
        if defaults.music_db is not None and "volume_db" not in music.model_fields_set:
            music = music.evolve(volume_db=defaults.music_db)
        if watermark and defaults.watermark_position and "position" not in watermark.model_fields_set:
            watermark = watermark.evolve(position=defaults.watermark_position)
        publish = tuple(one.evolve(timezone=one.timezone or defaults.zone) for one in self.publications)
        return self.evolve(render=self.render.evolve(**render), music=music, watermark=watermark, publish=publish)

    @property
    def publications(self) -> tuple[PlannedPublication, ...]:
        """All publications that the plan asks for."""
        if self.enable_youtube_upload and all(one.destination != "youtube" for one in self.publish):
            return (*self.publish, PlannedPublication(destination="youtube"))
        return self.publish

    @property
    def look(self) -> BrandLook | None:
        """The look of the brand; None: there is no brand, or it changes no pixel."""
        return None if self.brand_look is None or self.brand_look.is_plain else self.brand_look

    @property
    def budget_micros(self) -> int | None:
        return None if self.budget_usd is None else micros(self.budget_usd)

    def footage_of(self, scene: Scene) -> FootageSource:
        return "none" if scene.image or scene.clip else scene.footage or self.footage

    @property
    def gender(self) -> Voice:
        return "M" if self.voice == "M" else "F"

    @property
    def voice_options(self) -> VoiceOptions:
        return VoiceOptions(**dict(self.delivery), named=self.voice if "/" in self.voice else "")

    @property
    def spoken_language(self) -> Language:
        """The language that the plan names, or else the language of its text."""
        if self.language:
            return self.language
        own = (self.song.lyrics if self.song else "") or (self.narration_audio.text if self.narration_audio else "")
        text = own or self.topic or self.prompt or " ".join(s.narration for s in self.scenes)
        return "hi" if detect_language(text) == "hi" else "en"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the video in pixels."""
        resolution = "720p" if self.render.mode == "PROXY" else self.render.resolution
        short = {"720p": 720, "1080p": 1080, "4k": 2160}[resolution]
        long = short * 16 // 9
        return {"16:9": (long, short), "9:16": (short, long), "1:1": (short, short)}[self.aspect]

    @classmethod
    def parse(cls, body: object) -> Self:
        """Return the plan in ``body`` (decoded JSON). Raise InvalidRequest: every wrong field, its limit and value."""
        if not isinstance(body, Mapping):
            raise InvalidRequest([FieldError("", 'the body must be a JSON object, such as {"topic": "Prahlad"}')])
        if own := _WRITTEN_HERE & body.keys():
            message = "is not a field of the plan; remove it or check its spelling"
            raise InvalidRequest([FieldError(name, message) for name in sorted(own)])
        try:
            return cls.model_validate(body).evolve(notices=find_reading_notices(body))
        except ValidationError as exc:
            errors = [one for error in exc.errors(include_url=False) for one in _make_errors(error)]
            if isinstance(body.get("publish"), Mapping):
                errors = [FieldError(error.path.replace("publish[0]", "publish", 1), error.message) for error in errors]
            raise InvalidRequest([*errors, *find_missing_parts(body, errors)]) from exc


def _make_errors(error: Mapping[str, Any]) -> list[FieldError]:
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, ScenesWithoutLength):
        return [FieldError(f"scenes[{i}]", str(cause)) for i in cause.indexes]
    return [make_field_error(error, _PARTS)]


_WRITTEN_HERE = frozenset({"notices", "brand_look"})
"""The fields that only this system writes."""
_PARTS: Mapping[str, Iterable[str]] = {
    "plan": RenderPlan.model_fields.keys() - _WRITTEN_HERE,
    "scenes": Scene.model_fields,
    "music": Music.model_fields,
    "automation": MusicLevel.model_fields,
    "clip": ClipFile.model_fields,
    "intro": ClipFile.model_fields,
    "outro": ClipFile.model_fields,
    "song": Song.model_fields,
    "narration_audio": OwnNarration.model_fields,
    "image": ImageFile.model_fields,
    "watermark": Watermark.model_fields,
    "render": RenderSettings.model_fields,
    "publish": PlannedPublication.model_fields,
    "delivery": Delivery.model_fields,
    "characters": Character.model_fields,
    "sounds": SoundCue.model_fields,
    "title": TitleText.model_fields,
    "lower_third": TitleText.model_fields,
}
"""The names of the fields of each part of a plan, for advice about an unknown name."""
