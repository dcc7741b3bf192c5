"""Share the jobs that batches may have in progress evenly between the batches that want more.

The places are given one by one to the batch with the fewest rows in progress and, among equals, to the one that has
waited longest. So a batch that comes later gets places as soon as rows of the others end, and every batch gets its turn
even if there are more batches than places.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.record import History, Record, keep_fields

_SILENT = timedelta(minutes=15)
"""A batch that has said nothing for so long, because its worker fails again and again, keeps no place free any more."""


class Share(Frozen):
    """The rows of one batch that are in progress, and those that it would start if it could."""

    running: int = 0
    queued: int = 0
    last_turn: int = 0
    """The number of the last place that it was given; the lower, the longer it has waited."""
    at: datetime
    """The time at which it said so."""


class RowShares(Record):
    """The shares of all batches in progress."""

    history = History("row shares", keep_fields)

    shares: Mapping[str, Share] = {}
    turn: int = 0
    """The number of places that were ever given."""

    def drop(self, batch_id: str) -> "RowShares":
        """Return the shares without those of a batch that has ended."""
        return self.evolve(shares={name: share for name, share in self.shares.items() if name != batch_id})


class Claim(Frozen):
    """The answer to a batch that wants to start rows."""

    shares: RowShares
    granted: int
    """The rows that it may start now; they count as in progress already."""
    others: tuple[str, ...]
    """The batches for which places are free; each has to be told, since it may have asked when there was none."""


def claim_places(before: RowShares, batch_id: str, running: int, queued: int, limit: int, now: datetime) -> Claim:
    """Give places to a batch with so many rows in progress and rows to start. ``limit``: the rows of all batches that
    may be in progress at a time."""
    known = before.shares.get(batch_id)
    mine = Share(running=running, queued=queued, last_turn=known.last_turn if known else 0, at=now)
    shares = {**before.shares, batch_id: mine}
    turn, free = before.turn, limit - sum(share.running for share in shares.values())
    reserved = dict(shares)  # what the others would start; they claim it themselves
    granted, others = 0, list[str]()
    while free > 0:
        wanting = [name for name, share in reserved.items() if share.queued and now - share.at < _SILENT]
        if not wanting:
            break
        first = min(wanting, key=lambda name: (reserved[name].running, reserved[name].last_turn, name))
        turn, free = turn + 1, free - 1
        share = reserved[first]
        reserved[first] = share.evolve(running=share.running + 1, queued=share.queued - 1, last_turn=turn)
        if first == batch_id:
            granted += 1
        elif first not in others:
            others.append(first)
    shares[batch_id] = reserved[batch_id]
    if not queued and not running:
        del shares[batch_id]
    return Claim(shares=RowShares(shares=shares, turn=turn), granted=granted, others=tuple(others))
