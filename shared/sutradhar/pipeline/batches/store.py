"""Keep the records of batches and of their rows."""

from sutradhar.domain.jobs.batch import Batch, BatchRows
from sutradhar.ports.documents import Facts, Kind


def _describe_batch(batch: Batch) -> Facts:
    return Facts(id=batch.id, owner=batch.owner, created_at=batch.created_at, state=batch.state, due_at=batch.due_at)


def _describe_rows(rows: BatchRows) -> Facts:
    return Facts(id=rows.id, owner=rows.owner, created_at=rows.created_at, state=rows.batch_id)


BATCHES = Kind("batch", Batch, _describe_batch)
BATCH_ROWS = Kind("batch_rows", BatchRows, _describe_rows)


def name_plans(batch_id: str) -> str:
    """Return the name of the blob with the plans of a batch, one JSON object a line."""
    return f"batches/{batch_id}/plans.jsonl"


def name_rows(batch_id: str, number: int) -> str:
    """Return the id of the record with the state of row ``number``, counted from 1."""
    return f"{batch_id}-{(number - 1) // 100:02d}"


def list_rows_ids(batch: Batch) -> list[str]:
    """Return the ids of the records with the states of all rows of ``batch``."""
    return [name_rows(batch.id, first) for first in range(1, batch.rows + 1, 100)]
