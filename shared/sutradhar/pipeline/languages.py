"""Tell what this installation can do in each language, and what a plan in it will lack."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from sutradhar.domain.assets.requests import needs_voice
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.language.facts import LanguageFacts
from sutradhar.domain.language.table import FACTS, name_language
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.tracks import choose_speaker
from sutradhar.pipeline.services import Services
from sutradhar.ports.providers import WordTiming

WHISPER_ADVICE = "set WHISPER_MODEL to a model that hears them (docs/voice.md)"


@dataclass(frozen=True)
class LanguageSupport:
    """The parts of this installation that work in one language."""

    facts: LanguageFacts
    narrators: tuple[ProviderId, ...]
    """The narrators that speak it, in the order in which they are asked."""
    voices: tuple[Voice, ...]
    word_timing: WordTiming | None
    """None: no narrator speaks it."""
    stories: int
    """The number of templates that are told in it."""
    is_translated: bool
    """True if a translator is set up, which translates any plan into it."""
    problems: tuple[str, ...]
    """The parts that it lacks, each with what would help."""


def list_languages(services: Services) -> list[LanguageSupport]:
    """Return what works in each language, in the order of the table. No provider is asked."""
    templates = services.providers.templates.list_templates()
    languages = [language for template in templates for language in template.languages]
    undrawn = services.runner.list_missing_scripts()
    return [
        _describe(services, facts, languages.count(facts.tag), is_drawn=facts.script not in undrawn)
        for facts in FACTS.values()
    ]


def _describe(services: Services, facts: LanguageFacts, stories: int, *, is_drawn: bool) -> LanguageSupport:
    narrator, language = services.providers.narrator, facts.tag
    voices = tuple(voice for voice in get_args(Voice) if narrator.supports_voice(language, voice))
    timing = narrator.find_word_timing(language, voices[0]) if voices else None
    is_translated = services.providers.translator.available
    problems = []
    if not voices:
        problems.append("no narrator speaks it: it can have captions, and a recorded narration of your own")
    elif timing == "length":
        problems.append(f"its words are timed by their length: {WHISPER_ADVICE}")
    if not stories and not is_translated:
        problems.append("no planner writes it: write the scenes, or set the key of a planner (docs/providers.md)")
    if not is_drawn:
        problems.append(f"its font is not installed: install {facts.script_facts.package}")
    return LanguageSupport(
        facts, narrator.list_narrators(language), voices, timing, stories, is_translated, tuple(problems)
    )


def find_language_notices(services: Services, plan: RenderPlan) -> Iterator[str]:
    """Yield a notice for each language of the narration whose words no one times but by their length."""
    if not needs_voice(plan):
        return
    for language in (plan.spoken_language, *plan.other_languages):
        if _find_timing(services, plan, language) == "length":
            name = name_language(language)
            yield (
                f"the words of the {name} narration are timed by their length between two pauses, as its voice reports"
                f" no times and no aligner knows {name}: {WHISPER_ADVICE}"
            )


def _find_timing(services: Services, plan: RenderPlan, language: Language) -> WordTiming | None:
    speaker = choose_speaker(plan, language)
    try:
        return services.providers.narrator.find_word_timing(language, speaker.voice, speaker.options)
    except ProviderError:
        return None  # the plan is refused, with the reason
