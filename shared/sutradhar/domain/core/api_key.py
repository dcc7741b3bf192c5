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
    agent_id: str = ""
    """The id of the agent's own key, in the key that its calls count as (``act_for``); it is never stored."""
    created_at: datetime | None = None
    """None: the key comes from the environment (API_KEY_ADMIN, API_KEY_CREATOR)."""

    def act_for(self, owner: "ApiKey") -> "ApiKey":
        """Return the key that the call of this agent's key counts as: it has the id and the budget of ``owner``."""
        return owner.evolve(role="agent", name=self.name, digest=self.digest, works_for=owner.id, agent_id=self.id)

    def may_see(self, owner: str) -> bool:
        return self.role == "admin" or owner == self.id
