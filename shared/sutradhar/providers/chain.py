"""Makers in order: the next one is asked where one cannot. Each chain is itself a maker of its kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from sutradhar.domain.assets.asset import Fallback
from sutradhar.domain.assets.operation import Operation
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.plan.plan import PLAIN, Language, Manner, Mood, RenderPlan, Voice
from sutradhar.ports.providers import (
    Aligner,
    ClipGenerator,
    Composer,
    FootageLibrary,
    ImageGenerator,
    MusicBed,
    Narrator,
    Picture,
    Planner,
    Provider,
    Shot,
    SoundEffect,
    SoundLibrary,
    Speech,
    Written,
)

_Maker = TypeVar("_Maker", bound=Provider)
_Made = TypeVar("_Made", bound=Speech | Picture | Shot | SoundEffect | MusicBed | Written | Operation)


class _Strict(Protocol):
    @property
    def strict(self) -> bool: ...


class _Chain:
    """``terms`` tells whether only the first provider may answer. ``reserves`` maps the name of a provider whose model
    may be gone to the same provider with another model."""

    def __init__(self, terms: _Strict, reserves: Mapping[str, Any] | None = None) -> None:
        self._terms, self._reserves = terms, dict(reserves or {})

    def _first_answer(self, kind: str, makers: Sequence[_Maker], ask: Callable[[_Maker], _Made]) -> _Made:
        """Of ``makers``. Who was asked in vain, and why, is written on what it gives.

        Raises ProviderError: retryable when it is so for any that was asked.
        """
        failures: list[ProviderError] = []
        todo = list(makers[:1] if self._terms.strict else makers)
        while todo:
            maker = todo.pop(0)
            try:
                made = ask(maker)
            except ProviderError as exc:
                failures.append(exc)
                reserve = self._reserves.get(maker.name)
                if exc.fault == "gone" and reserve is not None and not self._terms.strict:
                    todo.insert(0, reserve)
                continue
            earlier = tuple(Fallback(provider=f.provider, reason=str(f)) for f in failures)
            if isinstance(made, Operation):
                return made.evolve(fallbacks=earlier)
            return replace(made, fallbacks=(*earlier, *made.fallbacks))
        if len(failures) == 1:
            raise failures[0]
        raise ProviderError(
            f"no {kind} could do it: " + "; ".join(f"{f.provider}: {f}" for f in failures),
            provider=">".join(m.name for m in makers),
            retryable=any(f.retryable for f in failures),
            advice=next((f.advice for f in failures if f.advice), ""),
        )


class FallbackNarrator(_Chain):
    """``aligners`` are asked, one after the other, where words are for a voice that does not tell."""

    def __init__(
        self,
        narrators: Sequence[Narrator],
        terms: _Strict,
        aligners: Sequence[Aligner] = (),
        reserves: Mapping[str, Narrator] | None = None,
    ) -> None:
        super().__init__(terms, reserves)
        self._narrators, self._aligners = tuple(narrators), tuple(aligners)

    @property
    def name(self) -> str:
        return ">".join(n.name for n in self._narrators)

    def speaks(self, language: Language, voice: Voice) -> bool:
        return any(n.speaks(language, voice) for n in self._narrators)

    def maker(self, language: Language, voice: Voice, manner: Manner = PLAIN) -> str:
        """Raises ProviderError when nobody has that voice."""
        return self._speaking(language, voice, manner)[0].maker(language, voice, manner)

    def acts(self, language: Language, voice: Voice, manner: Manner = PLAIN) -> bool:
        """Raises ProviderError when nobody has that voice."""
        return self._speaking(language, voice, manner)[0].acts(language, voice, manner)

    def narrate(self, text: str, language: Language, voice: Voice, manner: Manner = PLAIN) -> Speech:
        """Raises ProviderError."""
        makers = self._speaking(language, voice, manner)
        made = self._first_answer("narrator", makers, lambda one: one.narrate(text, language, voice, manner))
        if manner.named and not _has(makers[0], language, voice, manner):
            whose, _, named = manner.named.partition("/")
            there = any(_is_by(narrator, whose) for narrator in makers)
            why = f"it has no voice {named} to choose" if there else "it is not among the narrators: has it a key?"
            nobody = Fallback(provider=whose, reason=why)
            made = replace(made, fallbacks=(nobody, *made.fallbacks))
        if made.alignment != "estimate":
            return made
        return next((found for one in self._aligners if (found := one.align(made, language))), made)

    def _speaking(self, language: Language, voice: Voice, manner: Manner = PLAIN) -> list[Narrator]:
        """Who has the voice, and first whose own voice is asked for."""
        whose = manner.named.partition("/")[0]
        found = sorted(self._able(language, voice), key=lambda one: not _has(one, language, voice, manner))
        if whose and self._terms.strict and not _has(found[0], language, voice, manner):
            raise ProviderError(
                f"nobody among the narrators has the voice {manner.named}, and no other may speak",
                provider=whose,
                retryable=False,
                advice=f"set {whose.upper()}_API_KEY and retry the job, or make it without strict",
            )
        return found

    def _able(self, language: Language, voice: Voice) -> list[Narrator]:
        found = [n for n in self._narrators if n.speaks(language, voice)]
        if not found:
            raise ProviderError(
                f"no narrator has a voice {voice} for {language}",
                provider=self.name,
                retryable=False,
                advice="apt-get install espeak-ng, and have espeak_ng among the narrators",
            )
        return found


def _has(narrator: Narrator, language: Language, voice: Voice, manner: Manner) -> bool:
    """Whether it speaks with the voice that is named: then it makes things under that voice's name. Those that are here
    offline have a woman's and a man's, and none to choose."""
    whose, _, named = manner.named.partition("/")
    return bool(named) and _is_by(narrator, whose) and narrator.maker(language, voice, manner).endswith(f"/{named}")


def _is_by(maker: Provider, whose: str) -> bool:
    return maker.name.partition("/")[0] == whose


class FallbackImages(_Chain):
    """``reword`` is asked once for another prompt where a vendor's policy refuses one."""

    def __init__(
        self,
        makers: Sequence[ImageGenerator],
        terms: _Strict,
        reword: Callable[[str, str], str | None] | None = None,
        reserves: Mapping[str, ImageGenerator] | None = None,
    ) -> None:
        super().__init__(terms, reserves)
        self._makers, self._reword = tuple(makers), reword

    @property
    def name(self) -> str:
        return self._makers[0].name

    @property
    def keeps_likeness(self) -> bool:
        """Whether the first one does."""
        return self._makers[0].keeps_likeness

    def draw(
        self, prompt: str, style: str, width: int, height: int, seed: int, likeness: Sequence[bytes] = ()
    ) -> Picture:
        """Raises ProviderError."""
        rest = style, width, height, seed, likeness
        return self._first_answer("image generator", self._makers, lambda maker: self._drawn(maker, prompt, *rest))

    def _drawn(
        self,
        maker: ImageGenerator,
        prompt: str,
        style: str,
        width: int,
        height: int,
        seed: int,
        likeness: Sequence[bytes],
    ) -> Picture:
        try:
            return maker.draw(prompt, style, width, height, seed, likeness)
        except ProviderError as exc:
            other = self._reworded(prompt, exc) if exc.fault == "refused" else None
            if not other:
                raise
            refused = str(exc)
        picture = maker.draw(other, style, width, height, seed, likeness)
        return replace(picture, refused=refused)

    def _reworded(self, prompt: str, refusal: ProviderError) -> str | None:
        try:
            return self._reword(prompt, str(refusal)) if self._reword else None
        except ProviderError:
            return None  # then the refusal itself is what the caller should hear of


