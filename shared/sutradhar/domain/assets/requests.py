"""The assets that a plan needs, as requests with a slot, a spec and a provider."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sutradhar.domain.assets.slot import INTRO, MUSIC, OUTRO, RECORDING, SONG, Slot
from sutradhar.domain.assets.specs import (
    AssetKind,
    AssetSpec,
    ClipSpec,
    ColorSpec,
    ImageSpec,
    MusicSpec,
    NarrationSpec,
    RecordingSpec,
    SongSpec,
    SoundEffectSpec,
    StockSpec,
    UploadSpec,
    cache_key,
)
from sutradhar.domain.assets.stored_requests import upgrade_request
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.record import History, Record
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.options import VoiceOptions
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Character, Scene
from sutradhar.domain.plan.song import OwnNarration
from sutradhar.domain.plan.speech_duration import estimate_scene_sec
from sutradhar.domain.plan.tracks import choose_speaker, list_further_narrations
from sutradhar.domain.text.speech_text import convert_to_speech

COLOR_PROVIDER = ProviderId("color", "1")
"""The provider of flat colours: no provider draws them."""
UPLOAD_PROVIDER = ProviderId("upload", "2")
"""The provider of a user's own file. Raise the number, and the assets of earlier versions are made again."""
_SHOT_SEC = 6.0
"""Length of the footage that a scene of a song is looked for or made with; its shots are mostly shorter."""
_REFERENCE = "One figure from head to foot, facing the viewer, on a plain light ground"
_REFERENCE_SIZE = 1024
"""Width and height of a drawn reference image in pixels."""


class AssetRequest(Record):
    """One asset that a job needs. ``spec`` says what it is, independently of the provider that makes it."""

    history = History("asset request", upgrade_request)

    slot: Slot
    spec: AssetSpec
    provider: ProviderId
    """The first provider of the chain that will be asked."""

    @property
    def kind(self) -> AssetKind:
        return self.spec.kind

    @property
    def key(self) -> str:
        return cache_key(self.spec, self.provider)

    @property
    def precedes_approval(self) -> bool:
        """True for what a job makes before its plan is approved: by the length of each narration, or by the words of a
        song, a person judges the plan."""
        return self.kind == "narration" or self.slot == SONG


@dataclass(frozen=True)
class FirstProviders:
    """The first provider of each kind's chain, with its version (``hibari/0.2.1``)."""

    narration: ProviderId
    """The narrator of the plan's own language."""
    image: ProviderId
    music: ProviderId
    sound_effect: ProviderId | None = None
    """None: no sound effects are requested."""
    stock: ProviderId | None = None
    """None: no scene shows stock footage."""
    generated: ProviderId | None = None
    """None: no scene shows a generated clip."""
    recognizes_speech: bool = False
    """True if the words that are spoken in a user's own clip can be recognised."""
    further_narrations: Mapping[Language, ProviderId] = field(default_factory=dict)
    """The narrators of the languages that have an audio track of their own."""
    draws_references: bool = False
    """True if the image generator can draw a character as a reference image shows it. If False, no reference images are
    requested."""


def list_asset_requests(plan: RenderPlan, providers: FirstProviders) -> tuple[AssetRequest, ...]:
    """Return every asset that ``plan`` (with its scenes written) needs: the reference images of characters, then the
    rest in the order a viewer meets it."""
    references = tuple(_reference_requests(plan, providers.image)) if providers.draws_references else ()
    reference_keys = {request.slot: request.key for request in references}
    scenes = (
        request for i in range(len(plan.scenes)) for request in _scene_requests(plan, i, providers, reference_keys)
    )
    return (
        *references,
        *_own_audio_requests(plan),
        *_end_requests(plan, providers),
        *scenes,
        *_music_requests(plan, providers.music),
    )


def needs_voice(plan: RenderPlan) -> bool:
    """Return whether a narrator speaks in ``plan``. Without scenes it may be asked to."""
    if plan.song or plan.narration_audio:
        return False
    return not plan.scenes or any(scene.narration and not scene.narration_audio for scene in plan.scenes)


def first_frame_request(slot: Slot, spec: ClipSpec) -> AssetRequest:
    """Return the request for the image that a generated clip begins with, equal to that of a scene without clips."""
    return AssetRequest(slot=slot, spec=spec.image, provider=spec.image_provider)


