"""Define an entry of the audit log: one sensitive act, who did it, and from where."""

from collections.abc import Mapping
from datetime import datetime

from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.core.utc_time import format_utc


class AuditEntry(Record):
    """One act. It holds no secrets."""

    history = History("audit entry", keep_fields)

    id: str
    at: datetime
    action: str
    """The name of the view that did it, such as ``create_render``, or ``end_render``, ``check_upload``, ``refuse_key``,
    ``limit_reached`` and ``quota_refused``. Commands of the terminal use the same names."""
    actor: str = ""
    """The id of the API key or of the account of a token, or ``terminal``; empty: a caller without a key."""
    address: str = ""
    job_id: str = ""
    request_id: str = ""
    facts: Mapping[str, str | int | float] = {}
    """More about the act: the topic, the cost in US dollars, the state."""

    @property
    def day(self) -> str:
        """The day (UTC) as in the name of the file: 20261127."""
        return f"{self.at:%Y%m%d}"

    def to_line(self) -> Mapping[str, object]:
        """Return the fields of the line in the file, without the empty ones."""
        known = {
            "time": format_utc(self.at),
            "id": self.id,
            "action": self.action,
            "actor": self.actor,
            "address": self.address,
            "job_id": self.job_id,
            "request_id": self.request_id,
        }
        return {name: text for name, text in known.items() if text} | dict(self.facts)