class FallbackClips(_Chain):
    """May be of nobody. Who was asked in vain before a clip was begun is written on the operation; one that comes to
    nothing later is not begun again by somebody else, since the scene has its picture."""

    def __init__(
        self, makers: Sequence[ClipGenerator], terms: _Strict, reserves: Mapping[str, ClipGenerator] | None = None
    ) -> None:
        super().__init__(terms, reserves)
        self._makers = tuple(makers)

    @property
    def name(self) -> str:
        return self._makers[0].name if self._makers else "clips"

    @property
    def empty(self) -> bool:
        return not self._makers

    def begin(
        self, prompt: str, style: str, width: int, height: int, seconds: float, seed: int, first_frame: bytes
    ) -> Operation:
        """Raises ProviderError."""
        if not self._makers:
            raise ProviderError(
                "no clip generator is set up",
                provider=self.name,
                retryable=False,
                advice="set GEMINI_PROJECT, and name gemini in PROVIDERS where that is set",
            )
        return self._first_answer(
            "clip generator",
            self._makers,
            lambda maker: maker.begin(prompt, style, width, height, seconds, seed, first_frame),
        )

    def look(self, operation: Operation) -> Shot:
        """Raises StillAtWork and ProviderError."""
        for maker in self._makers:
            if _is_by(maker, operation.provider):  # whichever of its models is asked for now
                return maker.look(operation)
        raise ProviderError(
            f"{operation.provider} is no longer among those who may be asked",
            provider=operation.provider,
            retryable=False,
            advice="set it up again, or retry the job",
        )


