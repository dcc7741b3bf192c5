"""The settings that all adapters of hosted providers need."""

from collections.abc import Mapping
from typing import Protocol

CHECK_SEC = 2.0
"""The longest that the check of a key may take."""


class ProviderAccount(Protocol):
    """The user's account at a provider, and how the provider is reached."""

    @property
    def key(self) -> str: ...

    @property
    def base_url(self) -> str:
        """Return the URL of the API; empty: the provider's own."""

    @property
    def options(self) -> Mapping[str, str]:
        """Return the names of models, voices and the like that the user chose."""

    @property
    def timeout_sec(self) -> float:
        """Return the longest that one call may take; the lease of the asset lasts longer."""