def _scene_requests(
    plan: RenderPlan, i: int, providers: FirstProviders, reference_keys: Mapping[Slot, str]
) -> Iterator[AssetRequest]:
    scene = plan.scenes[i]
    if own := scene.narration_audio:
        spec = RecordingSpec(**_describe_recording(own), text=scene.narration, language=plan.spoken_language)
        yield AssetRequest(slot=Slot.narration(i), spec=spec, provider=UPLOAD_PROVIDER)
    elif scene.narration and not plan.narration_audio:
        slot = Slot.narration(i)
        narration = make_narration_spec(scene.narration, plan.spoken_language, plan.gender, plan.voice_options)
        yield AssetRequest(slot=slot, spec=narration, provider=providers.narration)
        yield from _further_narration_requests(plan, i, providers)
    if shown := scene.image or scene.clip:
        upload = UploadSpec(
            kind="image",
            upload=shown.upload,
            finds_moments=bool(plan.song and scene.clip),
            finds_face=shown.focus == "face",
            speech_language=plan.spoken_language if providers.recognizes_speech and _is_heard_alone(plan, i) else None,
        )
        yield AssetRequest(slot=Slot.image(i), spec=upload, provider=UPLOAD_PROVIDER)
    elif scene.color:
        width, height = plan.size
        flat = ColorSpec(color=scene.color, width=width, height=height)
        yield AssetRequest(slot=Slot.image(i), spec=flat, provider=COLOR_PROVIDER)
    else:
        yield _image_request(plan, i, providers, reference_keys)
    if providers.sound_effect is not None:
        for n, cue in enumerate(scene.sounds):
            slot, effect = Slot.sound_effect(i, n), SoundEffectSpec(text=cue.text)
            yield AssetRequest(slot=slot, spec=effect, provider=providers.sound_effect)


def _further_narration_requests(plan: RenderPlan, i: int, providers: FirstProviders) -> Iterator[AssetRequest]:
    """Yield the requests for the narration of scene ``i`` in the languages of the further audio tracks. Their keys are
    those of a video in that language alone."""
    for language, text in list_further_narrations(plan, i).items():
        spec = make_narration_spec(text, language, *choose_speaker(plan, language))
        provider = providers.further_narrations.get(language, providers.narration)
        yield AssetRequest(slot=Slot.narration(i, language), spec=spec, provider=provider)


def _is_heard_alone(plan: RenderPlan, i: int) -> bool:
    """Return whether the own clip of the scene is heard without a narration."""
    scene = plan.scenes[i]
    if scene.clip is None or scene.clip.sound == "drop" or scene.clip.when_short == "slow":
        return False
    return not (scene.narration or scene.narration_audio or plan.narration_audio or plan.song)


def _own_audio_requests(plan: RenderPlan) -> Iterator[AssetRequest]:
    """Yield the request for the song or the recording that carries the whole video."""
    if song := plan.song:
        spec = SongSpec(
            upload=song.upload,
            start_sec=song.start_sec,
            end_sec=song.end_sec,
            best_sec=float(plan.length_sec) if song.best else None,
            lyrics=song.lyrics,
            language=plan.spoken_language,
        )
        yield AssetRequest(slot=SONG, spec=spec, provider=UPLOAD_PROVIDER)
    if own := plan.narration_audio:
        text = own.text or "\n".join(scene.narration for scene in plan.scenes)
        recording = RecordingSpec(**_describe_recording(own), text=text, language=plan.spoken_language)
        yield AssetRequest(slot=RECORDING, spec=recording, provider=UPLOAD_PROVIDER)


def _end_requests(plan: RenderPlan, providers: FirstProviders) -> Iterator[AssetRequest]:
    """Yield the requests for the intro and the outro; a video with a song has neither."""
    if plan.song:
        return
    for slot, clip in ((INTRO, plan.intro), (OUTRO, plan.outro)):
        if clip:
            is_heard = providers.recognizes_speech and clip.sound != "drop"
            spec = UploadSpec(
                kind="image",
                upload=clip.upload,
                finds_face=clip.focus == "face",
                speech_language=plan.spoken_language if is_heard else None,
            )
            yield AssetRequest(slot=slot, spec=spec, provider=UPLOAD_PROVIDER)


def _describe_recording(own: OwnNarration) -> dict[str, Any]:
    return {"upload": own.upload, "start_sec": own.start_sec, "end_sec": own.end_sec, "clean": own.clean}


def _music_requests(plan: RenderPlan, provider: ProviderId) -> Iterator[AssetRequest]:
    if plan.song:
        return  # it is the sound of the video
    if plan.music.enabled and plan.music.upload:
        yield _upload_request(MUSIC, "music", plan.music.upload)
    elif plan.music.enabled:
        spec = MusicSpec(mood=plan.music.mood or "calm", seed=plan.seed)
        yield AssetRequest(slot=MUSIC, spec=spec, provider=provider)


