"""Show the status of a job, and the newest jobs."""

import flask
from werkzeug.wrappers import Response

from functions.api.auth import caller, require_access
from functions.api.endpoint import endpoint
from functions.api.library import LibraryItem, describe_entry
from functions.api.links import make_url
from sutradhar import bootstrap
from sutradhar.domain.billing.ledger import Account
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.status_answer import JobStatus, describe_status


class StatusQuery(Frozen):
    include_history: bool = False
    """Also list when the job entered each state."""


class QueueHealth(Frozen):
    """The jobs of all callers that have not finished. A number is None where counting would take long."""

    status: str
    """``ok``: the store of the jobs answers."""
    pending: int | None
    """Jobs whose scenes are not written yet."""
    running: int | None


class RenderOverview(Frozen):
    """The state of the queue, and your newest jobs."""

    queue: QueueHealth
    jobs: tuple[LibraryItem, ...]
    """At most 20, the newest first; ``GET /library`` lists all."""


@endpoint(answers={200: JobStatus, 304: None})
def show_status(job_id: str, query: StatusQuery) -> Response:
    """Return the state of a job, its steps, its files and its cost. Clients may ask every two seconds.

    An answer has an ETag; with it as If-None-Match, a status that has not changed is not sent again.
    """
    from sutradhar.pipeline.billing.accounts import read_charged_job

    job, paid = read_charged_job(bootstrap.backend().jobs, job_id)
    require_access(job)
    status, tag = describe_current(job, make_url(f"/render/{job_id}"), query.include_history, paid)
    response = flask.Response(status.model_dump_json(), mimetype="application/json")
    response.set_etag(tag)
    return response.make_conditional(flask.request)


@endpoint(answers={200: RenderOverview})
def show_overview() -> RenderOverview:
    """Tell whether the queue works, and list your newest jobs."""
    from sutradhar.domain.jobs.library import LibraryFilter, LibraryQuery
    from sutradhar.pipeline.library import list_library

    services = bootstrap.services()
    page = list_library(services, LibraryQuery(), caller())
    count = services.jobs.count_entries
    return RenderOverview(
        queue=QueueHealth(
            status="ok", pending=count(LibraryFilter(state="pending")), running=count(LibraryFilter(state="running"))
        ),
        jobs=tuple(describe_entry(entry, page.spent.get(entry.job_id, 0)) for entry in page.entries),
    )


def describe_current(
    job: Job, base: str, include_history: bool = False, paid: Account | None = None
) -> tuple[JobStatus, str]:
    """Return the status of ``job``, and the tag of this version of it.

    Args:
        base: the URL of the job.
        paid: what the job was charged; None: it is read.
    """
    from sutradhar.pipeline.billing.accounts import read_job_account
    from sutradhar.pipeline.versions import list_versions

    backend = bootstrap.backend()
    finished_assets = backend.assets.get_many(r.key for r in job.requests) if not job.assets else {}
    paid = paid or read_job_account(backend.records, job.id)
    versions = list_versions(bootstrap.services(), job) if job.versions else {}
    status = describe_status(job, finished_assets, paid, base=base, include_history=include_history, versions=versions)
    tag = f"{job.version}-{len(finished_assets)}-{paid.spent}-{paid.reserved}-{int(include_history)}"
    return status, "-".join([tag, *(str(one.version) for one in versions.values())])
