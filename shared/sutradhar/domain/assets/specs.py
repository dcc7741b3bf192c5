"""The specs of assets: typed requests that say what to make, and the cache key of each."""

import hashlib
import json
from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Mood, Voice
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions

AssetKind = Literal["narration", "image", "music", "sound"]
"""``image``: what a scene shows, an image or a video. ``sound``: a sound effect."""
KeyParams = dict[str, str | int | float]


class _Spec(Frozen):
    @property
    @abstractmethod
    def key_params(self) -> KeyParams:
        """The values that the cache key is made of. The names are those of the first version and must never change, so
        that every asset that was made and paid for is found again."""

    @property
    def reference_keys(self) -> tuple[str, ...]:
        """The cache keys of the reference images of the characters in it."""
        return ()


class NarrationSpec(_Spec):
    kind: ClassVar[AssetKind] = "narration"
    type: Literal["narration"] = "narration"
    text: str
    spoken_text: str | None = None
    """The text as it is spoken; None if that is ``text`` itself. A text that is spoken differently is another
    recording."""
    language: Language
    voice: Voice
    options: VoiceOptions = DEFAULT_VOICE

    @property
    def key_params(self) -> KeyParams:
        text: KeyParams = {"text": self.text, "language": self.language, "voice": self.voice}
        pronunciation: KeyParams = {} if self.spoken_text is None else {"said": self.spoken_text}
        return {**text, **_option_params(self.options), **pronunciation}


class ImageSpec(_Spec):
    """``width`` and ``height`` in pixels."""

    kind: ClassVar[AssetKind] = "image"
    type: Literal["image"] = "image"
    prompt: str
    style: str
    width: int
    height: int
    seed: int
    reference_images: tuple[str, ...] = ()
    """The cache keys of images that show the characters."""

    @property
    def key_params(self) -> KeyParams:
        references: KeyParams = {"likeness": " ".join(self.reference_images)} if self.reference_images else {}
        return {
            "prompt": self.prompt,
            "style": self.style,
            "width": self.width,
            "height": self.height,
            "seed": self.seed,
            **references,
        }

    @property
    def reference_keys(self) -> tuple[str, ...]:
        return self.reference_images


class StockSpec(_Spec):
    """A video from a library of stock footage, at least ``seconds`` long if there is one."""

    kind: ClassVar[AssetKind] = "image"
    type: Literal["stock"] = "stock"
    image: ImageSpec
    """The image that replaces the video if no footage fits. The video has its size and seed."""
    search: str | None = None
    """The text to search for; None: the prompt of ``image``. A search must not name characters or their clothes."""
    seconds: float

    @property
    def query(self) -> str:
        return self.image.prompt if self.search is None else self.search

    @property
    def key_params(self) -> KeyParams:
        search: KeyParams = {} if self.search is None else {"search": self.search}
        return {**self.image.key_params, **search, "footage": "stock", "seconds": self.seconds}

    @property
    def reference_keys(self) -> tuple[str, ...]:
        return self.image.reference_keys


class ClipSpec(_Spec):
    """A video of ``seconds`` that a provider generates from its first frame."""

    kind: ClassVar[AssetKind] = "image"
    type: Literal["clip"] = "clip"
    image: ImageSpec
    """The first frame. It also replaces the clip if no provider makes one."""
    image_provider: ProviderId
    """The provider that is asked first for the first frame."""
    seconds: float

    @property
    def key_params(self) -> KeyParams:
        clip: KeyParams = {"footage": "generated", "seconds": self.seconds, "still": str(self.image_provider)}
        return {**self.image.key_params, **clip}

    @property
    def reference_keys(self) -> tuple[str, ...]:
        return self.image.reference_keys


class SoundEffectSpec(_Spec):
    kind: ClassVar[AssetKind] = "sound"
    type: Literal["sound_effect"] = "sound_effect"
    text: str

    @property
    def key_params(self) -> KeyParams:
        return {"text": self.text}


class MusicSpec(_Spec):
    kind: ClassVar[AssetKind] = "music"
    type: Literal["music"] = "music"
    mood: Mood
    seed: int

    @property
    def key_params(self) -> KeyParams:
        return {"mood": self.mood, "seed": self.seed}


