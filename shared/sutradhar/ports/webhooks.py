"""The port that sends a webhook to its receiver, which callers choose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Reply:
    """The receiver's answer, or why there is none."""

    status: int | None
    """The HTTP status; None: there was no answer."""
    problem: str = ""
    """A sentence about the missing answer."""
    text: str = ""
    """The beginning of the answer's body."""

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class WebhookSender(Protocol):
    allow_loopback: bool
    """Receivers on this machine are allowed: a setting for development."""

    def send(self, webhook_id: str, url: str, body: str, secrets: Sequence[str], at: datetime) -> Reply:
        """Send ``body``, signed by each of ``secrets`` at the time ``at`` (UTC), and return the answer, also if the
        receiver refuses, is slow or does not exist. Only hosts with public addresses are connected to."""
        ...
