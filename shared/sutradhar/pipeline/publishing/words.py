"""Choose the words of a publication that its caller left out: those of the job's plan."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.publishing.details import PublicationDetails

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
    try:
        return PublicationDetails.model_validate({**defaults, **words})
    except ValidationError as exc:
        errors = [FieldError(".".join(map(str, error["loc"])), error["msg"]) for error in exc.errors()]
        raise InvalidRequest(errors) from exc