class UploadSpec(_Spec):
    """A user's own file, as a scene's image or clip, as a reference image, or as music."""

    type: Literal["upload"] = "upload"
    kind: Literal["image", "music"]
    upload: str
    """The id of the upload."""
    finds_moments: bool = False
    """True: the best moments of a clip are looked for."""
    finds_face: bool = False
    """True: the faces in it are looked for."""
    speech_language: Language | None = None
    """The language of the speech in a clip, whose words are looked for; None: they are not."""

    @property
    def key_params(self) -> KeyParams:
        moments: KeyParams = {"moments": 1} if self.finds_moments else {}
        face: KeyParams = {"face": 1} if self.finds_face else {}
        speech: KeyParams = {"speech": self.speech_language} if self.speech_language else {}
        return {"upload": self.upload, **moments, **face, **speech}


class ColorSpec(_Spec):
    """An image of one flat colour. ``width`` and ``height`` in pixels."""

    kind: ClassVar[AssetKind] = "image"
    type: Literal["color"] = "color"
    color: str
    """Such as ``#8ace00``."""
    width: int
    height: int

    @property
    def key_params(self) -> KeyParams:
        return {"color": self.color, "width": self.width, "height": self.height}


class SongSpec(_Spec):
    """The part of a user's own song that a video plays, with the times of its beats and of its words."""

    kind: ClassVar[AssetKind] = "music"
    type: Literal["song"] = "song"
    upload: str
    """The id of the upload."""
    start_sec: float | None
    end_sec: float | None
    best_sec: float | None
    """Length in seconds of the best part that is looked for; None: the part from ``start_sec`` to ``end_sec``."""
    lyrics: str
    """As in the plan; empty: they are recognised, or there are none."""
    language: Language

    @property
    def key_params(self) -> KeyParams:
        part = {"start": self.start_sec, "end": self.end_sec, "best": self.best_sec}
        named = {name: value for name, value in part.items() if value is not None}
        return {"upload": self.upload, "lyrics": self.lyrics, "language": self.language, **named, "song": "1"}


class RecordingSpec(_Spec):
    """A part of a user's own recorded voice, cleaned, with the times of its words."""

    kind: ClassVar[AssetKind] = "narration"
    type: Literal["recording"] = "recording"
    upload: str
    """The id of the upload."""
    start_sec: float
    end_sec: float | None
    text: str
    """The words that are spoken; empty: they are recognised, or there are no captions."""
    language: Language
    clean: bool

    @property
    def key_params(self) -> KeyParams:
        end: KeyParams = {} if self.end_sec is None else {"end": self.end_sec}
        cleaned: KeyParams = {} if self.clean else {"raw": 1}
        own: KeyParams = {"upload": self.upload, "text": self.text, "language": self.language, "start": self.start_sec}
        return {**own, **end, **cleaned, "recording": "1"}


GeneratedSpec = NarrationSpec | ImageSpec | StockSpec | SoundEffectSpec | MusicSpec
"""The specs that one call of a provider answers."""
AssetSpec = Annotated[
    GeneratedSpec | ClipSpec | UploadSpec | ColorSpec | SongSpec | RecordingSpec, Field(discriminator="type")
]


def cache_key(spec: AssetSpec, provider: ProviderId) -> str:
    """Return the sha256 of the canonical request. Equal requests have equal keys, in any job.

    ``provider`` is the first of the chain, so that another chain does not get this one's result.
    """
    params: Mapping[str, str | int | float] = dict(sorted(spec.key_params.items()))
    canonical = json.dumps([spec.kind, str(provider), params], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _option_params(options: VoiceOptions) -> KeyParams:
    """Return the options that differ from the defaults only, so that keys from before an option existed stay valid."""

    def name_all(options: VoiceOptions) -> KeyParams:
        return {"speed": options.speed, "emotion": options.emotion, "named": options.named}

    defaults = name_all(DEFAULT_VOICE)
    return {name: value for name, value in name_all(options).items() if value != defaults[name]}
