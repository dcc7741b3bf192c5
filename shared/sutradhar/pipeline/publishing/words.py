"""Read the words of a publication, and choose those that its caller left out: those of the job's plan."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeVar

from pydantic import ValidationError

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.field_messages import describe_error, join_path
from sutradhar.domain.publishing.details import DetailsPatch, PublicationDetails
from sutradhar.domain.publishing.publication import Publication
from sutradhar.ports.publishing import Destination

M = TypeVar("M", bound=Frozen)

_MAX_TITLE = 100


def choose_details(job: Job, words: Mapping[str, Any]) -> PublicationDetails:
    """Return ``words`` with the title, the description and the tags of the job's plan where they have none.

    Raises:
        InvalidRequest: one of ``words`` is wrong.
    """
    plan, requested_plan = job.current_plan, job.requested_plan
    title = plan.title or requested_plan.topic or requested_plan.prompt or "Untitled"
    defaults = {
        "title": " ".join(title.split())[:_MAX_TITLE],
        "description": plan.description or requested_plan.description,
        "tags": plan.tags or requested_plan.tags,
    }
    return _read(PublicationDetails, {**defaults, **words})


def list_plan_words(words: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the words that come from the plan, since ``words`` have none."""
    return tuple(name for name in ("title", "description", "tags") if name not in words)


def renew_details(destination: Destination, job: Job, publication: Publication) -> PublicationDetails:
    """Return the details of the publication with the words that its caller left to the plan: the planner may have
    written them since, or the caller may have changed them in a review. Each word that the destination does not take
    stays as it was ordered."""
    details = publication.details
    for name in publication.plan_words:
        with suppress(InvalidRequest):
            kept = {other: value for other, value in details if other != name}
            renewed = choose_details(job, kept)
            details = details if destination.list_problems(renewed) else renewed
    return details


def read_patch(words: Mapping[str, Any]) -> DetailsPatch | None:
    """Return the change of the words that are given; None: there are none. Raise InvalidRequest if one is wrong."""
    return _read(DetailsPatch, words) if words else None


def _read(model: type[M], values: Mapping[str, Any]) -> M:
    try:
        return model.model_validate(dict(values))
    except ValidationError as exc:
        errors = [(join_path(error["loc"]), error) for error in exc.errors(include_url=False)]
        raise InvalidRequest([FieldError(path, describe_error(error, path)) for path, error in errors]) from exc
