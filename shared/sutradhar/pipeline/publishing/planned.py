"""Publish what a plan asks for: check that before the job exists, and store its publications with the job."""

from contextlib import suppress

from sutradhar.domain.core.errors import FieldError, InvalidRequest, NotFound
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.publication import PlannedPublication
from sutradhar.pipeline.publishing.orders import make_order
from sutradhar.pipeline.publishing.report import note_on_job
from sutradhar.pipeline.publishing.schedule import PublicationOrder, check_order, store_publication
from sutradhar.pipeline.publishing.store import PUBLICATIONS, name_publication
from sutradhar.pipeline.services import Services


def check_planned(services: Services, plan: RenderPlan, job: Job) -> None:
    """Check the publications that ``plan`` asks for, before anything is paid for.

    Args:
        plan: the plan as the caller sent it.
        job: the job that is about to be created, whose plan has the defaults of this system.

    Raises:
        InvalidRequest: it names the fields of all publications that cannot be made.
    """
    errors: list[FieldError] = []
    for index, one in enumerate(job.requested_plan.publish):
        place = _find_place(plan, index)
        try:
            check_order(services, job, _make_order(job, one))
        except InvalidRequest as exc:
            errors += [FieldError(_join(place, error.path), error.message) for error in exc.errors]
    if errors:
        raise InvalidRequest(errors)


def store_planned(services: Services, job: Job) -> None:
    """Store the publications that the job's plan asks for, each once: a repeat changes nothing, also after its owner
    has canceled one."""
    for planned in job.requested_plan.publish:
        if planned.destination in job.publications:
            continue
        publication = None
        with suppress(NotFound):
            first = name_publication(job.id, planned.destination, 1)
            publication = services.documents.get(PUBLICATIONS, first)
        if publication is None:
            publication, _ = store_publication(services, job, _make_order(job, planned), 1)
        note_on_job(services, publication)


def _make_order(job: Job, planned: PlannedPublication) -> PublicationOrder:
    return make_order(
        job,
        planned.destination,
        planned.words,
        time_text=planned.iso_datetime,
        zone=planned.timezone or "UTC",
        priority=planned.priority,
    )


def _find_place(plan: RenderPlan, index: int) -> str:
    if index >= len(plan.publish):
        return "enable_youtube_upload"
    return "publish" if len(plan.publish) == 1 else f"publish[{index}]"


def _join(place: str, path: str) -> str:
    return f"{place}.{path}" if path and place != "enable_youtube_upload" else place
