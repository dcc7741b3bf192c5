"""The script that a language model is asked for, and what becomes of it. Vendors differ only in how they are asked."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.plan.choices import MAX_CHARACTERS, MAX_SCENES, Language, Mood
from sutradhar.domain.plan.notices import describe_unspoken
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Character, Scene, SoundCue
from sutradhar.domain.plan.speech_duration import compute_durations, estimate_scene_sec
from sutradhar.domain.text.pasted_text import read_narration
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import PlanResult
from sutradhar.provider_table import find_offer
from sutradhar.providers.hosted.account import ProviderAccount
from sutradhar.providers.hosted.api_errors import make_bad_response

_LANGUAGES: dict[Language, str] = {"en": "English", "hi": "Hindi, in Devanagari"}
_OTHER: dict[Language, Language] = {"en": "hi", "hi": "en"}
LENGTH_TOLERANCE = 0.1
"""Of the length asked for, by which a film may be longer or shorter."""
_SCENE_SEC = 12.0
_PROMPT_CHARS, _USUAL_PROMPT_CHARS = 1000, 250
_SEEN = 4
"""At once, in one picture."""
MAX_OUTPUT_TOKENS = 16_000
"""Thinking included; a script of ten minutes in two languages has about 9,000."""


_SCHEMA_TOKENS = 800
_REWORDED_TOKENS = 100
"""Of an answer with another prompt, probably."""
_TOKENS_A_SECOND = 20
"""Of film, in an answer: narration in both languages and a picture for every 12 s."""


class ScriptCharacter(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    look: str = Field(description="Age, build, face, hair, clothes and colours, the same in every picture.")


class ScriptSound(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str = Field(description="One short sound, in English: thunder far away, a temple bell.")
    word: int = Field(description="The word of the narration at which it begins, counted from 0.")


class ScriptScene(BaseModel):
    model_config = ConfigDict(extra="forbid")
    narration: str = Field(description="What is said and nothing else: no stage directions, no names of speakers.")
    translation: str = Field(description="The same in the other language.")
    image_prompt: str = Field(description="One picture, described so that it stands alone. No text in the picture.")
    characters: list[str] = Field(description="The names of those who are seen in it.")
    sounds: list[ScriptSound] = Field(description="None or one, where it tells something.")
    camera: Literal["zoom_in", "zoom_out", "pan_left", "pan_right", "pan_up", "pan_down", "hold"]


class Script(BaseModel):
    """What the model answers with; every field is required, as strict schemas demand."""

    model_config = ConfigDict(extra="forbid")
    title: str
    description: str = Field(description="Two or three sentences for the video's page.")
    tags: list[str]
    mood: Literal["devotional", "calm", "joyful", "heroic", "curious", "tender"]
    style: str = Field(description="Of all pictures: medium, light, palette.")
    characters: list[ScriptCharacter]
    scenes: list[ScriptScene]


@dataclass(frozen=True)
class ScriptRequest:
    """What a model is told. ``wanted`` is what the answer has to fit."""

    wanted: RenderPlan
    instructions: str
    text: str


_FILLER: dict[Language, str] = {"en": "the river runs on through a quiet land", "hi": "नदी धीरे धीरे शान्त वन में बहती है"}


def draft_plan(wanted: RenderPlan) -> RenderPlan:
    """A plan as long as the one that a model would be asked for, with filler in it, to reckon with."""
    if wanted.scenes:
        return wanted
    language, count = wanted.spoken_language, _scene_count(wanted)
    words, said = _FILLER[language].split(), ""
    n = 0
    while estimate_scene_sec(said, language, wanted.delivery.speed) < wanted.length_sec / count:
        said, n = f"{said} {words[n % len(words)]}".strip(), n + 1
    scene = Scene(narration=said, image_prompt="x" * _USUAL_PROMPT_CHARS)
    # no two the same: what two scenes share is bought once
    scenes = tuple(scene.evolve(narration=f"{said} {i}", image_prompt=f"{i}{scene.image_prompt}") for i in range(count))
    somebody = Character(name="Somebody", look="x" * _USUAL_PROMPT_CHARS)
    seen = tuple(scene.evolve(characters=(somebody.name,)) for scene in scenes)
    return wanted.evolve(scenes=seen, characters=(somebody,), language=language)


def _scene_count(wanted: RenderPlan) -> int:
    return max(1, min(MAX_SCENES, round(wanted.length_sec / _SCENE_SEC)))


def build_request(wanted: RenderPlan) -> ScriptRequest:
    language = wanted.spoken_language
    scenes = _scene_count(wanted)
    words = round(wanted.length_sec * wanted.delivery.speed * (2.3 if language == "en" else 2.0))
    given = ""
    if wanted.scenes:
        said = "\n".join(
            f"{i + 1}. {' '.join(s.narration.split()) or '(no narration)'}" for i, s in enumerate(wanted.scenes)
        )
        given = f"\nThe narration is fixed. Repeat it word for word, scene by scene, and translate it:\n{said}"
        scenes = len(wanted.scenes)
    cast = "".join(f"\n{one.name}: {one.look}" for one in wanted.characters)
    if cast and not wanted.scenes:
        given = f"\nCharacters that it tells of, by these names and as they are described:{cast}"
    instructions = (
        "You write scripts for short narrated videos. Every scene is one picture with narration over it."
        f" The narration is in {_LANGUAGES[language]}; the translation in {_LANGUAGES[_OTHER[language]]}."
        " Image prompts and looks are in English. Be true to facts and sources; invent no quotes."
    )
    asked = f"Subject: {wanted.topic}" if wanted.topic else f"What is wanted: {wanted.prompt or wanted.title or ''}"
    text = (
        f"{asked}\nLength: {wanted.length_sec} s in {scenes} scenes, about {words} words of narration in all."
        f"{' Style of the pictures: ' + wanted.style if wanted.style else ''}{given}"
    )
    return ScriptRequest(wanted, instructions, text)


class ModelPlanner(ABC):
    """A Planner; a vendor's class says how its model is asked."""

    provider: str

    def __init__(self, account: ProviderAccount, gate: CallGate) -> None:
        self._account, self._gate = account, gate
        self._model = account.options.get("planner_model", find_offer(self.provider, "planner").default)

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId(self.provider, self._model)

    def usage(self, requested_plan: RenderPlan) -> Usage | None:
        """Return the tokens of the first request; None if the plan needs no request."""
        if _complete(requested_plan):
            return None
        asked = build_request(requested_plan)
        return self._tokens(asked.instructions, asked.text, _TOKENS_A_SECOND * requested_plan.length_sec)

    def draft_plan(self, requested_plan: RenderPlan) -> RenderPlan:
        return draft_plan(requested_plan)

    @abstractmethod
    def answer(self, instructions: str, text: str, schema: type[Script] | None, usage: Usage) -> tuple[Any, str]:
        """What the model says, as ``schema`` or (None) as plain text, and the vendor's name of the call.

        Raises ProviderError.
        """

    def plan(self, wanted: RenderPlan) -> PlanResult:
        """Raises ProviderError."""
        if _complete(wanted):
            return PlanResult(wanted.evolve(language=wanted.spoken_language), str(self.provider_id))
        asked = build_request(wanted)
        request_ids: list[str] = []

        def ask(text: str) -> Script:
            usage = self._tokens(asked.instructions, text, _TOKENS_A_SECOND * wanted.length_sec)
            found, request_id = self.answer(asked.instructions, text, Script, usage)
            request_ids.append(request_id)
            return Script.model_validate(found)

        plan = _written(self.provider, wanted, ask)
        provenance = Provenance(model=self._model, request_id=" ".join(request_ids), prompt=asked.text)
        return PlanResult(plan, str(self.provider_id), provenance=provenance)

    def reword(self, prompt: str, reason: str) -> str:
        """``prompt`` in other words, since an image generator refused it. Raises ProviderError."""
        text = f"{prompt}\n\nIt said: {reason}"
        answer, _ = self.answer(_REWORD, text, None, self._tokens(_REWORD, text, _REWORDED_TOKENS))
        return str(answer)

    def _tokens(self, instructions: str, text: str, output_tokens: float) -> Usage:
        """Return the usage of one request whose answer probably has ``output_tokens``."""
        input_tokens = len((instructions + text).encode()) + _SCHEMA_TOKENS  # a token is a byte at least
        return Usage(
            self.provider,
            self._model,
            max={"input_tokens": input_tokens, "output_tokens": MAX_OUTPUT_TOKENS},
            expected={"input_tokens": input_tokens / 4, "output_tokens": output_tokens},
        )


