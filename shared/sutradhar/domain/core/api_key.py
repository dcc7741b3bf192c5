"""Who may call the API, and what their films may cost."""

from datetime import datetime
from typing import Literal

from sutradhar.domain.core.record import History, Record, keep_fields

Role = Literal["creator", "admin"]
"""A creator has their own jobs and uploads; an admin sees all."""


class ApiKey(Record):
    """``digest``: the SHA-256 of the secret, which is shown once and kept by nobody here."""

    history = History("API key", keep_fields)

    id: str
    name: str
    digest: str
    role: Role = "creator"
    daily_budget: int | None = None
    """What vendors may be paid for its jobs in a day (UTC), in millionths of a US dollar; None: no cap of its own."""
    created_at: datetime

    def may_see(self, owner: str) -> bool:
        return self.role == "admin" or owner == self.id
