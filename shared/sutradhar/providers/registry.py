"""Makers by the names that the configuration uses. A maker's module is imported when its chain is first asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from sutradhar.domain.core.errors import FieldError, InvalidSettings
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import (
    Aligner,
    ClipGenerator,
    Composer,
    FootageLibrary,
    ImageGenerator,
    Narrator,
    Planner,
    SoundLibrary,
)
from sutradhar.providers.catalog import OFFERS, Kind, model_table
from sutradhar.providers.chain import (
    FallbackClips,
    FallbackComposer,
    FallbackFootage,
    FallbackImages,
    FallbackNarrator,
    FallbackPlanner,
    FallbackSounds,
)
from sutradhar.providers.hosted import llm_planner
from sutradhar.providers.hosted.api_errors import Vendor
from sutradhar.telemetry import log

OFFLINE: Mapping[Kind, Mapping[str, str]] = {
    "planner": {"storybook": "sutradhar.providers.offline.storybook.planner:Storybook"},
    "narrator": {
        "hibari": "sutradhar.providers.offline.hibari:HibariNarrator",
        "piper": "sutradhar.providers.offline.piper:PiperNarrator",
        "espeak_ng": "sutradhar.providers.offline.espeak_ng:EspeakNarrator",
    },
    "image": {"procedural": "sutradhar.providers.offline.procedural.images:ProceduralImages"},
    "clip": {},
    "footage": {},
    "sound": {},
    "composer": {"procedural": "sutradhar.providers.offline.procedural.music:ProceduralComposer"},
}
BOUGHT: Mapping[Kind, Mapping[str, str]] = {
    "planner": {
        "openai": "sutradhar.providers.hosted.openai.planner:OpenAIPlanner",
        "gemini": "sutradhar.providers.hosted.gemini.planner:GeminiPlanner",
    },
    "narrator": {
        "elevenlabs": "sutradhar.providers.hosted.elevenlabs.voice:ElevenLabsNarrator",
        "googletts": "sutradhar.providers.hosted.googletts.voice:GoogleNarrator",
        "openai": "sutradhar.providers.hosted.openai.voice:OpenAINarrator",
    },
    "image": {
        "openai": "sutradhar.providers.hosted.openai.images:OpenAIImages",
        "gemini": "sutradhar.providers.hosted.gemini.images:GeminiImages",
    },
    "clip": {"gemini": "sutradhar.providers.hosted.gemini.clips:Veo"},
    "footage": {
        "pexels": "sutradhar.providers.hosted.stock.pexels:Pexels",
        "pixabay": "sutradhar.providers.hosted.stock.pixabay:Pixabay",
    },
    "sound": {
        "freesound": "sutradhar.providers.hosted.stock.freesound:Freesound",
        "elevenlabs": "sutradhar.providers.hosted.elevenlabs.sounds:ElevenLabsSounds",
    },
    "composer": {"elevenlabs": "sutradhar.providers.hosted.elevenlabs.music:ElevenLabsComposer"},
}
"""By the vendor whose key they need; asked in this order where the configuration has none."""
VARIABLES: Mapping[Kind, str] = {
    "planner": "PLANNERS",
    "narrator": "NARRATORS",
    "image": "IMAGE_GENERATORS",
    "clip": "CLIP_GENERATORS",
    "footage": "FOOTAGE",
    "sound": "SOUNDS",
    "composer": "COMPOSERS",
}


@dataclass(frozen=True)
class Registry:
    """``vendors``: those that there are keys for. ``providers`` and ``chains`` as in Settings."""

    vendors: Mapping[str, Vendor]
    providers: Sequence[str] | None
    chains: Mapping[str, Sequence[str]]
    gate: CallGate
    whisper: Path | None = None
    """The folder of a model for aligning."""
    today: Callable[[], date] = date.today

    def planner(self) -> FallbackPlanner:
        """Raises InvalidRequest for an unknown name, like all of these."""
        planners: list[Planner] = self._makers("planner")
        return FallbackPlanner(planners, self.gate, self._reserves("planner"))

    def narrator(self) -> FallbackNarrator:
        narrators: list[Narrator] = self._makers("narrator")
        return FallbackNarrator(narrators, self.gate, self._aligners(), self._reserves("narrator"))

    def _aligners(self) -> list[Aligner]:
        from sutradhar.providers.alignment.pocketsphinx import PocketSphinx
        from sutradhar.providers.alignment.whisper import Whisper

        return [*([Whisper(self.whisper)] if self.whisper else []), PocketSphinx()]

    def images(self) -> FallbackImages:
        makers: list[ImageGenerator] = self._makers("image")
        return FallbackImages(makers, self.gate, self._reword, self._reserves("image"))

    def clips(self) -> FallbackClips:
        """Of nobody where there is no key: then scenes show their pictures."""
        makers: list[ClipGenerator] = self._there("clip")
        return FallbackClips(makers, self.gate, self._reserves("clip"))

    def footage(self) -> FallbackFootage:
        """Of nobody where there is no key: then pictures are drawn."""
        libraries: list[FootageLibrary] = self._there("footage")
        return FallbackFootage(libraries, self.gate)

    def sounds(self) -> FallbackSounds:
        """Of nobody where there is no key: then there are none."""
        libraries: list[SoundLibrary] = self._there("sound")
        return FallbackSounds(libraries, self.gate)

    def _reserves(self, kind: Kind) -> dict[str, Any]:
        """Return, by the name of each paid provider, the same provider with the model that replaces its own."""
        found = {}
        for one in OFFERS:
            vendor = self.vendors.get(one.provider)
            if one.kind != kind or vendor is None or not one.reserve or one.provider not in self.names(kind):
                continue
            chosen = vendor.options.get(one.option, one.default)
            other = one.default if chosen != one.default else one.reserve
            maker = _class(BOUGHT[kind][one.provider])
            second = _WithOptions(vendor, {**vendor.options, one.option: other})
            found[maker(vendor, self.gate).name] = maker(second, self.gate)
        return found

    def _there(self, kind: Kind) -> list[Any]:
        makers = [self._made(kind, name) for name in self.names(kind)]
        return [maker for maker in makers if maker is not None]

    def composer(self) -> FallbackComposer:
        composers: list[Composer] = self._makers("composer")
        return FallbackComposer(composers, self.gate)

    def check(self, vendor: str) -> None:
        """Whether the vendor's key works; asks the vendor, for nothing and for two seconds at most.

        Raises ProviderError.
        """
        libraries: tuple[Kind, ...] = ("footage", "sound")
        for kind in libraries:
            if "stock" in BOUGHT[kind].get(vendor, ""):
                self._made(kind, vendor).check()
                return
        import_module(f"sutradhar.providers.hosted.{vendor}.client").check(self.vendors[vendor])

    def sketch(self, wanted: RenderPlan) -> RenderPlan:
        """A plan of the size that the first planner writes, made for nothing. Raises ProviderError."""
        first = next(name for name in self.names("planner") if name in OFFLINE["planner"] or name in self.vendors)
        if first in BOUGHT["planner"]:
            return llm_planner.sketch(wanted)
        written: RenderPlan = self._made("planner", first).write_plan(wanted)
        return written

    def _makers(self, kind: Kind) -> list[Any]:
        found = self._there(kind)
        if not found:
            keys = " or ".join(f"{name.upper()}_API_KEY" for name in self.names(kind))
            raise InvalidSettings([FieldError(VARIABLES[kind], f"names no provider that is set up; set {keys}")])
        return found

    def names(self, kind: Kind) -> list[str]:
        """Return the names of the usable providers in their order. Raise InvalidRequest."""
        if chosen := self.chains.get(kind):
            return list(chosen)
        bought = list(BOUGHT[kind])
        if self.providers is not None:
            everybody = {name for served in BOUGHT.values() for name in served}
            if unknown := [name for name in self.providers if name not in everybody]:
                known = ", ".join(sorted(everybody))
                raise InvalidSettings([FieldError("PROVIDERS", f"there is no {unknown[0]!r}; known are {known}")])
            if missing := [name for name in self.providers if name not in self.vendors]:
                raise InvalidSettings([FieldError("PROVIDERS", f"{missing[0]} needs {missing[0].upper()}_API_KEY")])
            bought = [name for name in self.providers if name in bought]
        return [*(name for name in bought if not self._has_ended(kind, name)), *OFFLINE[kind]]

    def find_ended(self, kind: Kind) -> list[str]:
        """Return the providers with a key that ``names`` leaves out because their default model was shut down."""
        if self.chains.get(kind):
            return []
        asked = BOUGHT[kind] if self.providers is None else self.providers
        return [name for name in asked if name in BOUGHT[kind] and self._has_ended(kind, name)]

    def _has_ended(self, kind: Kind, name: str) -> bool:
        """Return whether the provider's default model was shut down without a replacement, so that every call fails."""
        for one in OFFERS:
            if (one.provider, one.kind) == (name, kind) and not one.reserve and name in self.vendors:
                usual = one.option not in self.vendors[name].options
                return usual and model_table().has_ended(name, one.default, self.today())
        return False

    def _made(self, kind: Kind, name: str) -> Any:
        known = {**OFFLINE[kind], **BOUGHT[kind]}
        if name not in known:
            message = f"there is no {kind} {name!r}; known are {', '.join(known)}"
            raise InvalidSettings([FieldError(VARIABLES[kind], message)])
        if name in OFFLINE[kind]:
            return _class(known[name])()
        if name not in self.vendors:
            log("provider_left_out", provider=name, kind=kind, reason=f"{name.upper()}_API_KEY is not set")
            return None
        if (kind, name) == ("clip", "gemini") and not self.vendors[name].options.get("project"):
            log("provider_left_out", provider=name, kind=kind, reason="GEMINI_PROJECT is not set")
            return None
        return _class(known[name])(self.vendors[name], self.gate)

    def _reword(self, prompt: str, reason: str) -> str | None:
        """By the first planner that can: the offline one has no words of its own."""
        for name in self.names("planner"):
            if name in BOUGHT["planner"] and (planner := self._made("planner", name)):
                reworded: str = planner.reword(prompt, reason)
                return reworded
        return None


@dataclass(frozen=True)
class _WithOptions:
    """A Vendor with changed options."""

    vendor: Vendor
    options: Mapping[str, str]

    @property
    def key(self) -> str:
        return self.vendor.key

    @property
    def base_url(self) -> str:
        return self.vendor.base_url

    @property
    def timeout_sec(self) -> float:
        return self.vendor.timeout_sec


def _class(where: str) -> Any:
    module, _, attribute = where.partition(":")
    return getattr(import_module(module), attribute)
