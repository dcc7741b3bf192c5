"""Settings under other names: old names of ours, which work until the next version, and names of other systems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sutradhar.config.providers import ProviderTable
from sutradhar.domain.core.errors import FieldError

_NAMES_ELSEWHERE: Mapping[str, str] = {
    "API_PORT": "PORT",
    "BACKEND_PUBLIC_URL": "PUBLIC_URL",
    "DAILY_BUDGET_LIMIT": "DAILY_BUDGET_USD",
    "FRONTEND_PUBLIC_URL": "CORS_ORIGINS",
    "GCS_BUCKET": "ASSET_BUCKET",
    "GCS_BUCKET_NAME": "ASSET_BUCKET",
    "WORKER_CONCURRENCY": "ASSET_WORKERS",
}
"""Our names of settings that mean the same in systems which ours replaces. Our own name wins if both are set."""


@dataclass(frozen=True, eq=False, repr=False)  # each feature takes time when a function starts
class RenamedSetting:
    """A variable that is set under another name."""

    old: str
    new: str
    is_read: bool = True
    """False: the variable ``new`` is set too, to another value, and wins."""

    def __str__(self) -> str:
        if not self.is_read:
            return f"{self.old} is not read, since {self.new}, its name here, is set"
        if self.old in _NAMES_ELSEWHERE:
            return f"{self.old} is read as {self.new}, its name here"
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


def list_other_names(table: ProviderTable | None = None) -> frozenset[str]:
    """Return all names of variables that are read as other ones."""
    return frozenset((*find_new_names(table), *_NAMES_ELSEWHERE))


def rename_variables(
    env: Mapping[str, str], table: ProviderTable, faults: list[FieldError]
) -> tuple[dict[str, str], Sequence[RenamedSetting]]:
    """Return ``env`` with new names in place of old ones, and the renamed settings that were set.

    ``faults`` gets an error for each setting whose old and new name have different values.
    """
    changed = dict(env)
    renamed = []
    for old, new in (*find_new_names(table).items(), *_NAMES_ELSEWHERE.items()):
        text, other = changed.pop(old, "").strip(), changed.get(new, "").strip()
        if not text:
            continue
        if other and other != text:
            if old in _NAMES_ELSEWHERE:
                renamed.append(RenamedSetting(old, new, is_read=False))
            else:
                message = f"is {other!r}, but its old name {old} is set to {text!r}; remove {old}"
                faults.append(FieldError(new, message))
            continue
        changed[new] = text
        renamed.append(RenamedSetting(old, new))
    return changed, renamed
