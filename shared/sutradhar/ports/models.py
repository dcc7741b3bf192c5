"""The interface to facts about the providers' models that the configuration chooses."""

from collections.abc import Sequence
from typing import Protocol

from sutradhar.domain.billing.model_table import ModelState


class ModelDirectory(Protocol):
    def find_known_state(self, provider: str, model: str) -> ModelState:
        """Return the state of the model by our own table."""
        ...

    def look_up(self, provider: str, model: str) -> ModelState:
        """Ask the provider, free of charge and for at most two seconds; ``problem`` says why there is no answer."""
        ...

    def find_ended_voices(self) -> Sequence[ModelState]:
        """Return the voice models that were shut down, so that their providers are no longer asked to speak."""
        ...

    def advise(self, state: ModelState) -> str:
        """Return the setting to change if this model is gone or ends soon."""
        ...
