"""Define the keys of the API's callers, and the cap on the cost of a caller's videos."""

from datetime import datetime
from typing import Literal

from sutradhar.domain.core.record import History, Record, keep_fields

Role = Literal["creator", "admin", "agent"]
"""A creator has their own jobs and uploads; an admin sees all. An agent works for a creator, whose jobs and uploads it
sees, and may neither spend money nor publish without an approval that a person gives."""


class ApiKey(Record):
    """A key of the API, or the account of an OIDC token, which counts as one and is stored nowhere.

    ``digest``: the SHA-256 of the secret. The secret itself is shown once and stored nowhere. Empty for an account.
    """

    history = History("API key", keep_fields)

    id: str
    name: str
    digest: str
    role: Role = "creator"
    daily_budget: int | None = None
    """The most that its jobs may pay to providers in a day (UTC), in millionths of a US dollar; None: no own cap."""
    works_for: str = ""
    """The id of the creator's key whose jobs and money the key of an agent works with; empty for every other key."""
    created_at: datetime | None = None
    """None: the key comes from the environment (API_KEY_ADMIN, API_KEY_CREATOR)."""

    def may_see(self, owner: str) -> bool:
        return self.role == "admin" or owner == self.id
