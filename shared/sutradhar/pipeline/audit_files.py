"""Write the entries of the audit log into one file a day: ``audit/audit-YYYYMMDD.jsonl`` in the blob store.

A file is always written whole, from all entries of its day, so a repeat or a second sweep writes no line twice.
"""

from datetime import UTC, date, datetime, timedelta

from sutradhar.domain.core.audit import AuditEntry
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.pipeline.audit import AUDIT
from sutradhar.pipeline.services import Services
from sutradhar.telemetry import format_line

EVERY = timedelta(hours=1)
"""The time between two writes of the file of the present day."""
_LATE = timedelta(minutes=15)
"""An entry is stored this long after its time at the latest."""
_FIRST = timedelta(days=30)
"""The days before the first sweep that may have entries."""
_NAME = "audit/files"
_PAGE = 500


class AuditFiles(Record):
    """The files that are written."""

    history = History("list of audit files", keep_fields)

    done_through: date
    """The files of this day and of all days before it are complete."""
    written_at: datetime
    """The time of the last write of the file of the day that was the present one."""


def write_audit_files(services: Services) -> None:
    """Complete the files of the days that are over, and once an hour write the file of the present day."""
    now = services.clock.now()
    stored = services.records.read([_NAME]).get(_NAME)
    files = (
        AuditFiles.from_record(stored)
        if stored
        else AuditFiles(done_through=(now - _FIRST).date(), written_at=datetime.min.replace(tzinfo=UTC))
    )
    day, last_over = files.done_through + timedelta(days=1), (now - _LATE).date() - timedelta(days=1)
    is_due = now - files.written_at >= EVERY
    if day > last_over and not is_due:
        return
    while day <= last_over:
        _write_day(services, f"{day:%Y%m%d}")
        day += timedelta(days=1)
    if is_due:
        _write_day(services, f"{now:%Y%m%d}")
    after = AuditFiles(done_through=day - timedelta(days=1), written_at=now if is_due else files.written_at)
    services.records.update([_NAME], lambda _stored: {_NAME: after.to_record()})


def _write_day(services: Services, day: str) -> None:
    if entries := _list_entries(services, day):
        lines = [format_line(entry.to_line()) + "\n" for entry in sorted(entries, key=lambda one: (one.at, one.id))]
        services.blobs.put(f"audit/audit-{day}.jsonl", "".join(lines).encode())


def _list_entries(services: Services, day: str) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    after: str | None = None
    while True:
        page = services.documents.list(AUDIT, state=day, limit=_PAGE, after=after)
        entries.extend(page.records)
        if (after := page.after) is None:
            return entries
