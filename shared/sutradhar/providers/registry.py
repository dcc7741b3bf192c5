"""Build the chains that the settings name. A provider's module is imported when its chain is first used."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from sutradhar.domain.billing.provider_id import Kind, ProviderId
from sutradhar.domain.core.errors import FieldError, InvalidSettings
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import (
    Aligner,
    ClipProvider,
    Composer,
    FootageProvider,
    ImageGenerator,
    NarrationProvider,
    Planner,
    SoundEffectProvider,
)
from sutradhar.provider_table import HOSTED, Offer, find_chain, find_offer, find_provider, key_variable
from sutradhar.providers.catalog import model_table
from sutradhar.providers.chain import (
    ClipChain,
    ComposerChain,
    FootageChain,
    ImageChain,
    NarratorChain,
    PlannerChain,
    SoundEffectChain,
)
from sutradhar.providers.hosted.account import ProviderAccount
from sutradhar.providers.translator_chain import TranslatorChain
from sutradhar.telemetry import log

_T = TypeVar("_T")


@runtime_checkable
class HoldsModel(Protocol):
    """A provider or aligner that has a model in memory."""

    def release(self) -> None:
        """Drop the model unless a thread uses it now; it is loaded again when it is needed."""
        ...


@dataclass(frozen=True)
class Registry:
    """Creates providers by the names that the settings use.

    Every method that builds providers raises InvalidRequest for an unknown name.
    """

    accounts: Mapping[str, ProviderAccount]
    """The settings of the hosted providers that have a key."""
    providers: Sequence[str] | None
    """The only hosted providers that may be asked, in this order; None: all that have a key."""
    chains: Mapping[str, Sequence[str]]
    """The whole chain of one kind, by the kind."""
    whisper: Path | None = None
    """The folder of the model that aligns words."""
    today: Callable[[], date] = date.today
    _shared: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)
    """Offline providers and aligners: they load models, so all chains share them."""
    _lock: threading.Lock = field(default_factory=threading.Lock, compare=False, repr=False)

    def names(self, kind: Kind) -> list[str]:
        """Return the names of the usable providers in the order in which they are asked. Raise InvalidRequest."""
        if chosen := self.chains.get(kind):
            return list(chosen)
        hosted, offline = _names_by_place(kind)
        if self.providers is not None:
            self._check_names(self.providers)
            hosted = [name for name in self.providers if name in hosted]
        return [*(name for name in hosted if not self._has_ended(kind, name)), *offline]

    def find_ended(self, kind: Kind) -> list[str]:
        """Return the providers with a key that ``names`` leaves out because their default model was shut down."""
        if self.chains.get(kind):
            return []
        hosted, _ = _names_by_place(kind)
        names = hosted if self.providers is None else self.providers
        return [name for name in names if name in hosted and self._has_ended(kind, name)]

    def check(self, name: str) -> None:
        """Check the key of a provider; asks the provider, free of charge and for two seconds at most.

        Raises:
            ProviderError: the provider does not accept the key, or does not answer.
        """
        spec = find_provider(name)
        if spec.client:
            import_module(spec.client).check(self.accounts[name])
        else:
            _load_class(spec.offers[0])(self.accounts[name], None).check()

    def create_all(self, kind: Kind, gate: CallGate) -> list[Any]:
        """Return the providers of this kind that are set up; the calls of the hosted ones pass ``gate``."""
        created = [self._create(kind, name, gate) for name in self.names(kind)]
        return [provider for provider in created if provider is not None]

    def require_all(self, kind: Kind, gate: CallGate) -> list[Any]:
        """Return the providers of this kind that are set up. Raise InvalidRequest if there is none."""
        created = self.create_all(kind, gate)
        if not created:
            keys = " or ".join(key_variable(name) for name in self.names(kind))
            message = f"names no provider that is set up; set {keys}"
            raise InvalidSettings([FieldError(find_chain(kind).variable, message)])
        return created

    def create_reserves(self, kind: Kind, gate: CallGate) -> dict[ProviderId, Any]:
        """Return, by the identifier of each hosted provider, the same provider with the model that replaces its own."""
        reserves = {}
        for name in self.names(kind):
            account, offer = self.accounts.get(name), find_provider(name).offer(kind)
            if account is None or offer is None or not offer.reserve:
                continue
            chosen = account.options.get(offer.option, offer.default)
            other = offer.default if chosen != offer.default else offer.reserve
            cls = _load_class(offer)
            second = _WithOptions(account, {**account.options, offer.option: other})
            reserves[cls(account, gate).provider_id] = cls(second, gate)
        return reserves

    def create_aligners(self) -> list[Aligner]:
        from sutradhar.providers.alignment.pocketsphinx import PocketSphinx
        from sutradhar.providers.alignment.whisper import Whisper

        folder = self.whisper
        whisper = [self._share("whisper", lambda: Whisper(folder))] if folder else []
        return [*whisper, self._share("pocketsphinx", PocketSphinx)]

    def release_models(self) -> None:
        """Drop the models of offline providers that no thread uses now; they are loaded again when they are needed."""
        with self._lock:
            shared = list(self._shared.values())
        for one in shared:
            if isinstance(one, HoldsModel):
                one.release()

    def create_model_planners(self, gate: CallGate) -> list[Any]:
        """Return the planners that are language models: those can reword a prompt and translate, the offline one
        cannot."""
        hosted = [name for name in self.names("planner") if find_provider(name).is_hosted]
        return [planner for name in hosted if (planner := self._create("planner", name, gate))]

    def _check_names(self, names: Sequence[str]) -> None:
        hosted = [spec.name for spec in HOSTED]
        if unknown := [name for name in names if name not in hosted]:
            message = f"there is no {unknown[0]!r}; known are {', '.join(sorted(hosted))}"
            raise InvalidSettings([FieldError("PROVIDERS", message)])
        if missing := [name for name in names if name not in self.accounts]:
            raise InvalidSettings([FieldError("PROVIDERS", f"{missing[0]} needs {key_variable(missing[0])}")])

    def _has_ended(self, kind: Kind, name: str) -> bool:
        """Return whether the provider's default model was shut down without a replacement, so that every call fails."""
        offer = find_offer(name, kind)
        if not offer.default or offer.reserve or name not in self.accounts:
            return False
        is_default = offer.option not in self.accounts[name].options
        return is_default and model_table().has_ended(name, offer.default, self.today())

    def _create(self, kind: Kind, name: str, gate: CallGate) -> Any | None:
        hosted, offline = _names_by_place(kind)
        if name not in (*hosted, *offline):
            message = f"there is no {kind} {name!r}; known are {', '.join((*offline, *hosted))}"
            raise InvalidSettings([FieldError(find_chain(kind).variable, message)])
        spec, offer = find_provider(name), find_offer(name, kind)
        if not spec.is_hosted:
            return self._share((kind, name), _load_class(offer))
        account = self.accounts.get(name)
        if account is None:
            self._log_left_out(kind, name, spec.key_variable)
            return None
        if offer.required_option and not account.options.get(offer.required_option):
            self._log_left_out(kind, name, spec.option_variables[offer.required_option])
            return None
        return _load_class(offer)(account, gate)

    def _log_left_out(self, kind: Kind, name: str, variable: str) -> None:
        """Log once for each process that a provider is not used."""

        def log_once() -> bool:
            log("provider_left_out", provider=name, kind=kind, reason=f"{variable} is not set")
            return True

        self._share(("left out", kind, name), log_once)

    def _share(self, key: object, create: Callable[[], _T]) -> _T:
        with self._lock:  # two threads must not load a model each
            if key not in self._shared:
                self._shared[key] = create()
            shared: _T = self._shared[key]
            return shared


