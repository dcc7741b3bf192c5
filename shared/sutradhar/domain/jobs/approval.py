"""Define an approval: what an agent asks for and only a person may allow, because it spends money or publishes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from sutradhar.domain.core.record import History, Record, keep_fields

ApprovalAction = Literal["render", "publish"]
ApprovalState = Literal["waiting", "granted", "refused", "expired"]
APPROVAL_LIFE = timedelta(days=2)
"""The time in which a person may answer."""
MAX_WAITING = 20
"""The most approvals of one key that wait at a time: an agent that loops is stopped there."""


class Approval(Record):
    """One question of an agent to the people whose key it works with."""

    history = History("approval", keep_fields)

    id: str
    owner: str = ""
    """The API key whose jobs and money it is about."""
    owner_cap_micros: int | None = None
    """The daily budget of that key when the agent asked, in millionths of a US dollar; None: no cap."""
    agent: str = ""
    """The API key of the agent; empty: an agent of this machine."""
    action: ApprovalAction
    job_id: str = ""
    """The job that is published, or the one that was made after the approval."""
    publication_id: str = ""
    """The publication that was made after the approval."""
    request: Mapping[str, Any]
    """The plan, or the words of the publication, exactly as the approval allows them."""
    base_url: str = ""
    """The URL of the API as the agent reaches it; the URLs in webhooks begin with it."""
    earlier_publications: tuple[str, ...] = ()
    """The publications that the job had when the agent asked."""
    summary: str
    """One sentence for the person: what will be made or published, and where."""
    expected_micros: int = 0
    max_micros: int = 0
    """The cost in millionths of a US dollar."""
    state: ApprovalState = "waiting"
    answered_by: str = ""
    answer_note: str = ""
    created_at: datetime
    answered_at: datetime | None = None
    expires_at: datetime

    @property
    def needs_completion(self) -> bool:
        """True if it is granted and what it allows was not ordered yet."""
        has_outcome = self.job_id if self.action == "render" else self.publication_id
        return self.state == "granted" and not has_outcome
