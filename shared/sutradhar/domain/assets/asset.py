"""What a film is made of, and the key under which a thing once made is found again."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.plan.plan import PLAIN, Manner, RenderPlan, Scene
from sutradhar.domain.plan.speech_duration import scene_sec
from sutradhar.domain.text.speech_text import spoken_text

AssetKind = Literal["narration", "image", "music", "sound"]
Alignment = Literal["engine", "speech", "estimate"]
"""Where word times come from: the voice engine itself, the words found in the finished speech, or their lengths."""

SAMPLE_RATE = 48_000
UPLOAD_MAKER = "upload/2"
"""Provider name of a user's own file. Raise the number, and the assets of earlier versions are made again."""
_REFERENCE = "One figure from head to foot, facing the viewer, on a plain light ground"
_REFERENCE_SIZE = 1024


class Word(Frozen):
    """One spoken word as it stands in the text (its punctuation with it), in seconds from the start of the audio.

    ``how`` says where its time comes from, and ``confidence``, 0 to 1, how likely it is right within 0.1 s: 1 by the
    voice itself, the recogniser's own probability where it was found in the sound, and what was measured of shares by
    length. A film has thousands of words, so what is usual is not written out.
    """

    text: str
    start: float
    end: float
    how: Alignment = "engine"
    confidence: float = 1.0

    @model_serializer(mode="wrap")
    def _brief(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        whole: dict[str, Any] = written(self)
        if self.how == "engine":
            del whole["how"]
        if self.confidence == 1:
            del whole["confidence"]
        return whole


class AssetRequest(Frozen):
    """One thing that has to be made. ``params`` say what, independently of who makes it."""

    slot: str
    """Its place in the film: ``scene-00-narration``, ``scene-00-image``, ``scene-00-sound-0``, ``music``; or for
    reference only: ``character-0``."""
    kind: AssetKind
    params: Mapping[str, str | int | float]
    maker: str
    """The first provider of the chain that will be asked, so that another chain does not get this one's result."""

    @property
    def key(self) -> str:
        return asset_key(self.kind, self.params, self.maker)

    @property
    def scene(self) -> int | None:
        return int(self.slot.split("-")[1]) if self.slot.startswith("scene-") else None


def asset_key(kind: AssetKind, params: Mapping[str, str | int | float], maker: str) -> str:
    """sha256 of the canonical request; equal requests, equal key, in any job."""
    canonical = json.dumps([kind, maker, dict(sorted(params.items()))], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class Fallback(Frozen):
    """A provider that was asked and did not answer, and why."""

    provider: str
    reason: str


class Provenance(Frozen):
    """Source of an asset that was bought or found. Some licences require that its author is shown."""

    model: str = ""
    request_id: str = ""
    """The vendor's own name of the call."""
    prompt: str = ""
    """As it was sent, which after a refusal is not the plan's."""
    seed: int | None = None
    voice: str = ""
    """The provider's own name for the voice that speaks."""
    style: str = ""
    first_frame: str = ""
    """The sha256 of the image that a generated clip begins with."""
    licence: str = ""
    author: str = ""
    source: str = ""
    """The page of a found thing."""


class Asset(Frozen):
    """Something made and stored. ``blob`` is its name in the blob store, ``sha256`` the hash of its bytes."""

    key: str
    kind: AssetKind
    blob: str
    sha256: str
    size: int
    provider: str
    fallbacks: tuple[Fallback, ...] = ()
    samples: int = 0
    """Length of audio in samples at 48 kHz; 0 for an asset without sound."""
    width: int = 0
    height: int = 0
    """Width and height of an image in pixels; 0: not known."""
    clip_sec: float | None = None
    """Length of a user's own clip; None for every other asset."""
    words: tuple[Word, ...] = ()
    alignment: Alignment | None = None
    provenance: Provenance | None = None
    footage: bool = False
    """Of an image: the file is a video."""
    refused: str = ""
    """Why the vendor did not make it as it was first asked for."""

    @property
    def downgraded(self) -> bool:
        """Made by somebody else than the first choice, so good for this job only."""
        return bool(self.fallbacks)


def scene_slot(index: int, kind: AssetKind) -> str:
    return f"scene-{index:02d}-{kind}"


def still_of(request: AssetRequest) -> AssetRequest | None:
    """The picture that a generated clip begins with, as a scene without clips would ask for it; None: it is no such
    clip."""
    if request.params.get("footage") != "generated":
        return None
    params = {name: value for name, value in request.params.items() if name not in ("footage", "seconds", "still")}
    return request.evolve(params=params, maker=str(request.params["still"]))


def asset_requests(plan: RenderPlan, makers: Mapping[str, str]) -> tuple[AssetRequest, ...]:
    """Everything that ``plan`` (with its scenes written) needs, in the order a viewer meets it.

    ``makers`` names the first provider of each kind's chain, with its version (``hibari/0.2.1``), of ``stock`` and
    ``generated`` footage too. Without one of sounds none are asked for; without ``likeness``, whose value says nothing,
    no pictures of characters for reference.
    """
    language = plan.spoken_language
    found = _character_requests(plan, makers["image"]) if "likeness" in makers else []
    drawn = {request.slot: request.key for request in found}
    for i, scene in enumerate(plan.scenes):
        if scene.narration:
            params = {"text": scene.narration, "language": language, "voice": plan.gender, **_given(plan.manner)}
            if (said := spoken_text(scene.narration, language)) != " ".join(scene.narration.split()):
                params["said"] = said  # a text that is spoken differently is another recording
            found.append(
                AssetRequest(
                    slot=scene_slot(i, "narration"), kind="narration", params=params, maker=makers["narration"]
                )
            )
        if own := scene.image or scene.clip:
            found.append(_upload_request(scene_slot(i, "image"), "image", own.upload))
        else:
            found.append(_picture_request(plan, i, makers, drawn))
        for n, cue in enumerate(scene.sounds if "sound" in makers else ()):
            slot = f"{scene_slot(i, 'sound')}-{n}"
            found.append(AssetRequest(slot=slot, kind="sound", params={"text": cue.text}, maker=makers["sound"]))
    if plan.music.enabled and plan.music.upload:
        found.append(_upload_request("music", "music", plan.music.upload))
    elif plan.music.enabled:
        music: dict[str, str | int | float] = {"mood": plan.music.mood or "calm", "seed": plan.seed}
        found.append(AssetRequest(slot="music", kind="music", params=music, maker=makers["music"]))
    return tuple(found)


def _upload_request(slot: str, kind: AssetKind, upload: str) -> AssetRequest:
    return AssetRequest(slot=slot, kind=kind, params={"upload": upload}, maker=UPLOAD_MAKER)


def _picture_request(plan: RenderPlan, i: int, makers: Mapping[str, str], drawn: Mapping[str, str]) -> AssetRequest:
    """``drawn``: the keys of those pictures for reference that there are, by slot."""
    scene = plan.scenes[i]
    width, height = _image_size(plan)
    image: dict[str, str | int | float] = {
        "prompt": _prompt(plan, scene),
        "style": plan.style,
        "width": width,
        "height": height,
        "seed": plan.seed + i,
    }
    keys = [drawn[slot] for slot in (_character_slot(plan, name) for name in scene.characters) if slot in drawn]
    if keys:  # footage has no reference images; an image that replaces it has
        image["likeness"] = " ".join(keys)
    footage = plan.footage_of(scene)
    if footage != "none":
        said = scene_sec(scene.narration, plan.spoken_language, plan.delivery.speed) if scene.narration else 0
        # a search knows nobody by name or by their clothes
        image |= {"search": scene.image_prompt} if footage == "stock" and scene.characters else {}
        image |= {"footage": footage, "seconds": round(max(scene.duration_sec or 0, said), 1)}
    if footage == "generated":
        image["still"] = makers["image"]
    maker = makers["image" if footage == "none" else footage]
    return AssetRequest(slot=scene_slot(i, "image"), kind="image", params=image, maker=maker)


def _character_requests(plan: RenderPlan, maker: str) -> list[AssetRequest]:
    """Return a request for a reference image of each character drawn in several scenes, and for each given photo.

    Scenes of stock footage count for photos only, which cost nothing: an image replaces footage if none fits.
    """
    shown = [s for s in plan.scenes if not s.image and not s.clip]
    seen = Counter(name for scene in shown if plan.footage_of(scene) != "stock" for name in scene.characters)
    named = {name for scene in shown for name in scene.characters}
    return [
        _upload_request(_character_slot(plan, character.name), "image", character.image.upload)
        if character.image
        else AssetRequest(
            slot=_character_slot(plan, character.name),
            kind="image",
            params={
                "prompt": f"{character.name}: {character.look}. {_REFERENCE}",
                "style": plan.style,
                "width": _REFERENCE_SIZE,
                "height": _REFERENCE_SIZE,
                "seed": plan.seed,
            },
            maker=maker,
        )
        for character in plan.characters
        if seen[character.name] > 1 or (character.image and character.name in named)
    ]


def _character_slot(plan: RenderPlan, name: str) -> str:
    return f"character-{[character.name for character in plan.characters].index(name)}"


def _prompt(plan: RenderPlan, scene: Scene) -> str:
    """It stands alone: whoever is seen is described each time."""
    looks = {character.name: character.look for character in plan.characters}
    seen = [f"{name}: {looks[name]}" for name in scene.characters]
    return ". ".join([scene.image_prompt.rstrip(".") if seen else scene.image_prompt, *seen])


def _given(manner: Manner) -> dict[str, str | float]:
    """What is not as usual, so that what was made before there was a choice is found again."""
    return {name: value for name, value in dict(manner).items() if value != getattr(PLAIN, name)}


def _image_size(plan: RenderPlan) -> tuple[int, int]:
    """Pictures are made a fifth larger than the film, so that a camera move never magnifies them."""
    width, height = plan.size
    return round(width * 1.2 / 2) * 2, round(height * 1.2 / 2) * 2
