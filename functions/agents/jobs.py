"""The tools for jobs: ask for a render, follow it, cancel it, and list the library."""

import time
from typing import Any

from pydantic import Field

from functions.agents.plans import PLAN_HELP
from functions.agents.tool import Answer, read_arguments
from functions.agents.views import Standing, describe_job, describe_standing, find_job, find_thing
from sutradhar import bootstrap
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import Conflict

MAX_WAIT_SEC = 20
"""Longer calls are broken off by some clients."""
_LOOK_EVERY_SEC = 0.5


class RenderArguments(Frozen):
    plan: dict[str, Any] = Field(description=PLAN_HELP)


class StatusArguments(Frozen):
    id: str = Field(description="The job_id or the approval_id of an earlier answer.", min_length=1, max_length=200)
    wait_sec: int = Field(
        default=0, ge=0, le=MAX_WAIT_SEC, description="Seconds that the call may wait for an end or an answer."
    )


class JobArguments(Frozen):
    job_id: str = Field(description="The job.", min_length=1, max_length=200)


class LibraryArguments(Frozen):
    q: str | None = Field(default=None, description="Beginnings of words in the title or topic.")
    state: str | None = Field(
        default=None, description="pending, running, awaiting_approval, success, error or canceled."
    )
    language: str | None = Field(default=None, description="A code such as en, hi or ta.")
    after: str | None = Field(default=None, description="`next` of the page before.")
    limit: int | None = Field(default=None, description="The most entries of a page, 1 to 100. Default: 20.")


def render(arguments: RenderArguments) -> Answer:
    """Ask for a video of a plan. A plan that costs nothing becomes a job at once. One that costs money waits for the
    approval of a person, and becomes a job when it is given. Follow it with status; clients with the Tasks extension
    get a task. An equal plan gets the same approval again."""
    from functions.api.auth import caller
    from functions.api.client_plan import OrderedPlan
    from functions.api.links import find_base_url
    from sutradhar.pipeline import approvals

    plan = OrderedPlan.parse(arguments.plan)
    base_url = find_base_url() if plan.webhook_url else ""
    asked = approvals.ask_to_render(bootstrap.services(), plan, caller(), base_url)
    return Answer(describe_standing(asked))


def status(arguments: StatusArguments) -> Answer:
    """Tell where a job or an approval stands: its state, its progress, the files of a finished video, and what to do
    next. With wait_sec the answer comes when the job ends or the person answers, or after these seconds."""
    deadline = time.monotonic() + arguments.wait_sec
    while True:
        standing = describe_standing(find_thing(arguments.id))
        if time.monotonic() >= deadline or has_ended(standing):
            return Answer(standing)
        time.sleep(_LOOK_EVERY_SEC)


def cancel(arguments: JobArguments) -> Answer:
    """Cancel a job that an agent has asked for and that has not finished. What is made for it stays and is used again
    by an equal plan."""
    from functions.agents.acts import note
    from sutradhar.pipeline import approvals, submit

    services, job = bootstrap.services(), find_job(arguments.job_id)
    if not approvals.is_asked_by_agent(services, job.version_of or job.id):
        raise Conflict(f"no agent has asked for the job {job.id}; a person cancels it in the studio or at a terminal")
    job = submit.cancel(services, job.id)
    note("cancel_render", job_id=job.id)
    return Answer(describe_job(job))


def library(arguments: LibraryArguments) -> Answer:
    """List the jobs of the library, the newest first, with the URLs of the finished videos."""
    from functions.agents.caller import has_urls
    from functions.api.library import show_library
    from sutradhar.domain.jobs.library import LibraryQuery

    page = show_library(read_arguments(LibraryQuery, arguments.model_dump(exclude_none=True)))
    facts = page.model_dump(mode="json", exclude_none=True)
    for entry in facts["entries"] if not has_urls() else ():
        entry.pop("final_video_url", None)
        entry.pop("thumbnail_url", None)
    return Answer(facts)


def has_ended(standing: Standing) -> bool:
    """Return whether nothing more happens by itself: the job ended, or the approval was not given."""
    if standing.approval and standing.approval.state in ("refused", "expired"):
        return True
    if standing.approval and standing.approval.action == "publish":
        return standing.approval.state == "granted" and _is_published(standing)
    if standing.job is None:
        return False
    states = [standing.job.state, *(one.state for one in standing.job.versions or ())]
    return all(state in ("success", "error", "canceled") for state in states)


def _is_published(standing: Standing) -> bool:
    """Return whether the publication that was approved has ended."""
    publications = (standing.job and standing.job.publications) or ()
    approved = standing.approval and standing.approval.publication_id
    states = [one["state"] for one in publications if one["id"] == approved]
    return bool(states) and states[0] in ("published", "uploaded", "failed", "canceled")
