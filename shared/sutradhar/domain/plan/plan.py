"""Define the plan of a video. Unknown fields are refused by name, and all wrong fields at once."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self, cast

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from sutradhar.domain.billing.price import micros
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.core.webhook_url import check_webhook_url
from sutradhar.domain.language.detect import detect_language
from sutradhar.domain.language.tags import LANGUAGES, Language
from sutradhar.domain.plan.brand import BrandLook, BrandName
from sutradhar.domain.plan.choices import (
    CEILING_SCENES,
    MAX_CHARACTERS,
    MAX_TOTAL_SEC,
    MIN_TOTAL_SEC,
    Aspect,
    FootageSource,
    LanguageCode,
    LanguageOutput,
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
    choose_gender,
    make_voice_options,
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
    refuse_repeated,
)
from sutradhar.domain.plan.song import OwnNarration, Song
from sutradhar.domain.plan.translation import Glossary, LanguageVoices, Localization, Localizations
from sutradhar.domain.text.text_fields import DisplayText, PromptText, SingleLineText


class ScenesWithoutLength(ValueError):
    """Nothing in a plan gives the scenes ``indexes`` a length."""

    def __init__(self, indexes: Iterable[int]) -> None:
        super().__init__("a scene without narration needs duration_sec")
        self.indexes = tuple(indexes)


def _find_language(data: Mapping[str, Any]) -> Language:
    """Return the language that the fields ``data`` of a plan name, or else the language of its text."""
    if language := data.get("language") or next(iter(data.get("languages") or ()), None):
        return cast("Language", language)
    song, recording = data.get("song"), data.get("narration_audio")
    own = (song.lyrics if song else "") or (recording.text if recording else "")
    scenes = data.get("scenes") or ()
    text = own or data.get("topic") or data.get("prompt") or " ".join(scene.narration for scene in scenes)
    return detect_language(text)


def _choose_caption_languages(data: dict[str, Any]) -> tuple[Language, ...]:
    """Return the languages of the captions of a plan that names none."""
    if languages := data.get("languages"):
        return tuple(languages)
    language = _find_language(data)
    return ("en", "hi") if language in ("en", "hi") else (language, "en")


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
    languages: Annotated[tuple[LanguageCode, ...], BeforeValidator(read_languages), AfterValidator(refuse_repeated)] = (
        Field(default=(), max_length=len(LANGUAGES))
    )
    """The languages in which the video is narrated. The scenes are written in the first one, or in ``language`` if that
    is among them, and translated into the others. Empty: one language."""
    language_output: LanguageOutput = "videos"
    """``videos``: one video for each of ``languages``. ``tracks``: one video with an audio track for each."""
    language_voices: LanguageVoices = Field(default={})
    """The voices of languages that ``voice`` does not speak."""
    glossary: Glossary = Field(default={})
    """Words with fixed translations, such as names."""
    localizations: Localizations = Field(default={})
    """Title, description and tags in other languages."""
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
    subtitle_languages: Annotated[tuple[LanguageCode, ...], BeforeValidator(read_languages)] = Field(
        default_factory=_choose_caption_languages, max_length=len(LANGUAGES)
    )
    """The languages of the captions. An empty list, or null: no captions. Left out: ``languages``; of a plan in one
    language English and Hindi, or else its language and English."""
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
    def _has_languages(self) -> Self:
        if self.language and self.languages and self.language not in self.languages:
            raise ValueError(f"languages must have the language of the plan too ({self.language})")
        if self.other_languages and (self.song or self.narration_audio):
            raise ValueError("a video with a song or with one recording has one language; leave out languages")
        if self.other_languages and any(scene.narration_audio for scene in self.scenes):
            raise ValueError("a scene with a recording has one language; leave out languages, or narration_audio")
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
        return choose_gender(self.voice)

    @property
    def voice_options(self) -> VoiceOptions:
        return make_voice_options(self.delivery, self.voice)

    @property
    def spoken_language(self) -> Language:
        """The language that the plan names, or else the language of its text."""
        return _find_language(dict(self))

    @property
    def usual_caption_languages(self) -> tuple[Language, ...]:
        """The languages of the captions of such a plan if it names none."""
        return _choose_caption_languages(dict(self))

    @property
    def other_languages(self) -> tuple[Language, ...]:
        """The languages, besides the spoken one, in which the video is narrated too."""
        return tuple(language for language in self.languages if language != self.spoken_language)

    @property
    def audio_languages(self) -> tuple[Language, ...]:
        """The languages, besides the spoken one, that have an audio track in the video itself."""
        return self.other_languages if self.language_output == "tracks" else ()

    @property
    def video_languages(self) -> tuple[Language, ...]:
        """The languages, besides the spoken one, that have a video of their own."""
        return self.other_languages if self.language_output == "videos" else ()

    def choose_voice(self, language: Language) -> str:
        """Return the voice of ``language``: F, M or a provider's own."""
        return self.language_voices.get(language, self.voice)

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
            faults = [error for error in exc.errors(include_url=False) if error["type"] != "default_factory_not_called"]
            errors = [one for error in faults for one in _make_errors(error)]
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
    "localizations": Localization.model_fields,
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
