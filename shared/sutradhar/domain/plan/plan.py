"""What a person may ask for. Unknown fields are refused by name; every wrong field is named at once."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from sutradhar.domain.billing.price import micros
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.plan.field_messages import field_error, missing_parts
from sutradhar.domain.plan.notices import reading_notices
from sutradhar.domain.plan.own_media import ClipFile, ImageFile, UploadId, UploadRef
from sutradhar.domain.plan.shorthand import (
    read_aspect,
    read_language,
    read_languages,
    read_mode,
    read_music,
    read_on_screen,
    read_optional_language,
    read_resolution,
    read_voice,
    read_watermark,
    refuse_double_languages,
)
from sutradhar.domain.text.text import language_of
from sutradhar.domain.text.text_fields import Line, Narration, Prompt, Shown, some

MAX_SCENES = 60
"""The most scenes that a language model is asked to write."""
MAX_CHARACTERS = 6
MIN_TOTAL_SEC, MAX_TOTAL_SEC = 5, 600
"""The longest video and the longest single scene, in seconds. A caller's own limits may be lower: see ``limits``."""
CEILING_SCENES = MAX_TOTAL_SEC
"""The shortest scene in seconds."""

Language = Literal["en", "hi"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
Voice = Literal["F", "M"]
Aspect = Literal["16:9", "9:16", "1:1"]
Resolution = Literal["720p", "1080p", "4k"]
CameraMove = Literal[
    "zoom_in", "zoom_out", "pan_left", "pan_right", "pan_up", "pan_down", "push_in", "pull_out", "hold"
]
TransitionKind = Literal["crossfade", "dip", "wipe", "cut"]
"""``dip``: through black. ``wipe``: the new picture comes in from the left behind a soft edge."""
CaptionStyle = Literal["plain", "highlight"]
"""``highlight``: the word that is being spoken stands out."""
FootageSource = Literal["none", "stock", "generated"]
"""What a scene shows: a picture with a camera, found footage, or a clip that is made of its picture. Where there is no
footage it shows a picture."""
Mood = Literal["devotional", "calm", "joyful", "heroic", "curious", "tender"]
Corner = Literal["tl", "tr", "bl", "br"]
RenderMode = Literal["PROXY", "FINAL"]
Codec = Literal["libx264", "h264_nvenc", "hevc_nvenc"]
EncoderName = Literal["auto", "libx264", "h264_nvenc", "hevc_nvenc"]
FrameRate = Literal[24, 25, 30, 50, 60]


Code = Annotated[Language, BeforeValidator(read_language)]


def _voice(value: str) -> str:
    if value not in get_args(Voice) and not re.fullmatch(r"[a-z_]{1,30}/[A-Za-z0-9_.-]{1,100}", value):
        raise ValueError(f"must be F, M, or a provider and its own voice (elevenlabs/ID) (got {value[:60]!r})")
    return value


class OnScreen(Frozen):
    """Words over the picture, besides the captions: a title, or who is seen and what they are."""

    text: Annotated[Shown, Field(max_length=80)]
    subtext: Annotated[Shown, Field(max_length=120)] | None = None


class Character(Frozen):
    """Somebody who is to look the same in every picture."""

    name: Annotated[Line, AfterValidator(some), Field(max_length=60)]
    look: Annotated[Line, AfterValidator(some), Field(max_length=300)]
    """Age, build, face, hair, clothes and colours, in English."""
    image: UploadRef | None = None
    """Somebody's own picture to go by, instead of one that is drawn."""


class SoundCue(Frozen):
    """A sound that is heard in a scene: a door, thunder, applause."""

    text: Annotated[Line, AfterValidator(some), Field(max_length=200)]
    """What is heard, in English."""
    word: int = Field(default=0, ge=0, le=1000)
    """At the start of which word of the narration, from 0; past its end, or without one: when the scene begins."""
    volume_db: float = Field(default=-8.0, ge=-40, le=6)
    """Loudness against the voice."""


class Scene(Frozen):
    """One picture and what is said over it."""

    narration: Narration = ""
    image_prompt: Annotated[Line, Field(max_length=1000)] = ""
    image: ImageFile | None = None
    """Shown instead of a picture that is drawn."""
    clip: ClipFile | None = None
    """The user's own clip, which the scene shows instead of an image."""
    characters: tuple[Line, ...] = Field(default=(), max_length=4)
    """The names of those of the plan's ``characters`` who are seen; how they look is added to the prompt."""
    translations: Annotated[Mapping[Code, Narration], BeforeValidator(refuse_double_languages)] = {}
    """The narration in other languages, for the captions in those."""
    duration_sec: float | None = Field(default=None, ge=1, le=MAX_TOTAL_SEC)
    """Shortest length of the scene in seconds; a longer narration extends it. None: the length of its narration, or
    else of its clip."""
    transition: TransitionKind = "crossfade"
    """How this scene comes in."""
    camera: CameraMove | None = None
    footage: FootageSource | None = None
    """None: as the plan says."""
    sounds: tuple[SoundCue, ...] = Field(default=(), max_length=3)
    title: Annotated[OnScreen | None, BeforeValidator(read_on_screen)] = None
    """In the middle of the picture, for the first seconds of the scene."""
    lower_third: Annotated[OnScreen | None, BeforeValidator(read_on_screen)] = None
    """Low on the left, a moment after the scene has begun."""

    @model_validator(mode="after")
    def _something_to_time_it(self) -> Self:
        shown = [name for name in ("image_prompt", "image", "clip") if getattr(self, name)]
        if len(shown) != 1:
            raise ValueError(
                f"a scene shows one thing: give image_prompt, image or clip (got {' and '.join(shown) or 'none'})"
            )
        if self.clip and self.clip.fit == "fit" and self.camera not in (None, "hold"):
            raise ValueError(
                "a clip that is shown whole (fit) has no camera move; leave out camera, or fill the picture"
            )
        if not self.narration and self.duration_sec is None and not self.clip:
            raise ValueError("a scene without narration needs duration_sec")
        return self


class Delivery(Frozen):
    """How the narration is spoken."""

    speed: float = Field(default=1.0, ge=0.7, le=1.2)
    """Against the voice's own; some bought voices take no less and no more (elevenlabs.io/docs, voice settings)."""
    emotion: Annotated[Line, Field(max_length=60)] = ""
    """In a word or two of English (warm, whispering), for voices that can be told."""


class Manner(Delivery):
    named: str = ""
    """A provider's own voice, where one is asked for."""


PLAIN = Manner.constant()


class Music(Frozen):
    """The bed under the voice."""

    mood: Mood | None = None
    """None: chosen from the text. ``enabled=False`` for no music at all."""
    enabled: bool = True
    upload: UploadId | None = None
    """A user's own file whose sound is played instead of composed music. The video opens with the start of the file; if
    the file is shorter than the video, it starts again with a crossfade."""
    start_sec: float = Field(default=0.0, ge=0, le=86_400)
    """Start of the music within that file, in seconds."""
    volume_db: float = Field(default=-12.0, ge=-40, le=0)
    """Level of the bed against the voice where nobody speaks."""

    @model_validator(mode="before")
    @classmethod
    def _accept_bare_id(cls, value: Any) -> Any:
        return {"upload": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _starts_in_a_file(self) -> Self:
        if self.start_sec and not self.upload:
            raise ValueError("start_sec is the start of a file of your own: give upload too")
        return self


class Watermark(Frozen):
    text: Annotated[Shown, Field(max_length=40)] = "Sutradhar"
    position: Corner = "tr"
    opacity: float = Field(default=0.6, gt=0, le=1)


class RenderSettings(Frozen):
    """``mode`` PROXY is a quick look in 720p; FINAL is the film."""

    mode: Annotated[RenderMode, BeforeValidator(read_mode)] = "FINAL"
    resolution: Annotated[Resolution, BeforeValidator(read_resolution)] = "1080p"
    fps: FrameRate = 30
    encoder: EncoderName | None = None
    """None: as the renderer's environment says (``ENCODER``), else the first that works there."""
    quality: int | None = Field(default=None, ge=0, le=51)
    """Constant quality as encoders count it, lower is better; None: as the environment says (``CQ``), else 18."""
    burn_captions: Literal["en", "hi", "none"] | None = None
    """Which captions are drawn into the picture; None: those in the language of the narration."""
    caption_style: CaptionStyle = "plain"
    soft_captions: bool = False
    """Captions in every language also as tracks of the video file, for players to switch on."""


def _number(value: object) -> object:
    """An environment variable is text; a literal number is compared as one."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


class PlanDefaults(Frozen):
    """What whoever runs the service prefers, for plans that do not say."""

    mode: Annotated[RenderMode, BeforeValidator(read_mode)] | None = None
    resolution: Annotated[Resolution, BeforeValidator(read_resolution)] | None = None
    fps: Annotated[FrameRate, BeforeValidator(_number)] | None = None
    music_db: float | None = Field(default=None, ge=-40, le=0)
    watermark_position: Corner | None = None


class RenderPlan(Record):
    """A topic, a prompt, or the scenes themselves; everything else has a sane default."""

    history = History("plan", keep_fields)

    topic: Annotated[Shown, Field(max_length=200)] | None = None
    prompt: Annotated[Prompt, Field(max_length=2000)] | None = None
    title: Annotated[Shown, Field(max_length=120)] | None = None
    description: Annotated[Line, Field(max_length=5000)] = ""
    """For the page that the video is shown on."""
    tags: tuple[Annotated[Line, Field(max_length=100)], ...] = Field(default=(), max_length=30)
    language: Annotated[Code | None, BeforeValidator(read_optional_language)] = None
    """The language of the narration, as a code or a name ("Hindi"). None: detected from the text."""
    subtitle_languages: Annotated[tuple[Code, ...], BeforeValidator(read_languages)] = Field(
        default=("en", "hi"), max_length=2
    )
    """An empty list, or null: no captions."""
    voice: Annotated[Line, BeforeValidator(read_voice), AfterValidator(_voice)] = "F"
    """A woman's, a man's, or a provider's own; where that one cannot speak, a woman's."""
    delivery: Delivery = Delivery.constant()
    style: Annotated[Line, Field(max_length=200)] = ""
    length_sec: int = Field(default=60, ge=MIN_TOTAL_SEC, le=MAX_TOTAL_SEC)
    aspect: Annotated[Aspect, BeforeValidator(read_aspect)] = "16:9"
    seed: int = Field(default=0, ge=0, lt=2**31)
    scenes: tuple[Scene, ...] = Field(default=(), max_length=CEILING_SCENES)
    characters: tuple[Character, ...] = Field(default=(), max_length=MAX_CHARACTERS)
    """Who is seen in more than one scene is drawn once for reference, where the image generator can go by that."""
    music: Annotated[Music, BeforeValidator(read_music)] = Music.constant()
    """The music; it may also be given as a mood, or as false, null or "none" for no music."""
    watermark: Annotated[Watermark | None, BeforeValidator(read_watermark)] = Watermark.constant()
    """The watermark; it may also be given as a text. None, false or an empty text: no watermark."""
    footage: FootageSource = "none"
    """Of scenes that do not say."""
    strict: bool = False
    """Every maker must be the first of its kind's chain: rather no film than another voice or picture."""
    budget_usd: float | None = Field(default=None, ge=0, le=1000)
    """What vendors may be paid for this film at most; the service's own cap holds as well."""
    render: RenderSettings = RenderSettings.constant()
    metadata: Mapping[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=500)]] = Field(
        default={}, max_length=20
    )
    notices: tuple[str, ...] = ()
    """Notices about texts that were read differently; only ``parse`` writes them, and a request must leave them out."""

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not (self.topic or self.prompt or self.scenes):
            raise ValueError("give a topic, a prompt, or scenes")
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
        asked = sum(s.duration_sec or 0 for s in self.scenes)
        if asked > MAX_TOTAL_SEC:
            raise ValueError(f"scenes add up to {asked:g} s; at most {MAX_TOTAL_SEC} s")
        return self

    def with_defaults(self, defaults: PlanDefaults) -> Self:
        """With ``defaults`` in every field that was not given."""
        preferred = {"mode": defaults.mode, "resolution": defaults.resolution, "fps": defaults.fps}
        render = {k: v for k, v in preferred.items() if v is not None and k not in self.render.model_fields_set}
        music, watermark = self.music, self.watermark
        if defaults.music_db is not None and "volume_db" not in music.model_fields_set:
            music = music.evolve(volume_db=defaults.music_db)
        if watermark and defaults.watermark_position and "position" not in watermark.model_fields_set:
            watermark = watermark.evolve(position=defaults.watermark_position)
        return self.evolve(render=self.render.evolve(**render), music=music, watermark=watermark)

    @property
    def budget_micros(self) -> int | None:
        return None if self.budget_usd is None else micros(self.budget_usd)

    def footage_of(self, scene: Scene) -> FootageSource:
        return "none" if scene.image or scene.clip else scene.footage or self.footage

    @property
    def gender(self) -> Voice:
        return "M" if self.voice == "M" else "F"

    @property
    def manner(self) -> Manner:
        return Manner(**dict(self.delivery), named=self.voice if "/" in self.voice else "")

    @property
    def spoken_language(self) -> Language:
        """The language asked for, else the one the text is in."""
        if self.language:
            return self.language
        text = self.topic or self.prompt or " ".join(s.narration for s in self.scenes)
        return "hi" if language_of(text) == "hi" else "en"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in pixels."""
        resolution = "720p" if self.render.mode == "PROXY" else self.render.resolution
        short = {"720p": 720, "1080p": 1080, "4k": 2160}[resolution]
        long = short * 16 // 9
        return {"16:9": (long, short), "9:16": (short, long), "1:1": (short, short)}[self.aspect]

    @classmethod
    def parse(cls, body: object) -> Self:
        """Return the plan in ``body`` (decoded JSON). Raise InvalidRequest: every wrong field, its limit and value."""
        if not isinstance(body, Mapping):
            raise InvalidRequest([FieldError("", 'the body must be a JSON object, such as {"topic": "Prahlad"}')])
        if "notices" in body:
            raise InvalidRequest([FieldError("notices", "is not a field of the plan; remove it or check its spelling")])
        try:
            return cls.model_validate(body).evolve(notices=reading_notices(body))
        except ValidationError as exc:
            found = [field_error(error, _PARTS) for error in exc.errors(include_url=False)]
            raise InvalidRequest([*found, *missing_parts(body, found)]) from exc


_PARTS: Mapping[str, Iterable[str]] = {
    "plan": RenderPlan.model_fields.keys() - {"notices"}, "scenes": Scene.model_fields, "music": Music.model_fields,
    "clip": ClipFile.model_fields, "image": ImageFile.model_fields, "watermark": Watermark.model_fields,
    "render": RenderSettings.model_fields, "delivery": Delivery.model_fields, "characters": Character.model_fields,
    "sounds": SoundCue.model_fields, "title": OnScreen.model_fields, "lower_third": OnScreen.model_fields,
}  # fmt: skip