class ConfiguredChains:
    """A Chains. Each chain is built when it is first used; its calls pass ``gate``."""

    def __init__(self, registry: Registry, gate: CallGate) -> None:
        self._registry, self._gate = registry, gate

    def with_gate(self, gate: CallGate) -> "ConfiguredChains":
        return ConfiguredChains(self._registry, gate)

    @cached_property
    def planner(self) -> PlannerChain:
        planners: list[Planner] = self._registry.require_all("planner", self._gate)
        return PlannerChain(planners, no_fallbacks=self._no_fallbacks, reserves=self._reserves("planner"))

    @cached_property
    def translator(self) -> TranslatorChain:
        """Return a chain of the planners that translate. It may be empty: then a plan has to bring its translations."""
        planners = self._registry.create_model_planners(self._gate)
        if not planners:
            return TranslatorChain([])
        from sutradhar.providers.hosted.llm_translator import ModelTranslator

        reserves = {one: ModelTranslator(planner) for one, planner in self._reserves("planner").items()}
        translators = [ModelTranslator(planner) for planner in planners]
        return TranslatorChain(translators, no_fallbacks=self._no_fallbacks, reserves=reserves)

    @cached_property
    def narrator(self) -> NarratorChain:
        narrators: list[NarrationProvider] = self._registry.require_all("narrator", self._gate)
        return NarratorChain(
            narrators,
            no_fallbacks=self._no_fallbacks,
            reserves=self._reserves("narrator"),
            aligners=self._registry.create_aligners(),
            keeps_order="narrator" in self._registry.chains,
        )

    @cached_property
    def images(self) -> ImageChain:
        generators: list[ImageGenerator] = self._registry.require_all("image", self._gate)
        return ImageChain(
            generators, no_fallbacks=self._no_fallbacks, reserves=self._reserves("image"), reword=self._reword
        )

    @cached_property
    def clips(self) -> ClipChain:
        """Return a chain that may be empty: then scenes show their images."""
        generators: list[ClipProvider] = self._registry.create_all("clip", self._gate)
        return ClipChain(generators, no_fallbacks=self._no_fallbacks, reserves=self._reserves("clip"))

    @cached_property
    def footage(self) -> FootageChain:
        """Return a chain that may be empty: then images are drawn."""
        libraries: list[FootageProvider] = self._registry.create_all("footage", self._gate)
        return FootageChain(libraries, no_fallbacks=self._no_fallbacks)

    @cached_property
    def sounds(self) -> SoundEffectChain:
        """Return a chain that may be empty: then videos have no sound effects."""
        libraries: list[SoundEffectProvider] = self._registry.create_all("sound", self._gate)
        return SoundEffectChain(libraries, no_fallbacks=self._no_fallbacks)

    @cached_property
    def composer(self) -> ComposerChain:
        composers: list[Composer] = self._registry.require_all("composer", self._gate)
        return ComposerChain(composers, no_fallbacks=self._no_fallbacks)

    @property
    def _no_fallbacks(self) -> bool:
        return self._gate.no_fallbacks

    def _reserves(self, kind: Kind) -> dict[ProviderId, Any]:
        return self._registry.create_reserves(kind, self._gate)

    def _reword(self, prompt: str, reason: str) -> str | None:
        planners = self._registry.create_model_planners(self._gate)
        if not planners:
            return None
        reworded: str = planners[0].reword(prompt, reason)
        return reworded


@dataclass(frozen=True)
class _WithOptions:
    """The account of a provider with changed options."""

    account: ProviderAccount
    options: Mapping[str, str]

    @property
    def key(self) -> str:
        return self.account.key

    @property
    def base_url(self) -> str:
        return self.account.base_url

    @property
    def timeout_sec(self) -> float:
        return self.account.timeout_sec


def _names_by_place(kind: Kind) -> tuple[list[str], list[str]]:
    """Return the names of the hosted and of the offline providers of this kind, each in their order."""
    names = find_chain(kind).providers
    hosted = [name for name in names if find_provider(name).is_hosted]
    return hosted, [name for name in names if name not in hosted]


def _load_class(offer: Offer) -> Any:
    module, _, attribute = offer.class_path.partition(":")
    return getattr(import_module(module), attribute)
