"""Report the state of the configured models by our own table and by the providers' answers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import get_args

from sutradhar.domain.billing.model_table import ChosenModel, ModelState, ModelTable
from sutradhar.domain.billing.price import PriceTable
from sutradhar.domain.core.errors import FieldError, InvalidSettings, ProviderError
from sutradhar.providers.catalog import OFFERS, Kind, offer
from sutradhar.providers.hosted.googletts.voices import VOICE, VOICES, voice_option
from sutradhar.providers.registry import VARIABLES, Registry

_UNLISTED = (("elevenlabs", "sound"), ("elevenlabs", "composer"))
"""Models that are missing from their provider's list although they work."""


@dataclass(frozen=True)
class Models:
    """A ModelDirectory."""

    registry: Registry
    table: ModelTable
    today: Callable[[], date]

    def chosen(self) -> list[ChosenModel]:
        """Return the models of all usable providers, in the order of their chains.

        Raise InvalidRequest for a voice that cannot be used.
        """
        found: list[ChosenModel] = []
        for kind in get_args(Kind):
            for name in self.registry.names(kind):
                if name in self.registry.vendors:
                    found += self._find_models(kind, name)
        return found

    def _find_models(self, kind: Kind, name: str) -> Iterator[ChosenModel]:
        options, chain = self.registry.vendors[name].options, VARIABLES[kind]
        if name == "googletts":
            for (language, voice), usual in VOICES.items():
                option = voice_option(language, voice)
                variable, model = f"GOOGLETTS_{option.upper()}", options.get(option, usual)
                family = VOICE.fullmatch(model)
                if family is None or family[1] != language:
                    why = f"must be a Neural2, Wavenet or Standard voice of that language, like {usual} (got {model})"
                    raise InvalidSettings([FieldError(variable, why)])
                yield ChosenModel(
                    kind=kind,
                    provider=name,
                    model=model,
                    priced_as=family[2].lower(),
                    units=("characters",),
                    variable=variable,
                    chain=chain,
                )
        for one in OFFERS:
            if (one.provider, one.kind) == (name, kind):
                model = options.get(one.option, one.default)
                yield ChosenModel(
                    kind=kind,
                    provider=name,
                    model=model,
                    priced_as=model,
                    units=tuple(one.units),
                    variable=one.variable,
                    chain=chain,
                )

    def refuse_unpriced(self, prices: PriceTable) -> None:
        """Raise InvalidRequest that names the settings to change if a chosen model has no price."""
        wrong = []
        for one in self.chosen():
            missing = prices.missing(one.provider, one.priced_as, one.units)
            if missing:
                per = "1K" if missing == ["characters"] else "1M" if "tokens" in missing[0] else "1"
                setting = ",".join(f"{unit}=USD/{per}" for unit in missing)
                others = ", ".join(self._find_lasting(one, prices)) or "none of this provider"
                why = (
                    f"no price is known for {one.provider}'s {one.priced_as}, so it is not asked: set"
                    f" MODEL_PRICES={one.provider}/{one.priced_as}:{setting} with your own price, or choose a model"
                    f" that has a price ({others})"
                )
                wrong.append(FieldError(one.variable or "PRICE_TABLE", why))
        if wrong:
            raise InvalidSettings(wrong)

    def _find_lasting(self, one: ChosenModel, prices: PriceTable) -> list[str]:
        """Return the models that have a price and do not end soon."""
        priced = prices.priced(one.provider, one.units)
        return [model for model in priced if self.known(one.provider, model).days_left(self.today()) is None]

    def known(self, provider: str, model: str) -> ModelState:
        found = self.table.find(provider, model)
        state = ModelState(provider=provider, model=model)
        return state.evolve(shuts_down=found.shuts_down, successor=found.successor) if found else state

    def look_up(self, provider: str, model: str) -> ModelState:
        known, chosen = self.known(provider, model), self._find(provider, model)
        if chosen is None or (provider, chosen.kind) in _UNLISTED:
            return known
        try:
            find = import_module(f"sutradhar.providers.hosted.{provider}.client").find_model
            exists, shuts_down = find(self.registry.vendors[provider], model)
        except ProviderError as exc:
            return known.evolve(problem=str(exc))
        return known.evolve(exists=exists, shuts_down=shuts_down or known.shuts_down)

    def find_ended_voices(self) -> list[ModelState]:
        return [self.known(name, offer(name, "narrator").default) for name in self.registry.find_ended("narrator")]

    def advise(self, state: ModelState) -> str:
        chosen = self._find(state.provider, state.model)
        return chosen.advise(state.successor) if chosen else "name another model (docs/providers.md)"

    def _find(self, provider: str, model: str) -> ChosenModel | None:
        return next((one for one in self.chosen() if (one.provider, one.model) == (provider, model)), None)
