"""Chains of providers: if one fails, the next one is asked. A chain is itself a provider of its kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Generic, TypeVar

from sutradhar.domain.assets.asset import Fallback
from sutradhar.domain.assets.operation import Operation
from sutradhar.domain.billing.provider_id import ProviderId, VoiceId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Mood, Voice
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.ports.providers import (
    Aligner,
    ClipProvider,
    Composer,
    FootageProvider,
    ImageCapabilities,
    ImageFile,
    ImageGenerator,
    MusicTrackFile,
    NarrationProvider,
    NarratorCapabilities,
    Planner,
    PlanResult,
    Provider,
    SoundEffect,
    SoundEffectProvider,
    Speech,
    VideoFile,
    WordTiming,
)
from sutradhar.ports.translation import TranslationResult
from sutradhar.providers.voice_selection import explain_other_voice, owns_voice, select_narrators

_P = TypeVar("_P", bound=Provider)
_Answer = TypeVar("_Answer")
_Result = TypeVar(
    "_Result",
    bound=Speech | ImageFile | VideoFile | SoundEffect | MusicTrackFile | PlanResult | TranslationResult | Operation,
)


class Chain(Generic[_P]):
    """Providers of one kind in the order in which they are asked.

    Args:
        no_fallbacks: only the first provider may be asked.
        reserves: by the identifier of a provider whose model may be gone, the same provider with another model.
    """

    label: ClassVar[str]
    """The kind of the providers, for messages."""
    empty_id: ClassVar[ProviderId] = ProviderId("")
    """The identifier of a chain without providers; it is part of asset keys."""
    setup_advice: ClassVar[str] = ""

    def __init__(
        self, providers: Sequence[_P], *, no_fallbacks: bool = False, reserves: Mapping[ProviderId, _P] | None = None
    ) -> None:
        self._providers, self._no_fallbacks, self._reserves = tuple(providers), no_fallbacks, dict(reserves or {})

    @property
    def provider_id(self) -> ProviderId:
        return self._providers[0].provider_id if self._providers else self.empty_id

    @property
    def available(self) -> bool:
        return bool(self._providers)

    def _ask(self, request: Callable[[_P], _Result], candidates: Sequence[_P] | None = None) -> _Result:
        """Return the first result, with the reasons why earlier providers failed. Raise ProviderError."""
        result, failures = self._first_answer(request, candidates)
        fallbacks = tuple(Fallback(provider=failure.provider, reason=str(failure)) for failure in failures)
        if isinstance(result, Operation):
            return result.evolve(fallbacks=fallbacks)
        return replace(result, fallbacks=(*fallbacks, *result.fallbacks))

    def _find_usage(self, usage: Callable[[_P], Usage | None], candidates: Sequence[_P] | None = None) -> Usage | None:
        """Return the usage of the first provider that could do it. Raise ProviderError."""
        return self._first_answer(usage, candidates)[0]

    def _first_answer(
        self, request: Callable[[_P], _Answer], candidates: Sequence[_P] | None = None
    ) -> tuple[_Answer, list[ProviderError]]:
        """Return the answer of the first provider that gives one, and the errors of those that were asked before.

        Raises:
            ProviderError: every provider failed; retryable if the error of any of them is.
        """
        failures: list[ProviderError] = []
        providers = self._providers if candidates is None else candidates
        if not providers:
            raise ProviderError(
                f"no {self.label} is set up",
                provider=str(self.provider_id),
                retryable=False,
                advice=self.setup_advice,
            )
        remaining = list(providers[:1] if self._no_fallbacks else providers)
        while remaining:
            provider = remaining.pop(0)
            try:
                return request(provider), failures
            except ProviderError as exc:
                if not exc.may_fall_back:
                    raise
                failures.append(exc)
                reserve = self._reserves.get(provider.provider_id)
                if exc.fault == "gone" and reserve is not None and not self._no_fallbacks:
                    remaining.insert(0, reserve)
        if len(failures) == 1:
            raise failures[0]
        raise ProviderError(
            f"no {self.label} could do it: " + "; ".join(f"{failure.provider}: {failure}" for failure in failures),
            provider=">".join(str(provider.provider_id) for provider in providers),
            retryable=any(failure.retryable for failure in failures),
            advice=next((failure.advice for failure in failures if failure.advice), ""),
        )


class NarratorChain(Chain[NarrationProvider]):
    """A Narrator. ``aligners``: asked in turn for the word times of a voice that reports none."""

    label = "narrator"

    def __init__(
        self,
        providers: Sequence[NarrationProvider],
        *,
        no_fallbacks: bool = False,
        reserves: Mapping[ProviderId, NarrationProvider] | None = None,
        aligners: Sequence[Aligner] = (),
        keeps_order: bool = False,
    ) -> None:
        super().__init__(providers, no_fallbacks=no_fallbacks, reserves=reserves)
        self._aligners, self._keeps_order = tuple(aligners), keeps_order

    @property
    def capabilities(self) -> NarratorCapabilities:
        voices = frozenset(voice for one in self._providers for voice in one.capabilities.voices)
        return NarratorCapabilities(
            voices,
            expresses_emotion=self._providers[0].capabilities.expresses_emotion,
            own_voices=tuple(voice for one in self._providers for voice in one.capabilities.own_voices),
        )

    def supports_voice(self, language: Language, voice: Voice) -> bool:
        return (language, voice) in self.capabilities.voices

    def list_narrators(self, language: Language) -> tuple[ProviderId, ...]:
        """Return the narrators that speak ``language``, in the order in which they are asked."""
        speakers = [one for one in self._providers if any(own == language for own, _ in one.capabilities.voices)]
        return tuple(one.provider_id for one in speakers)

    def supports_emotion(self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> bool:
        """Return whether the narrator that is asked first expresses emotions. Raise ProviderError."""
        return self._select(language, voice, options)[0].capabilities.expresses_emotion

    def provider_for(self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> ProviderId:
        """Return the identifier of the narrator that is asked first, with its voice. Raise ProviderError."""
        return self._select(language, voice, options)[0].provider_for(language, voice, options)

    def usage(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Usage | None:
        candidates = self._select(language, voice, options)
        return self._find_usage(lambda one: one.usage(text, language, voice, options), candidates)

    def find_word_timing(self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> WordTiming:
        """Return how the words are timed by the narrator that is asked first. Raise ProviderError."""
        if self._select(language, voice, options)[0].capabilities.reports_word_times:
            return "engine"
        return "alignment" if any(language in one.languages for one in self._aligners) else "length"

    def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
        """Speak ``text``. Raise ProviderError."""
        candidates = self._select(language, voice, options)
        speech = self._ask(lambda one: one.narrate(text, language, voice, options), candidates)
        voice_id = VoiceId.parse(options.named)
        if voice_id and not owns_voice(candidates[0], voice_id):
            speech = replace(speech, fallbacks=(explain_other_voice(candidates, voice_id), *speech.fallbacks))
        if speech.alignment != "estimate":
            return speech
        return next((aligned for one in self._aligners if (aligned := one.align(speech, language))), speech)

    def _select(self, language: Language, voice: Voice, options: VoiceOptions) -> list[NarrationProvider]:
        voice_id = VoiceId.parse(options.named)
        return select_narrators(
            self._providers,
            language,
            voice,
            voice_id,
            no_fallbacks=self._no_fallbacks,
            keeps_order=self._keeps_order,
        )


class ImageChain(Chain[ImageGenerator]):
    """An ImageGenerator. ``reword``: asked once for another prompt if a provider's policy refuses one."""

    label = "image generator"

    def __init__(
        self,
        providers: Sequence[ImageGenerator],
        *,
        no_fallbacks: bool = False,
        reserves: Mapping[ProviderId, ImageGenerator] | None = None,
        reword: Callable[[str, str], str | None] | None = None,
    ) -> None:
        super().__init__(providers, no_fallbacks=no_fallbacks, reserves=reserves)
        self._reword = reword

    @property
    def capabilities(self) -> ImageCapabilities:
        """Return the capabilities of the first provider."""
        return self._providers[0].capabilities

    def usage(self, prompt: str, style: str, width: int, height: int, reference_count: int = 0) -> Usage | None:
        return self._find_usage(lambda one: one.usage(prompt, style, width, height, reference_count))

    def draw(
        self, prompt: str, style: str, width: int, height: int, seed: int, reference_images: Sequence[bytes] = ()
    ) -> ImageFile:
        """Draw an image. Raise ProviderError."""

        def draw_with(provider: ImageGenerator) -> ImageFile:
            try:
                return provider.draw(prompt, style, width, height, seed, reference_images)
            except ProviderError as exc:
                other = self._find_other_prompt(prompt, exc) if exc.fault == "refused" else None
                if not other:
                    raise
                reason = str(exc)
            return replace(provider.draw(other, style, width, height, seed, reference_images), refusal_reason=reason)

        return self._ask(draw_with)

    def _find_other_prompt(self, prompt: str, refusal: ProviderError) -> str | None:
        try:
            return self._reword(prompt, str(refusal)) if self._reword else None
        except ProviderError:
            return None  # the caller should hear of the refusal itself


