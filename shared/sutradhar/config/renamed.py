"""Settings that have a new name. The old name works until the next version, with a notice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sutradhar.config.providers import ProviderTable
from sutradhar.domain.core.errors import FieldError


@dataclass(frozen=True, eq=False, repr=False)  # each feature takes time when a function starts
class RenamedSetting:
    """A variable that is set under its old name."""

    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.old} is now called {self.new}; the old name works until the next version"


def find_new_names(table: ProviderTable | None = None) -> Mapping[str, str]:
    """Return the new name of each renamed variable by its old name."""
    table = table or ProviderTable()
    rates = {f"{spec.prefix}CALLS_A_MINUTE": f"{spec.prefix}MAX_CALLS_PER_MINUTE" for spec in table.hosted_providers}
    return {
        "MAKERS": "ASSET_WORKERS",
        "CALLS_AT_ONCE": "MAX_CONCURRENT_CALLS",
        "PRICES": "PRICE_TABLE",
        "ELEVENLABS_MODEL": "ELEVENLABS_VOICE_MODEL",
        **rates,
    }


def rename_variables(
    env: Mapping[str, str], table: ProviderTable, faults: list[FieldError]
) -> tuple[dict[str, str], Sequence[RenamedSetting]]:
    """Return ``env`` with new names in place of old ones, and the renamed settings that were set.

    ``faults`` gets an error for each setting whose old and new name have different values.
    """
    changed = dict(env)
    renamed = []
    for old, new in find_new_names(table).items():
        text, other = changed.pop(old, "").strip(), env.get(new, "").strip()
        if not text:
            continue
        if other and other != text:
            message = f"is {other!r}, but its old name {old} is set to {text!r}; remove {old}"
            faults.append(FieldError(new, message))
            continue
        changed[new] = text
        renamed.append(RenamedSetting(old, new))
    return changed, renamed
