"""Send the messages of stalled jobs and of due webhooks again, end old reviews, and complete the library. The state
of a job tells its pending messages, so no loss is final."""

from datetime import timedelta

from sutradhar.pipeline.approvals import complete_answers
from sutradhar.pipeline.audit_files import write_audit_files
from sutradhar.pipeline.batches.advance import order_due_batches
from sutradhar.pipeline.batches.shares import drop_lost_shares
from sutradhar.pipeline.data_removal import order_due_removals
from sutradhar.pipeline.job_deletion import order_due_deletions
from sutradhar.pipeline.library import refresh_library
from sutradhar.pipeline.review_expiry import expire_reviews
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_deletion import order_due_upload_deletions
from sutradhar.pipeline.upload_records import adopt_old_uploads
from sutradhar.pipeline.webhook_delivery import send_due_deliveries

STALLED = timedelta(minutes=5)
"""A job that no process has written to for this long has stalled."""


def sweep(services: Services, stalled: timedelta = STALLED) -> int:
    """Send the pending messages of all jobs that no process has written to for ``stalled``, and order what is due:
    webhooks, deletions, looks at batches. Cancel the jobs that have waited too long for approval, complete the
    approvals of agents, write the files of the audit log, delete expired records, and bring the library and the uploads
    of earlier versions to today's form. Return the number of stalled jobs."""
    jobs = services.jobs.list_unfinished(services.clock.now() - stalled)
    for job in jobs:
        services.send(job.pending_messages())
    expire_reviews(services)
    complete_answers(services)
    send_due_deliveries(services)
    order_due_upload_deletions(services)
    order_due_deletions(services)
    order_due_removals(services)
    order_due_batches(services)
    drop_lost_shares(services)
    write_audit_files(services)
    services.documents.delete_expired(services.clock.now())
    refresh_library(services)
    adopt_old_uploads(services)
    return len(jobs)