class ClipChain(Chain[ClipProvider]):
    """A ClipGenerator. The operation names the providers that failed before a clip was started.

    If the clip fails later, no other provider starts it again, since the scene has its image.
    """

    label = "clip generator"
    empty_id = ProviderId("clips")
    setup_advice = "set GEMINI_PROJECT, and name gemini in PROVIDERS where that is set"

    def usage(self, width: int, height: int, seconds: float) -> Usage | None:
        return self._find_usage(lambda one: one.usage(width, height, seconds))

    def start(
        self, prompt: str, style: str, width: int, height: int, seconds: float, seed: int, first_frame: bytes
    ) -> Operation:
        """Start a clip. Raise ProviderError."""
        return self._ask(lambda one: one.start(prompt, style, width, height, seconds, seed, first_frame))

    def poll(self, operation: Operation) -> VideoFile:
        """Return the finished clip. Raise StillAtWork or ProviderError."""
        for provider in self._providers:
            # the settings may choose another of its models by now
            if provider.provider_id.provider == operation.provider:
                return provider.poll(operation)
        raise ProviderError(
            f"{operation.provider} is no longer among the providers that may be asked",
            provider=operation.provider,
            retryable=False,
            advice="set it up again, or retry the job",
        )


class FootageChain(Chain[FootageProvider]):
    """A FootageLibrary."""

    label = "footage library"
    empty_id = ProviderId("footage")
    setup_advice = "set PEXELS_API_KEY or PIXABAY_API_KEY, and name it in PROVIDERS where that is set"

    def usage(self, prompt: str) -> Usage | None:
        return self._find_usage(lambda one: one.usage(prompt))

    def find(self, prompt: str, width: int, height: int, seconds: float, seed: int) -> VideoFile:
        """Return footage of the subject of ``prompt``. Raise ProviderError."""
        return self._ask(lambda one: one.find(prompt, width, height, seconds, seed))