def _written(provider: str, wanted: RenderPlan, ask: Callable[[str], Script]) -> RenderPlan:
    """The plan in what ``ask`` answers to a text; asked once more, with what is wrong, when it does not fit.

    Raises ProviderError.
    """
    asked = build_request(wanted)
    script = ask(asked.text)
    wrong = find_validation_error(script, wanted)
    if wrong:
        script = ask(f"{asked.text}\n\nYour script was this:\n{script.model_dump_json()}\n\nWrite it again: {wrong}")
        if still := find_validation_error(script, wanted):
            raise make_bad_response(provider, still)
    try:
        return _plan(script, wanted)
    except ValidationError as exc:
        raise make_bad_response(provider, "; ".join(str(e["msg"]) for e in exc.errors())) from exc


def find_validation_error(script: Script, wanted: RenderPlan) -> str:
    """What has to be different, in words that the model understands; empty when it fits."""
    language = wanted.spoken_language
    if wanted.scenes and len(script.scenes) != len(wanted.scenes):
        return f"it must have {len(wanted.scenes)} scenes and has {len(script.scenes)}."
    if wanted.scenes:
        return ""
    if not 1 <= len(script.scenes) <= MAX_SCENES:
        return f"it must have 1 to {MAX_SCENES} scenes and has {len(script.scenes)}."
    mute = [i + 1 for i, shot in enumerate(script.scenes) if not read_narration(shot.narration).text]
    if mute:
        return f"scene {mute[0]} has no narration."
    said = [read_narration(shot.narration).text for shot in script.scenes]
    seconds = sum(estimate_scene_sec(narration, language, wanted.delivery.speed) for narration in said)
    if abs(seconds - wanted.length_sec) > LENGTH_TOLERANCE * wanted.length_sec:
        change = "shorter" if seconds > wanted.length_sec else "longer"
        return f"spoken, it takes {seconds:.0f} s and should take {wanted.length_sec} s. Make the narration {change}."
    return ""


