"""The events that webhooks report, and their deliveries.

A delivery is stored before it is sent. Its state tells what to do with it, and ``due_at`` when, so each process that
reads it can go on.
"""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.core.utc_time import format_utc

DeliveryState = Literal["pending", "delivered", "parked"]
"""``parked``: it was given up after a day, or the receiver asked for no more; only a caller's retry sends it again."""

RETRY_FOR = timedelta(days=1)
KEEP = timedelta(days=30)
CLAIM = timedelta(minutes=2)
"""The time that a sender has for one attempt. If its process is killed, another one may send after it."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=4)
_GONE = 410


class Webhook(Frozen):
    """The receiver of a job's events, and the URL of the API as the caller reaches it, with which the URLs in events
    begin; empty: the job comes from the terminal."""

    url: str
    base_url: str = ""


class Delivery(Record):
    """One event for one receiver."""

    history = History("webhook delivery", keep_fields)

    id: str
    """It is also the ``webhook-id``, by which a receiver recognises a repeat."""
    owner: str
    subject: str
    """The id of the job that the event is about."""
    type: str
    """``render.succeeded``, and so on."""
    url: str
    body: str
    """The text that is sent and signed, the same with every attempt."""
    state: DeliveryState = "pending"
    due_at: datetime | None = None
    """The time of the next attempt; None: there is none. During an attempt, the time at which its sender is given
    up."""
    retry_until: datetime
    attempts: int = 0
    last_attempt_at: datetime | None = None
    last_status: int | None = None
    last_problem: str = ""
    """The reason for the failure of the last attempt, in a sentence; empty: it did not fail, or there was none."""
    last_reply: str = ""
    """The beginning of the receiver's last answer."""
    delivered_at: datetime | None = None
    created_at: datetime

    @classmethod
    def new(
        cls, delivery_id: str, *, owner: str, subject: str, event: str, url: str, body: str, now: datetime
    ) -> "Delivery":
        """Return a delivery that is due now."""
        return cls(
            id=delivery_id,
            owner=owner,
            subject=subject,
            type=event,
            url=url,
            body=body,
            due_at=now,
            retry_until=now + RETRY_FOR,
            created_at=now,
        )

    def claim(self, now: datetime) -> "Delivery":
        """Begin an attempt.

        Raises:
            NotDue: it is not due, has ended, or another process is sending it.
        """
        if self.state != "pending" or self.due_at is None or self.due_at > now:
            raise NotDue
        return self.evolve(attempts=self.attempts + 1, last_attempt_at=now, due_at=now + CLAIM)

    def succeed(self, status: int, reply: str, now: datetime) -> "Delivery":
        """Record that the receiver accepted it."""
        return self.evolve(
            state="delivered", due_at=None, delivered_at=now, last_status=status, last_problem="", last_reply=reply
        )

    def fail(self, attempt: int, status: int | None, problem: str, reply: str, now: datetime) -> "Delivery":
        """Record that the attempt with the number ``attempt`` failed, and when the next one is due."""
        if self.state != "pending" or self.attempts != attempt:
            return self  # a later attempt has begun, or succeeded
        failed = self.evolve(last_status=status, last_problem=problem, last_reply=reply)
        if status == _GONE or now >= self.retry_until:
            return failed.evolve(state="parked", due_at=None)
        return failed.evolve(due_at=min(now + choose_pause(attempt), self.retry_until))

    def retry(self, now: datetime) -> "Delivery":
        """Make it due now, for another day."""
        return self.evolve(state="pending", due_at=now, retry_until=now + RETRY_FOR, delivered_at=None)


class NotDue(Conflict):
    """This delivery is not due."""


def choose_pause(attempts: int) -> timedelta:
    """Return the pause after so many attempts: about 30 s, 90 s, 4.5 min, 13 min, 40 min, 2 h, then 4 h, changed by up
    to 20 % at random, so that a receiver that comes back does not get all at the same moment."""
    pause = min(_FIRST_PAUSE * int(3 ** min(attempts - 1, 9)), _LONGEST_PAUSE)
    return pause * random.uniform(0.8, 1.2)


class SigningSecret(Record):
    """The secret by which an owner's webhooks are signed.

    ``secret``: as Standard Webhooks writes it, ``whsec_`` and standard base64. The store keeps it in plain text, since
    a signature needs it.
    """

    history = History("webhook secret", keep_fields)

    owner: str
    secret: str
    previous: str | None = None
    """The secret before the last rotation, which signs as well until ``previous_until``."""
    previous_until: datetime | None = None
    created_at: datetime

    def list_valid(self, now: datetime) -> list[str]:
        """Return the secrets that sign now, the newest first."""
        is_valid = self.previous and self.previous_until and now < self.previous_until
        return [self.secret, self.previous] if is_valid and self.previous else [self.secret]


def format_event(event: str, at: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of an event as Standard Webhooks lays it out."""
    return {"type": event, "timestamp": format_utc(at), "data": data}
