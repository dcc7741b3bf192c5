"""The tools for publications: list the destinations, and ask for the approval to publish a video."""

from pydantic import Field

from functions.agents.tool import Answer, read_arguments
from functions.agents.views import describe_standing, find_job
from sutradhar import bootstrap
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.plan.publication import PlannedPublication


class NoArguments(Frozen):
    pass


class PublishArguments(Frozen):
    job_id: str = Field(description="The job whose video is published.", min_length=1, max_length=200)
    destination: str = Field(default="youtube", description="A destination that list_destinations shows.")
    title: str | None = Field(default=None, description="Without it, that of the plan; so for the words below.")
    description: str | None = Field(default=None, description="The text below the video.")
    tags: list[str] | None = Field(default=None, description="Words by which it is found.")
    privacy: str | None = Field(default=None, description="public, unlisted or private.")
    playlist: str | None = Field(default=None, description="The id of a playlist of YouTube.")
    category: str | None = Field(default=None, description="The number of a category of YouTube. Default: 22.")
    made_for_kids: bool | None = Field(default=None, description="True: it is made for children.")
    synthetic_media: bool | None = Field(
        default=None, description="True: it shows realistic scenes that never took place. Default: as its images say."
    )
    iso_datetime: str | None = Field(default=None, description="ISO 8601; without it, as soon as it is approved.")
    timezone: str | None = Field(default=None, description="An IANA zone, for a time without an offset.")


def publish(arguments: PublishArguments) -> Answer:
    """Ask for the approval to publish the video of a job. It is published once a person has approved just these words
    and this destination; nothing is published before. Follow it with status. Asking again gives the same approval."""
    from functions.api.auth import caller
    from sutradhar.pipeline import approvals

    words = read_arguments(PlannedPublication, arguments.model_dump(exclude_none=True, exclude={"job_id"}))
    zone = bootstrap.settings().publishing.zone
    asked = approvals.ask_to_publish(bootstrap.services(), find_job(arguments.job_id).id, words, caller(), zone)
    return Answer(describe_standing(asked))


def list_destinations(_arguments: NoArguments) -> Answer:
    """List the places where videos can be published, and what is missing where one is not set up."""
    from functions.api.publications import show_destinations

    return Answer(show_destinations())
