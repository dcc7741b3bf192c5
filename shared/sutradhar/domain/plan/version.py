"""Write the plan of a video in another of its languages, as long as the first one where the narration allows it."""

from collections.abc import Sequence

from sutradhar.domain.language.table import name_language
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import MAX_TOTAL_SEC
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.publication import PlannedPublication
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.plan.speech_duration import estimate_scene_sec
from sutradhar.domain.plan.tracks import choose_speaker
from sutradhar.domain.plan.translated_plan import find_untranslated_scenes
from sutradhar.domain.plan.translation import Localization
from sutradhar.domain.text.words import split_words

_SHORTEST_SEC = 1.0
"""The shortest ``duration_sec`` of a scene."""
_MARGIN = 1.05
"""A narration may take longer than its estimate by this factor (the mean error of one is 3 to 5 %)."""
_WORDS_OF_PAGE = ("title", "description", "tags")


def explain_untranslated(plan: RenderPlan, language: Language) -> str:
    """Return why ``plan`` cannot be narrated in ``language``, and what helps; empty if it can."""
    name = name_language(language)
    missing = [str(index + 1) for index in find_untranslated_scenes(plan, language)]
    if not missing:
        return ""
    scenes = f"scene {missing[0]} has" if len(missing) == 1 else f"scenes {', '.join(missing)} have"
    return f"{scenes} no {name} translation; write scenes[].translations.{language}, or leave {language} out"


def share_lengths(plan: RenderPlan) -> RenderPlan:
    """Return ``plan``, which has its scenes and translations, with scenes that last as long as the longest of their
    narrations, by the estimate.

    Only videos in several languages whose captions are in files get it: equal lengths give them equal frames, which are
    then encoded once. A plan that would become too long stays as it is.
    """
    shares_frames = plan.language_output == "videos" and plan.render.burn_captions == "none"
    if not (shares_frames and plan.other_languages):
        return plan
    scenes = tuple(scene.evolve(duration_sec=_find_longest(plan, scene)) for scene in plan.scenes)
    total = sum(scene.duration_sec or 0 for scene in scenes)
    return plan.evolve(scenes=scenes) if total <= MAX_TOTAL_SEC else plan


def _find_longest(plan: RenderPlan, scene: Scene) -> float | None:
    """Return the seconds that hold each narration of ``scene``; None: it is silent, and has no length of its own."""
    own = plan.spoken_language
    texts = {own: scene.narration, **{one: scene.translations.get(one, "") for one in plan.other_languages}}
    seconds = [
        estimate_scene_sec(text, language, plan.delivery.speed, choose_speaker(plan, language).voice)
        for language, text in texts.items()
        if text
    ]
    if not seconds:
        return scene.duration_sec
    return max(scene.duration_sec or 0.0, round(max(seconds) * _MARGIN, 2))


def write_version(plan: RenderPlan, language: Language, scene_sec: Sequence[float] = ()) -> RenderPlan:
    """Return ``plan``, which has its scenes, as the plan of one video that is narrated in ``language``.

    A narration without a translation stays as it is, which serves for estimates.

    Args:
        scene_sec: the lengths that the scenes have in the first video; empty, or longer than a plan may be: as the plan
            says.
    """
    words, own = plan.localizations.get(language, Localization()), plan.spoken_language
    measured: list[float | None] = [max(one, _SHORTEST_SEC) for one in scene_sec]
    # narrations that are slower than their estimates may take the first video a little over the longest plan
    fits = measured and sum(one or 0 for one in measured) <= MAX_TOTAL_SEC
    lengths = measured if fits else [scene.duration_sec for scene in plan.scenes]
    scenes = [_translate(scene, own, language, length) for scene, length in zip(plan.scenes, lengths, strict=True)]
    first_words = Localization(title=plan.title, description=plan.description, tags=plan.tags)
    others = {code: one for code, one in plan.localizations.items() if code != language}
    return RenderPlan.model_validate(
        {
            **dict(plan),
            "language": language,
            "languages": (),
            "language_output": "videos",
            "language_voices": {},
            "voice": plan.choose_voice(language),
            "title": words.title or plan.title,
            "description": words.description or plan.description,
            "tags": words.tags or plan.tags,
            "localizations": {own: first_words, **others},
            "scenes": tuple(scenes),
            "length_sec": RenderPlan.model_fields["length_sec"].default,  # the scenes have lengths
            "publish": tuple(_translate_words(one, words) for one in plan.publish),
            "review": False,  # the review of the first job was for all languages
            "notices": (),
        }
    )


def _translate(scene: Scene, own: Language, language: Language, duration_sec: float | None) -> Scene:
    narration = scene.translations.get(language, scene.narration)
    kept = {code: text for code, text in scene.translations.items() if code != language}
    translations = {own: scene.narration, **kept} if scene.narration else kept
    ratio = len(split_words(narration)) / max(len(split_words(scene.narration)), 1)
    # a sound effect begins with a word; the translation has its word at about the same share of the sentence
    sounds = tuple(cue.evolve(word=min(round(cue.word * ratio), 1000)) for cue in scene.sounds)
    return scene.evolve(
        narration=narration,
        translations=translations,
        duration_sec=duration_sec,
        sounds=sounds,
        title=scene.title and scene.title.choose_words(language),
        lower_third=scene.lower_third and scene.lower_third.choose_words(language),
    )


def _translate_words(planned: PlannedPublication, words: Localization) -> PlannedPublication:
    """Return a publication without its own words where the translated ones of the plan take their place."""
    translated = [name for name in _WORDS_OF_PAGE if getattr(words, name)]
    return planned.evolve(**dict.fromkeys(translated))
