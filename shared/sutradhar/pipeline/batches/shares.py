"""Hold the rows of all batches that are in progress to BATCH_ACTIVE_JOBS, over all instances."""

from sutradhar.domain.jobs.messages import AdvanceBatch
from sutradhar.domain.jobs.row_shares import Claim, RowShares, claim_places
from sutradhar.pipeline.batches.store import BATCHES
from sutradhar.pipeline.services import Services
from sutradhar.ports.records import Values

_RECORD = "batches/shares"


def take_places(services: Services, batch_id: str, running: int, queued: int) -> int:
    """Note the rows of a batch that are in progress and those that it would start, and return how many of these it may
    start now. The batches for which places are free are told.

    The caller holds the lease of the batch; a repeat counts nothing twice, since ``running`` replaces what was noted.
    """
    claims: list[Claim] = []

    def claim(values: Values) -> Values:
        now = services.clock.now()
        claims[:] = [claim_places(_parse(values), batch_id, running, queued, services.batch_active_jobs, now)]
        return {_RECORD: claims[0].shares.to_record()}

    services.records.update([_RECORD], claim)
    services.send([AdvanceBatch(batch_id=other) for other in claims[0].others])
    return claims[0].granted


def drop_lost_shares(services: Services) -> None:
    """Free the places of batches that were deleted."""
    known = _parse(services.records.read([_RECORD])).shares
    lost = known.keys() - services.documents.get_many(BATCHES, list(known)).keys() if known else set[str]()

    def drop(values: Values) -> Values:
        shares = _parse(values)
        for batch_id in lost:
            shares = shares.drop(batch_id)
        return {_RECORD: shares.to_record()}

    if lost:
        services.records.update([_RECORD], drop)
        services.send([AdvanceBatch(batch_id=batch_id) for batch_id in known if batch_id not in lost])


def _parse(values: Values) -> RowShares:
    return RowShares.from_record(values[_RECORD]) if values.get(_RECORD) else RowShares()
