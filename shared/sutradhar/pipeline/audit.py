"""Store entries of the audit log. The sweep writes them into files (``audit_files``)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.audit import AuditEntry
from sutradhar.domain.core.errors import SutradharError
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.job_status import name_state
from sutradhar.domain.plan.upload import Upload
from sutradhar.ports.documents import DocumentStore, Facts, Kind
from sutradhar.telemetry import log, read_carried_fields

KEEP = timedelta(days=35)
"""The life of an entry in the store; its line in the file stays."""


def _describe(entry: AuditEntry) -> Facts:
    return Facts(id=entry.id, owner=entry.actor, created_at=entry.at, state=entry.day, expire_at=entry.at + KEEP)


AUDIT = Kind("audit", AuditEntry, _describe)


def note_act(documents: DocumentStore, entry: AuditEntry) -> None:
    """Store ``entry``; a repeat with the same id changes nothing.

    The act is done already, so a store that fails does not undo it: the log gets the entry then.
    """
    try:
        documents.create(AUDIT, entry)
    except (SutradharError, OSError) as exc:
        log("audit_entry_lost", level="error", exc=exc, entry=entry.to_line())


def list_order_facts(job: Job) -> Mapping[str, str | float]:
    """Return the facts about a new job for its entry."""
    plan = job.requested_plan
    destinations = ", ".join(one.destination for one in plan.publish)
    return {
        **({"publish": destinations} if destinations else {}),
        "topic": (plan.topic or plan.title or "")[:200],
        "scenes": len(plan.scenes),
        "estimated_cost_usd": usd(job.estimated_micros),
    }


def list_upload_facts(upload: Upload) -> Mapping[str, str | float]:
    """Return the facts about an upload for an entry."""
    facts: dict[str, str | float] = {
        "upload_id": upload.id,
        "filename": upload.filename[:200],
        "size": upload.size,
        "state": upload.state,
    }
    return facts | ({"reason": upload.refusal[:300]} if upload.refusal else {})


def note_check(documents: DocumentStore, upload: Upload, at: datetime) -> None:
    """Store that the check of ``upload`` has ended. A repeat changes nothing."""
    entry = AuditEntry(
        id=f"{upload.id}-{upload.state}",
        at=at,
        action="check_upload",
        actor=upload.owner,
        request_id=read_carried_fields().get("request_id", ""),
        facts=list_upload_facts(upload),
    )
    note_act(documents, entry)


def note_end(documents: DocumentStore, job: Job) -> None:
    """Store that ``job`` has ended. A repeat changes nothing."""
    at = job.entered_at[job.state]
    state = name_state(job)
    entry = AuditEntry(
        id=f"{job.id}-{state}-{at.timestamp():.6f}",
        at=at,
        action="end_render",
        actor=job.owner,
        job_id=job.id,
        request_id=read_carried_fields().get("request_id", ""),
        facts={
            "state": state,
            "estimated_cost_usd": usd(job.estimated_micros),
            **({"reason": job.cancel_reason} if job.cancel_reason else {}),
        },
    )
    note_act(documents, entry)
