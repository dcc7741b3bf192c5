"""Find the texts of a plan that are to be translated, and put their translations in their places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter, ValidationError

from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import MAX_TOTAL_SEC
from sutradhar.domain.plan.options import choose_gender
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene, TitleText, TranslatedTitle
from sutradhar.domain.plan.speech_duration import NARRATION_PADDING_SEC, estimate_speech_sec
from sutradhar.domain.plan.translation import Localization, TranslatedTexts, TranslationRequest
from sutradhar.domain.text.text_fields import NarrationText

LENGTH_TOLERANCE = 0.1
"""The share by which a narration may be longer than its scene allows before it is reworded; estimates err as much."""
_STEM_SHARE = 0.6
"""The share of a word that its inflected forms keep."""
_TITLE_CHARS, _DESCRIPTION_CHARS, _TAG_CHARS, _SUBTEXT_CHARS = 120, 5000, 100, 120
_ON_SCREEN_CHARS = 80


@dataclass(frozen=True)
class LongNarration:
    """A narration that takes longer to say than its scene allows."""

    scene: int
    extra_sec: float


def list_translated_languages(plan: RenderPlan) -> list[Language]:
    """Return the languages, besides the spoken one, in which the plan has narrations or captions.

    A song has captions in its own language only.
    """
    if plan.song:
        return []
    languages = dict.fromkeys((*plan.other_languages, *plan.subtitle_languages))
    return [language for language in languages if language != plan.spoken_language]


def find_untranslated_scenes(plan: RenderPlan, language: Language) -> list[int]:
    """Return the indices of the scenes whose narration has no translation into ``language``."""
    scenes = enumerate(plan.scenes)
    return [i for i, scene in scenes if scene.narration and not scene.translations.get(language)]


def make_request(plan: RenderPlan, language: Language) -> TranslationRequest | None:
    """Return the request for what ``plan``, which has its scenes, lacks in ``language``; None if it lacks nothing.

    The words around the video are translated if it is narrated in ``language``, or if its narrations are translated
    anyway.
    """
    missing = find_untranslated_scenes(plan, language)
    has_own_video = language in plan.other_languages
    phrases = tuple(dict.fromkeys(_list_phrases(plan, language))) if missing or has_own_video else ()
    if not missing and not phrases:
        return None
    return TranslationRequest(
        source=plan.spoken_language,
        target=language,
        narrations=tuple(scene.narration if i in missing else "" for i, scene in enumerate(plan.scenes)),
        seconds=tuple(find_room(plan, scene) if has_own_video else 0.0 for scene in plan.scenes),
        phrases=phrases,
        glossary={term: words[language] for term, words in plan.glossary.items() if language in words},
    )


def find_room(plan: RenderPlan, scene: Scene) -> float:
    """Return the seconds that a narration of ``scene`` may take without making it longer."""
    speech_sec = estimate_speech_sec(scene.narration, plan.spoken_language, plan.delivery.speed, plan.gender)
    return round(min(max(speech_sec, (scene.duration_sec or 0) - 2 * NARRATION_PADDING_SEC), MAX_TOTAL_SEC), 2)


def find_long_narrations(plan: RenderPlan, language: Language, narrations: Mapping[int, str]) -> list[LongNarration]:
    """Return those of the translated ``narrations`` (by scene) that take longer to say than their scenes allow."""
    voice = plan.choose_voice(language)
    too_long = []
    for i, text in narrations.items():
        seconds = estimate_speech_sec(text, language, plan.delivery.speed, choose_gender(voice))
        room = find_room(plan, plan.scenes[i])
        if seconds > room * (1 + LENGTH_TOLERANCE):
            too_long.append(LongNarration(i, seconds - room))
    return too_long


def find_missing_terms(request: TranslationRequest, texts: TranslatedTexts) -> list[tuple[int, str]]:
    """Return the scene and the word of the glossary for each narration that has the word, and whose translation lacks
    the fixed one. An inflected word counts: its beginning is enough."""
    missing = []
    for i, (narration, text) in enumerate(zip(request.narrations, texts.narrations, strict=True)):
        for term, word in request.glossary.items():
            stem = word.casefold()[: max(2, round(len(word) * _STEM_SHARE))]
            if text and term.casefold() in narration.casefold() and stem not in text.casefold():
                missing.append((i, term))
    return missing


def check_texts(texts: TranslatedTexts) -> str:
    """Return what is wrong with translated texts, such as a character that no font draws; empty if nothing is."""
    for text in texts.narrations:
        try:
            _narration_adapter().validate_python(text)
        except ValidationError as exc:
            return f"a narration {exc.errors()[0]['msg'].removeprefix('Value error, ')}"
    return ""


def add_translations(
    plan: RenderPlan, language: Language, request: TranslationRequest, texts: TranslatedTexts
) -> RenderPlan:
    """Return ``plan`` with ``texts``, the answer to ``request``, wherever it has no text in ``language``."""
    words = {phrase: text for phrase, text in zip(request.phrases, texts.phrases, strict=True) if text}
    scenes = (
        _add_to_scene(scene, language, narration, words if _translates_titles(plan, language) else {})
        for scene, narration in zip(plan.scenes, texts.narrations, strict=True)
    )
    own = plan.localizations.get(language) or Localization.constant()
    title = own.title or _cut(words.get(plan.title or "", ""), _TITLE_CHARS) or None
    tags = tuple(dict.fromkeys(_cut(words[tag], _TAG_CHARS) for tag in plan.tags if tag in words))
    description = own.description or _cut(words.get(plan.description, ""), _DESCRIPTION_CHARS)
    filled = own.evolve(title=title, description=description, tags=own.tags or tags)
    has_words = filled.title or filled.description or filled.tags
    localizations = {**plan.localizations, language: filled} if has_words else plan.localizations
    return plan.evolve(scenes=tuple(scenes), localizations=localizations)


def _list_phrases(plan: RenderPlan, language: Language) -> Iterator[str]:
    own = plan.localizations.get(language) or Localization.constant()
    if plan.title and not own.title:
        yield plan.title
    if plan.description and not own.description:
        yield plan.description
    yield from plan.tags if not own.tags else ()
    if _translates_titles(plan, language):
        for title in (title for scene in plan.scenes for title in (scene.title, scene.lower_third) if title):
            if language not in title.translations:
                yield from filter(None, (title.text, title.subtext))


def _translates_titles(plan: RenderPlan, language: Language) -> bool:
    """Return whether a video of its own shows the words on the screen in ``language``: audio tracks share one image."""
    return language in plan.other_languages and plan.language_output == "videos"


def _add_to_scene(scene: Scene, language: Language, narration: str, words: Mapping[str, str]) -> Scene:
    if narration and not scene.translations.get(language):
        scene = scene.evolve(translations={**scene.translations, language: narration})
    titles = {
        name: _add_to_title(title, language, words)
        for name, title in (("title", scene.title), ("lower_third", scene.lower_third))
        if title and title.text in words and language not in title.translations
    }
    return scene.evolve(**titles) if titles else scene


def _add_to_title(title: TitleText, language: Language, words: Mapping[str, str]) -> TitleText:
    subtext = title.subtext and _cut(words.get(title.subtext, title.subtext), _SUBTEXT_CHARS)
    own = TranslatedTitle(text=_cut(words[title.text], _ON_SCREEN_CHARS), subtext=subtext)
    return title.evolve(translations={**title.translations, language: own})


def _cut(text: str, most: int) -> str:
    """Return ``text`` with at most ``most`` characters, cut between two words where that is possible."""
    if len(text) <= most:
        return text
    cut = text[:most]
    return cut.rpartition(" ")[0] or cut


@cache
def _narration_adapter() -> TypeAdapter[str]:
    return TypeAdapter(NarrationText)
