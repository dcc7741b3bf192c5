"""The table of providers' models that end: the day on which each is shut down, and the model that follows it."""

from datetime import date

from sutradhar.domain.billing.provider_id import Kind
from sutradhar.domain.core.base import Frozen

WARN_DAYS = 60
"""Days before the end of a model from which it is reported."""


class ModelEnd(Frozen):
    """One model of a provider, as ``source`` described it on the day ``as_of``."""

    provider: str
    model: str
    shuts_down: date | None = None
    """The first day without the model; None: no end is announced."""
    successor: str = ""
    """The model that the provider names as the successor."""
    source: str
    as_of: date


class ModelTable(Frozen):
    models: tuple[ModelEnd, ...] = ()

    def find(self, provider: str, model: str) -> ModelEnd | None:
        for one in self.models:
            if (one.provider, one.model) == (provider, model):
                return one
        return None

    def has_ended(self, provider: str, model: str, today: date) -> bool:
        entry = self.find(provider, model)
        return bool(entry and entry.shuts_down and entry.shuts_down <= today)


class ChosenModel(Frozen):
    """A model that the configuration chooses for assets of one kind."""

    kind: Kind
    provider: str
    model: str
    priced_as: str
    """Name of the model in the price table: a voice has the price of its family."""
    units: tuple[str, ...]
    variable: str
    """The environment variable that chooses another model; empty: no variable does."""
    chain: str
    """The environment variable that names the providers of this kind."""

    def advise(self, successor: str) -> str:
        """Return the setting to change if this model is gone or ends soon."""
        if self.variable and successor:
            return f"set {self.variable}={successor}"
        return f"name other providers in {self.chain} (docs/providers.md)"


class ModelState(Frozen):
    """Today's knowledge about one model."""

    provider: str
    model: str
    exists: bool | None = None
    """True if the provider has the model; None: the provider did not say."""
    shuts_down: date | None = None
    successor: str = ""
    problem: str = ""
    """The reason why the provider did not say."""

    def is_gone(self, today: date) -> bool:
        return self.exists is False or bool(self.shuts_down and self.shuts_down <= today)

    def days_left(self, today: date) -> int | None:
        """Return the days until the model's end if that is near, else None."""
        left = (self.shuts_down - today).days if self.shuts_down else None
        return left if left is not None and left <= WARN_DAYS else None

    def describe(self, today: date) -> str:
        """Return one sentence about the model."""
        if self.shuts_down and self.shuts_down <= today:
            return f"{self.model} was shut down on {self.shuts_down.isoformat()}"
        if self.exists is False:
            return f"{self.provider} has no model {self.model} for this account"
        if (left := self.days_left(today)) is not None and self.shuts_down:
            return f"{self.model} WILL BE SHUT DOWN on {self.shuts_down.isoformat()}, in {left} days"
        if self.problem:
            return f"{self.model}: {self.provider} did not say whether it still has this model ({self.problem})"
        if self.exists is None:
            return f"{self.model}: {self.provider} has no list of its models to check"
        return f"{self.model} is served" + (f" until {self.shuts_down.isoformat()}" if self.shuts_down else "")
