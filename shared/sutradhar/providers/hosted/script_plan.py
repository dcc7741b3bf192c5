"""Turn a script into a plan, after a check that it is what the user asked for."""

from collections import Counter
from collections.abc import Callable

from pydantic import ValidationError

from sutradhar.domain.plan.choices import MAX_CHARACTERS, MAX_SCENES, Mood
from sutradhar.domain.plan.notices import describe_unspoken
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Character, Scene, SoundCue
from sutradhar.domain.plan.script_parts import draw_narration
from sutradhar.domain.plan.speech_duration import compute_durations, estimate_scene_sec
from sutradhar.domain.text.pasted_text import read_narration
from sutradhar.providers.hosted.api_errors import make_bad_response
from sutradhar.providers.hosted.script import Script, ScriptScene, build_request, choose_translation

LENGTH_TOLERANCE = 0.1
"""The share of the requested length by which a video may be longer or shorter."""
_PROMPT_CHARS = 1000
_MAX_CHARACTERS_IN_IMAGE = 4


def write_plan(provider: str, requested_plan: RenderPlan, ask: Callable[[str], Script]) -> RenderPlan:
    """Return the plan of the script that ``ask`` returns for a text.

    If the script does not fit, ``ask`` is called once more with the script and its fault.

    Raises:
        ProviderError: ``ask`` raised it, or the second script does not fit either.
    """
    request = build_request(requested_plan)
    script = ask(request.text)
    fault = find_validation_error(script, requested_plan)
    if fault:
        script = ask(f"{request.text}\n\nYour script was this:\n{script.model_dump_json()}\n\nWrite it again: {fault}")
        if remaining_fault := find_validation_error(script, requested_plan):
            raise make_bad_response(provider, remaining_fault)
    try:
        return _build_plan(script, requested_plan)
    except ValidationError as exc:
        raise make_bad_response(provider, "; ".join(str(e["msg"]) for e in exc.errors())) from exc


def find_validation_error(script: Script, requested_plan: RenderPlan) -> str:
    """Return what has to be different, in words that the model understands; empty if the script fits."""
    language = requested_plan.spoken_language
    if requested_plan.scenes and len(script.scenes) != len(requested_plan.scenes):
        return f"it must have {len(requested_plan.scenes)} scenes and has {len(script.scenes)}."
    if requested_plan.scenes:
        return ""
    if not 1 <= len(script.scenes) <= MAX_SCENES:
        return f"it must have 1 to {MAX_SCENES} scenes and has {len(script.scenes)}."
    narrations = [read_narration(scene.narration).text for scene in script.scenes]
    silent = [i for i, narration in enumerate(narrations, 1) if not narration]
    if silent:
        return f"scene {silent[0]} has no narration."
    seconds = sum(estimate_scene_sec(narration, language, requested_plan.delivery.speed) for narration in narrations)
    length = requested_plan.length_sec
    if abs(seconds - length) > LENGTH_TOLERANCE * length:
        change = "shorter" if seconds > length else "longer"
        return f"spoken, it takes {seconds:.0f} s and should take {length} s. Make the narration {change}."
    return ""


def _build_plan(script: Script, requested_plan: RenderPlan) -> RenderPlan:
    """Return the requested plan with everything that it left open taken from the script. Raise ValidationError."""
    language = requested_plan.spoken_language
    has_scenes = bool(requested_plan.scenes)
    keeps_cast = has_scenes and requested_plan.characters
    cast = requested_plan.characters if keeps_cast else _choose_cast(script, requested_plan.characters)
    if has_scenes:
        pairs = zip(requested_plan.scenes, script.scenes, strict=True)
        names = {character.name for character in cast}
        scenes = [_complete_scene(scene, scripted, requested_plan, names) for scene, scripted in pairs]
    else:
        scenes = _build_scenes(script, requested_plan, {character.name for character in cast})
    narrations = enumerate((scene.narration for scene in script.scenes), 1) if not has_scenes else ()
    notices = [describe_unspoken(f"the planner's narration of scene {i}", narration) for i, narration in narrations]
    mood: Mood = script.mood
    music = requested_plan.music
    return RenderPlan.model_validate(
        {
            **dict(requested_plan),
            "title": requested_plan.title or script.title[:120],
            "scenes": tuple(scenes),
            "characters": cast,
            "music": music.evolve(mood=mood) if music.enabled and not music.mood else music,
            "language": language,
            "style": requested_plan.style or script.style[:200],
            "description": requested_plan.description or script.description,
            "tags": requested_plan.tags or tuple(script.tags[:30]),
            "notices": (*requested_plan.notices, *filter(None, notices)),
        }
    )


def _build_scenes(script: Script, requested_plan: RenderPlan, names: set[str]) -> list[Scene]:
    """Return the scenes of the script. ``names``: the characters of the plan; others are left out."""
    language, other = requested_plan.spoken_language, choose_translation(requested_plan)
    narrations = [read_narration(scene.narration).text for scene in script.scenes]
    lengths = compute_durations(narrations, language, requested_plan.length_sec, requested_plan.delivery.speed)
    return [
        Scene(
            narration=narration,
            image_prompt=scripted.image_prompt[:_PROMPT_CHARS],
            camera=scripted.camera,
            characters=tuple(name for name in dict.fromkeys(scripted.characters) if name in names)[
                :_MAX_CHARACTERS_IN_IMAGE
            ],
            translations={other: scripted.translation} if other and scripted.translation else {},
            duration_sec=seconds,
            sounds=tuple(SoundCue(text=cue.text[:200], word=max(cue.word, 0)) for cue in scripted.sounds[:1]),
        )
        for scripted, narration, seconds in zip(script.scenes, narrations, lengths, strict=True)
    ]


def _complete_scene(scene: Scene, scripted: ScriptScene, requested_plan: RenderPlan, names: set[str]) -> Scene:
    """Return the user's scene, whose narration stays as it is. A missing translation is added, and the image of a scene
    that was made from the words of a recording."""
    other = choose_translation(requested_plan)
    if not scene.narration:
        return scene
    if requested_plan.narration_audio and scene.image_prompt == draw_narration(scene.narration):
        shown = tuple(name for name in dict.fromkeys(scripted.characters) if name in names)[:_MAX_CHARACTERS_IN_IMAGE]
        prompt = scripted.image_prompt[:_PROMPT_CHARS] or scene.image_prompt
        scene = scene.evolve(image_prompt=prompt, characters=scene.characters or shown)
    translation = read_narration(scripted.translation).text
    if other is None or scene.translations.get(other) or not translation:
        return scene
    return scene.evolve(translations={**scene.translations, other: translation})


def _choose_cast(script: Script, requested: tuple[Character, ...]) -> tuple[Character, ...]:
    """Return the requested characters, then those in the most scenes, as far as a plan has room for them."""
    appearances = Counter(name for scene in script.scenes for name in scene.characters)
    known = {one.name.strip(): one for one in script.characters if one.name.strip() and one.look.strip()}
    names = {one.name for one in requested}
    by_appearances = sorted(known, key=lambda name: -appearances[name])
    others = (Character(name=name[:60], look=known[name].look[:300]) for name in by_appearances)
    return (*requested, *(one for one in others if one.name not in names))[:MAX_CHARACTERS]
