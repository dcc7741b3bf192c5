"""The script that a language model writes: the schema of its answer, and the prompt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import MAX_SCENES
from sutradhar.domain.plan.plan import RenderPlan

_OTHER_LANGUAGE: Mapping[Language, Language] = {"en": "hi", "hi": "en"}
"""The translation that comes with a script whose plan names no other language of captions."""
_CHARACTERS_PER_WORD = 2.5
"""The characters in one word of a text without spaces."""
_SCENE_SEC = 12.0


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
    translation: str = Field(description="The same in the other language; empty if there is none.")
    image_prompt: str = Field(description="One picture, described so that it stands alone. No text in the picture.")
    characters: list[str] = Field(description="The names of those who are seen in it.")
    sounds: list[ScriptSound] = Field(description="None or one, where it tells something.")
    camera: Literal["zoom_in", "zoom_out", "pan_left", "pan_right", "pan_up", "pan_down", "hold"]


class Script(BaseModel):
    """The answer of the model; every field is required, as strict schemas demand."""

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
    """The request to a model: its standing instructions, and the text with the subject and the length."""

    instructions: str
    text: str


def build_request(requested_plan: RenderPlan) -> ScriptRequest:
    """Return the request for the script of a plan, or for the translation of its narration if it has scenes."""
    language = requested_plan.spoken_language
    other = choose_translation(requested_plan)
    scenes = count_scenes(requested_plan)
    content = ""
    if requested_plan.scenes:
        narration = "\n".join(
            f"{i + 1}. {' '.join(s.narration.split()) or '(no narration)'}" for i, s in enumerate(requested_plan.scenes)
        )
        task = ", and translate it" if other else ""
        content = f"\nThe narration is fixed. Repeat it word for word, scene by scene{task}:\n{narration}"
        scenes = len(requested_plan.scenes)
    cast = "".join(f"\n{one.name}: {one.look}" for one in requested_plan.characters)
    if cast and not requested_plan.scenes:
        content = f"\nCharacters that it tells of, by these names and as they are described:{cast}"
    instructions = (
        "You write scripts for short narrated videos. Every scene is one picture with narration over it."
        f" The narration is in {FACTS[language].writing}; {_name_translation(other)}."
        " Image prompts and looks are in English. Be true to facts and sources; invent no quotes."
    )
    prompt = requested_plan.prompt or requested_plan.title or ""
    subject = f"Subject: {requested_plan.topic}" if requested_plan.topic else f"What is wanted: {prompt}"
    text = (
        f"{subject}\nLength: {requested_plan.length_sec} s in {scenes} scenes, about {_measure(requested_plan)} of"
        " narration in all."
        f"{' Style of the pictures: ' + requested_plan.style if requested_plan.style else ''}{content}"
        f"{_list_terms(requested_plan, other)}"
    )
    return ScriptRequest(instructions, text)


def choose_translation(plan: RenderPlan) -> Language | None:
    """Return the language into which a script is translated as it is written; None: there is none.

    A video in several languages is translated later, each language by itself, and so are further captions.
    """
    if plan.other_languages:
        return None
    own = plan.spoken_language
    others = (language for language in plan.subtitle_languages if language != own)
    return next(others, _OTHER_LANGUAGE.get(own))


def _name_translation(other: Language | None) -> str:
    return f"the translation in {FACTS[other].writing}" if other else "there is no translation: leave it empty"


def _measure(plan: RenderPlan) -> str:
    """Return the length of the narration in words, or in characters for a language without spaces."""
    facts = FACTS[plan.spoken_language]
    words = plan.length_sec * plan.delivery.speed * facts.words_per_sec
    return f"{words:.0f} words" if facts.word_rule == "spaces" else f"{words * _CHARACTERS_PER_WORD:.0f} characters"


def _list_terms(plan: RenderPlan, other: Language | None) -> str:
    """Return the glossary's words in the translation, for the end of a prompt; empty if there are none."""
    terms = [f"{term} = {words[other]}" for term, words in plan.glossary.items() if other and other in words]
    return f"\nIn the translation write exactly: {'; '.join(terms)}" if terms else ""


def count_scenes(requested_plan: RenderPlan) -> int:
    """Return the number of scenes that a model is asked for: one for every 12 s."""
    return max(1, min(MAX_SCENES, round(requested_plan.length_sec / _SCENE_SEC)))


REWORD_INSTRUCTIONS = (
    "An image generator refused this prompt. Say it in other words so that the same scene can be drawn: no violence,"
    " nobody undressed, no living person's name, no protected character. Answer with the new prompt only."
)
