"""Define the keys of the API's callers, and the cap on the cost of a caller's videos."""

from datetime import datetime
from typing import Literal

from sutradhar.domain.core.record import History, Record, keep_fields

Role = Literal["creator", "admin"]
"""A creator has their own jobs and uploads; an admin sees all."""


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
    created_at: datetime | None = None
    """None: the key comes from the environment (API_KEY_ADMIN, API_KEY_CREATOR)."""

    def may_see(self, owner: str) -> bool:
        return self.role == "admin" or owner == self.id
