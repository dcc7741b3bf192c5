"""Report the state of the configured models by our own table and by the providers' answers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import import_module

from sutradhar.domain.billing.model_table import ChosenModel, ModelState, ModelTable
from sutradhar.domain.billing.price import PriceTable
from sutradhar.domain.core.errors import FieldError, InvalidSettings, ProviderError
from sutradhar.provider_table import CHAINS, ChainSpec, Offer, ProviderSpec, find_offer, find_provider
from sutradhar.providers.hosted.googletts.voices import VOICE, VOICES, find_language, voice_option
from sutradhar.providers.registry import Registry


@dataclass(frozen=True)
class Models:
    """A ModelDirectory."""

    registry: Registry
    table: ModelTable
    today: Callable[[], date]

    def list_chosen(self) -> list[ChosenModel]:
        """Return the models of all usable providers, in the order of their chains.

        Raise InvalidRequest for a voice that cannot be used.
        """
        chosen: list[ChosenModel] = []
        for chain in CHAINS:
            for name in self.registry.names(chain.kind):
                if name in self.registry.accounts:
                    chosen += self._find_models(chain, find_provider(name))
        return chosen

    def _find_models(self, chain: ChainSpec, provider: ProviderSpec) -> Iterator[ChosenModel]:
        offer = find_offer(provider.name, chain.kind)
        if offer.models_are_voices:
            yield from self._find_voices(chain, provider, offer)
        elif offer.default:
            model = self.registry.accounts[provider.name].options.get(offer.option, offer.default)
            yield ChosenModel(
                kind=chain.kind,
                provider=provider.name,
                model=model,
                priced_as=model,
                units=tuple(offer.units),
                variable=provider.model_variable(offer),
                chain=chain.variable,
            )

    def _find_voices(self, chain: ChainSpec, provider: ProviderSpec, offer: Offer) -> Iterator[ChosenModel]:
        options, variables = self.registry.accounts[provider.name].options, provider.option_variables
        for (language, voice), default in VOICES.items():
            option = voice_option(language, voice)
            if option not in variables:
                continue  # a plan chooses the voices of the other languages
            model = options.get(option, default)
            family = VOICE.fullmatch(model)
            if family is None or find_language(model) != language:
                why = f"must be a Neural2, Wavenet or Standard voice of that language, like {default} (got {model})"
                raise InvalidSettings([FieldError(variables[option], why)])
            yield ChosenModel(
                kind=chain.kind,
                provider=provider.name,
                model=model,
                priced_as=family[2].lower(),
                units=tuple(offer.units),
                variable=variables[option],
                chain=chain.variable,
            )

    def refuse_unpriced(self, prices: PriceTable) -> None:
        """Raise InvalidRequest that names the settings to change if a chosen model has no price."""
        errors = []
        for one in self.list_chosen():
            missing = prices.find_unpriced_units(one.provider, one.priced_as, one.units)
            if missing:
                per = "1K" if missing == ["characters"] else "1M" if "tokens" in missing[0] else "1"
                setting = ",".join(f"{unit}=USD/{per}" for unit in missing)
                others = ", ".join(self._find_lasting(one, prices)) or "none of this provider"
                why = (
                    f"no price is known for {one.provider}'s {one.priced_as}, so it is not asked: set"
                    f" MODEL_PRICES={one.provider}/{one.priced_as}:{setting} with your own price, or choose a model"
                    f" that has a price ({others})"
                )
                errors.append(FieldError(one.variable or "PRICE_TABLE", why))
        if errors:
            raise InvalidSettings(errors)

    def _find_lasting(self, one: ChosenModel, prices: PriceTable) -> list[str]:
        """Return the models that have a price and do not end soon."""
        models, today = prices.find_priced_models(one.provider, one.units), self.today()
        return [model for model in models if self.find_known_state(one.provider, model).days_left(today) is None]

    def find_known_state(self, provider: str, model: str) -> ModelState:
        entry = self.table.find(provider, model)
        state = ModelState(provider=provider, model=model)
        return state.evolve(shuts_down=entry.shuts_down, successor=entry.successor) if entry else state

    def look_up(self, provider: str, model: str) -> ModelState:
        known, chosen = self.find_known_state(provider, model), self._find(provider, model)
        if chosen is None or not find_offer(provider, chosen.kind).lists_models:
            return known
        try:
            find_model = import_module(find_provider(provider).client).find_model
            exists, shuts_down = find_model(self.registry.accounts[provider], model)
        except ProviderError as exc:
            return known.evolve(problem=str(exc))
        return known.evolve(exists=exists, shuts_down=shuts_down or known.shuts_down)

    def find_ended_voices(self) -> list[ModelState]:
        names = self.registry.find_ended("narrator")
        return [self.find_known_state(name, find_offer(name, "narrator").default) for name in names]

    def advise(self, state: ModelState) -> str:
        chosen = self._find(state.provider, state.model)
        return chosen.advise(state.successor) if chosen else "name another model (docs/providers.md)"

    def _find(self, provider: str, model: str) -> ChosenModel | None:
        return next((one for one in self.list_chosen() if (one.provider, one.model) == (provider, model)), None)