def _upload_request(slot: Slot, kind: Literal["image", "music"], upload: str) -> AssetRequest:
    return AssetRequest(slot=slot, spec=UploadSpec(kind=kind, upload=upload), provider=UPLOAD_PROVIDER)


def make_narration_spec(text: str, language: Language, voice: Voice, options: VoiceOptions) -> NarrationSpec:
    """Return the spec of ``text`` spoken; equal texts have equal keys, in a video or as a sample of the voice."""
    speech = convert_to_speech(text, language)
    spoken_text = None if speech == " ".join(text.split()) else speech
    return NarrationSpec(text=text, spoken_text=spoken_text, language=language, voice=voice, options=options)


def _image_request(
    plan: RenderPlan, i: int, providers: FirstProviders, reference_keys: Mapping[Slot, str]
) -> AssetRequest:
    """Return the request for what scene ``i`` shows: an image, stock footage or a generated clip."""
    scene, slot = plan.scenes[i], Slot.image(i)
    width, height = _image_size(plan)
    slots = [_character_slot(plan, name) for name in scene.characters]
    image = ImageSpec(
        prompt=_prompt(plan, scene),
        style=plan.style,
        width=width,
        height=height,
        seed=plan.seed + i,
        reference_images=tuple(reference_keys[slot] for slot in slots if slot in reference_keys),
    )
    narrations = {plan.spoken_language: scene.narration, **list_further_narrations(plan, i)}
    spoken_sec = max(
        estimate_scene_sec(text, language, plan.delivery.speed) if text else 0.0
        for language, text in narrations.items()
    )
    seconds = round(max(scene.duration_sec or 0.0, spoken_sec), 1) or (_SHOT_SEC if plan.song else 0.0)
    match plan.footage_of(scene):
        case "none":
            return AssetRequest(slot=slot, spec=image, provider=providers.image)
        case "stock":
            # a library of footage knows neither the names nor the clothes of characters
            search = scene.image_prompt if scene.characters else None
            assert providers.stock, "a scene shows stock footage"
            stock = StockSpec(image=image, search=search, seconds=seconds)
            return AssetRequest(slot=slot, spec=stock, provider=providers.stock)
        case "generated":
            clip = ClipSpec(image=image, image_provider=providers.image, seconds=seconds)
            assert providers.generated, "a scene shows a generated clip"
            return AssetRequest(slot=slot, spec=clip, provider=providers.generated)


def _reference_requests(plan: RenderPlan, provider: ProviderId) -> Iterator[AssetRequest]:
    """Yield a request for a reference image of each character drawn in several scenes, and for each photo that the user
    gave.

    Scenes of stock footage count for photos only, which cost nothing: an image replaces footage if none fits.
    """
    drawn_scenes = [scene for scene in plan.scenes if not scene.image and not scene.clip]
    drawn = Counter(name for s in drawn_scenes if plan.footage_of(s) != "stock" for name in s.characters)
    named = {name for scene in drawn_scenes for name in scene.characters}
    for character in plan.characters:
        slot = _character_slot(plan, character.name)
        if character.image and character.name in named:
            yield _upload_request(slot, "image", character.image.upload)
        elif drawn[character.name] > 1:
            yield AssetRequest(slot=slot, spec=_reference_spec(plan, character), provider=provider)


def _reference_spec(plan: RenderPlan, character: Character) -> ImageSpec:
    return ImageSpec(
        prompt=f"{character.name}: {character.look}. {_REFERENCE}",
        style=plan.style,
        width=_REFERENCE_SIZE,
        height=_REFERENCE_SIZE,
        seed=plan.seed,
    )


def _character_slot(plan: RenderPlan, name: str) -> Slot:
    return Slot.character([character.name for character in plan.characters].index(name))


def _prompt(plan: RenderPlan, scene: Scene) -> str:
    """Return a prompt that stands alone: it describes each character in the scene."""
    appearance = {character.name: character.look for character in plan.characters}
    characters = [f"{name}: {appearance[name]}" for name in scene.characters]
    return ". ".join([scene.image_prompt.rstrip(".") if characters else scene.image_prompt, *characters])


def _image_size(plan: RenderPlan) -> tuple[int, int]:
    """Return the width and height of images in pixels: a fifth larger than the video, so that a camera move never
    magnifies them."""
    width, height = plan.size
    return round(width * 1.2 / 2) * 2, round(height * 1.2 / 2) * 2