class SoundEffectChain(Chain[SoundEffectProvider]):
    """A SoundLibrary."""

    label = "sound library"
    empty_id = ProviderId("sounds")
    setup_advice = "set FREESOUND_API_KEY or ELEVENLABS_API_KEY, and name it in PROVIDERS where that is set"

    def usage(self, text: str) -> Usage | None:
        return self._find_usage(lambda one: one.usage(text))

    def find_effect(self, text: str) -> SoundEffect:
        """Return a sound effect. Raise ProviderError."""
        return self._ask(lambda one: one.find_effect(text))


class ComposerChain(Chain[Composer]):
    """A Composer."""

    label = "composer"

    def usage(self) -> Usage | None:
        return self._find_usage(lambda one: one.usage())

    def compose(self, mood: Mood, seed: int) -> MusicTrackFile:
        """Compose music that loops. Raise ProviderError."""
        return self._ask(lambda one: one.compose(mood, seed))


class PlannerChain(Chain[Planner]):
    """A Planner."""

    label = "planner"

    def usage(self, requested_plan: RenderPlan) -> Usage | None:
        return self._find_usage(lambda one: one.usage(requested_plan))

    def plan(self, requested_plan: RenderPlan) -> PlanResult:
        """Write the scenes of the plan. Raise ProviderError."""
        return self._ask(lambda one: one.plan(requested_plan))

    def draft_plan(self, requested_plan: RenderPlan) -> RenderPlan:
        """Return a plan of the size that the first planner writes, free of charge. Raise ProviderError."""
        return self._providers[0].draft_plan(requested_plan)