def _plan(script: Script, wanted: RenderPlan) -> RenderPlan:
    language = wanted.spoken_language
    cast = wanted.characters if wanted.scenes and wanted.characters else _cast(script, wanted.characters)
    names = {character.name for character in cast}
    if wanted.scenes:
        scenes = [_translated(scene, shot, language) for scene, shot in zip(wanted.scenes, script.scenes, strict=True)]
    else:
        narrations = [read_narration(shot.narration).text for shot in script.scenes]
        lengths = compute_durations(narrations, language, wanted.length_sec, wanted.delivery.speed)
        scenes = [
            Scene(
                narration=narration,
                image_prompt=shot.image_prompt[:_PROMPT_CHARS],
                camera=shot.camera,
                characters=tuple(name for name in dict.fromkeys(shot.characters) if name in names)[:_SEEN],
                translations={_OTHER[language]: shot.translation},
                duration_sec=seconds,
                sounds=tuple(SoundCue(text=cue.text[:200], word=max(cue.word, 0)) for cue in shot.sounds[:1]),
            )
            for shot, narration, seconds in zip(script.scenes, narrations, lengths, strict=True)
        ]
    told = enumerate((shot.narration for shot in script.scenes), 1) if not wanted.scenes else ()
    notices = [describe_unspoken(f"the planner's narration of scene {i}", narration) for i, narration in told]
    mood: Mood = script.mood
    music = wanted.music.evolve(mood=mood) if wanted.music.enabled and not wanted.music.mood else wanted.music
    return RenderPlan.model_validate(
        {
            **dict(wanted),
            "title": wanted.title or script.title[:120],
            "scenes": tuple(scenes),
            "characters": cast,
            "music": music,
            "language": language,
            "style": wanted.style or script.style[:200],
            "description": wanted.description or script.description,
            "tags": wanted.tags or tuple(script.tags[:30]),
            "notices": (*wanted.notices, *filter(None, notices)),
        }
    )


def _translated(scene: Scene, shot: ScriptScene, language: Language) -> Scene:
    """Narration that was given is nobody's to change; only a missing translation is added."""
    other = _OTHER[language]
    if not scene.narration or scene.translations.get(other):
        return scene
    return scene.evolve(translations={**scene.translations, other: read_narration(shot.translation).text})


def _cast(script: Script, given: tuple[Character, ...]) -> tuple[Character, ...]:
    """``given``, then those who are seen most, as far as a plan has room for them."""
    seen = Counter(name for shot in script.scenes for name in shot.characters)
    known = {one.name.strip(): one for one in script.characters if one.name.strip() and one.look.strip()}
    names = {one.name for one in given}
    others = (Character(name=name[:60], look=known[name].look[:300]) for name in sorted(known, key=lambda n: -seen[n]))
    return (*given, *(one for one in others if one.name not in names))[:MAX_CHARACTERS]


def _complete(wanted: RenderPlan) -> bool:
    """Whether there is nothing to write."""
    other = _OTHER[wanted.spoken_language]
    translated = all(s.translations.get(other) for s in wanted.scenes if s.narration)
    return bool(wanted.scenes and wanted.title and (translated or other not in wanted.subtitle_languages))


_REWORD = (
    "An image generator refused this prompt. Say it in other words so that the same scene can be drawn: no violence,"
    " nobody undressed, no living person's name, no protected character. Answer with the new prompt only."
)
