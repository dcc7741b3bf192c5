"""What is known of the vendors' models that the configuration asks for."""

from typing import Protocol

from sutradhar.domain.model_table import ModelState


class ModelDirectory(Protocol):
    def known(self, provider: str, model: str) -> ModelState:
        """Return what our own table says of it."""
        ...

    def look_up(self, provider: str, model: str) -> ModelState:
        """Ask the vendor, for nothing and for two seconds at most; what it does not say is in ``problem``."""
        ...

    def advise(self, state: ModelState) -> str:
        """Say what to set where this model is gone or ends soon."""
        ...
