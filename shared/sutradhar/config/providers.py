"""The settings of providers, read by the table of providers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from sutradhar.config.environment import Part, read_part
from sutradhar.config.parts import Names, UserPath
from sutradhar.domain.core.errors import FieldError
from sutradhar.provider_table import CHAINS, PROVIDERS, ChainSpec, ProviderSpec


@dataclass(frozen=True, eq=False, repr=False)  # each feature takes time when a function starts
class ProviderTable:
    """The providers and chains whose settings are read."""

    providers: Sequence[ProviderSpec] = PROVIDERS
    chains: Sequence[ChainSpec] = CHAINS

    @property
    def hosted_providers(self) -> list[ProviderSpec]:
        """The providers that need an account."""
        return [spec for spec in self.providers if spec.is_hosted]

    def variables(self) -> Iterator[str]:
        """Yield the names of all variables that are read by this table."""
        for spec in self.hosted_providers:
            yield from connection_variables(spec).values()
            yield from spec.option_variables.values()
        yield from (chain.variable for chain in self.chains)


class ProviderConnection(Part):
    """The access of this user to one hosted provider."""

    key: str = Field(default="", repr=False)
    base_url: str = ""
    """Another URL of the provider's API; empty: its own."""
    timeout_sec: float = Field(default=120.0, ge=0, lt=1e9, allow_inf_nan=False)
    """The longest time of one call; 0 counts as the default."""
    max_calls_per_minute: int = Field(default=0, ge=0, le=100_000)
    """The most calls in a minute from all instances together; 0: any number."""
    options: Mapping[str, str] = {}
    """Names of models, voices and the like, where the user chose them."""


class ProviderSettings(Part):
    """The choice of providers for each kind of asset."""

    connections: Mapping[str, ProviderConnection] = {}
    """The hosted providers that have a key, by name."""
    order: Names = Field(default=(), validation_alias="PROVIDERS")
    """The only hosted providers to ask, in this order; empty: all that have a key."""
    chains: Mapping[str, tuple[str, ...]] = {}
    """The whole chain of a kind of asset, offline providers included, by its kind."""
    max_concurrent_calls: int = Field(default=8, ge=0, le=1000, validation_alias="MAX_CONCURRENT_CALLS")
    """The most calls at a time to each provider from all instances together; 0: any number."""
    whisper_model: UserPath | None = Field(default=None, validation_alias="WHISPER_MODEL")
    """The folder of a Whisper model in CTranslate2's format, which finds the words of voices that report no times;
    None: pocketsphinx finds English words."""


def connection_variables(spec: ProviderSpec) -> dict[str, str]:
    """Return the variable of each field of the provider's ProviderConnection, except its options."""
    fields = {name: f"{spec.prefix}{name.upper()}" for name in ("base_url", "timeout_sec", "max_calls_per_minute")}
    return {"key": spec.key_variable, **fields}


def read_connection(spec: ProviderSpec, env: Mapping[str, str], faults: list[FieldError]) -> ProviderConnection | None:
    """Return the access to one provider; None if it has no account. ``faults`` gets an error for each wrong value."""
    connection = read_part(ProviderConnection, env, faults, connection_variables(spec))
    options = {option: text for option, name in spec.option_variables.items() if (text := env.get(name, "").strip())}
    if not connection.key and not (spec.works_without_key and options.get("project")):
        return None
    usual = ProviderConnection.model_fields["timeout_sec"].default
    return connection.evolve(options=options, timeout_sec=connection.timeout_sec or usual)