class FallbackFootage(_Chain):
    """May be of nobody: then it finds nothing."""

    def __init__(self, makers: Sequence[FootageLibrary], terms: _Strict) -> None:
        super().__init__(terms)
        self._makers = tuple(makers)

    @property
    def name(self) -> str:
        return self._makers[0].name if self._makers else "footage"

    @property
    def empty(self) -> bool:
        return not self._makers

    def find(self, prompt: str, width: int, height: int, seconds: float, seed: int) -> Shot:
        """Raises ProviderError."""
        if not self._makers:
            raise ProviderError(
                "no footage library is set up",
                provider=self.name,
                retryable=False,
                advice="set PEXELS_API_KEY or PIXABAY_API_KEY, and name it in PROVIDERS where that is set",
            )
        return self._first_answer(
            "footage library", self._makers, lambda maker: maker.find(prompt, width, height, seconds, seed)
        )


class FallbackSounds(_Chain):
    """May be of nobody."""

    def __init__(self, makers: Sequence[SoundLibrary], terms: _Strict) -> None:
        super().__init__(terms)
        self._makers = tuple(makers)

    @property
    def name(self) -> str:
        return self._makers[0].name if self._makers else "sounds"

    @property
    def empty(self) -> bool:
        return not self._makers

    def sound(self, text: str) -> SoundEffect:
        """Raises ProviderError."""
        return self._first_answer("sound library", self._makers, lambda maker: maker.sound(text))


class FallbackComposer(_Chain):
    def __init__(self, makers: Sequence[Composer], terms: _Strict) -> None:
        super().__init__(terms)
        self._makers = tuple(makers)

    @property
    def name(self) -> str:
        return self._makers[0].name

    def compose(self, mood: Mood, seed: int) -> MusicBed:
        """Raises ProviderError."""
        return self._first_answer("composer", self._makers, lambda maker: maker.compose(mood, seed))


class FallbackPlanner(_Chain):
    def __init__(
        self, makers: Sequence[Planner], terms: _Strict, reserves: Mapping[str, Planner] | None = None
    ) -> None:
        super().__init__(terms, reserves)
        self._makers = tuple(makers)

    @property
    def name(self) -> str:
        return self._makers[0].name

    def plan(self, wanted: RenderPlan) -> Written:
        """Raises ProviderError."""
        return self._first_answer("planner", self._makers, lambda maker: maker.plan(wanted))
