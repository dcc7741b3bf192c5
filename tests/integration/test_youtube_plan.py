"""A plan with ``enable_youtube_upload`` brings its video to YouTube, and the status of its job tells the steps."""

from sutradhar.domain.billing.ledger import Account
from sutradhar.domain.jobs.library import LibraryQuery
from sutradhar.domain.jobs.status_answer import JobStatus, describe_status
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.library import duplicate_plan, list_library
from sutradhar.pipeline.submit import submit
from tests.integration.youtube_channel import Channel

PLAN = RenderPlan(topic="cocoa", enable_youtube_upload=True)


def look(channel: Channel, job_id: str) -> tuple[str, str, JobStatus]:
    """Return the step of the job, the state of its step ``youtube_publish``, and its status."""
    status = describe_status(channel.job(job_id), {}, Account(), base="https://video.example/render/1")
    return status.step, next(one.state for one in status.steps if one.name == "youtube_publish"), status


def test_the_status_follows_the_video_to_youtube(channel: Channel) -> None:
    job, _ = submit(channel.services, PLAN)
    channel.work()
    step, state, status = look(channel, job.id)
    assert (step, state, status.youtube_url) == ("stitch", "pending", None)
    assert [(one.destination, one.state) for one in status.publications] == [("youtube", "scheduled")]
    channel.clock.advance(30)
    channel.fail_once("send", "lost_request")
    channel.finish()
    channel.work()
    step, state, status = look(channel, job.id)
    assert (status.state, step, state, status.youtube_url) == ("success", "youtube_publish", "running", None)
    channel.run(5)
    video = channel.get_video()
    assert (video.snippet["title"], video.status["privacyStatus"]) == ("cocoa", "public")
    url = f"https://www.youtube.com/watch?v={video.id}"
    step, state, status = look(channel, job.id)
    assert (step, state, status.youtube_url) == ("completed", "done", url)
    entries = list_library(channel.services, LibraryQuery()).entries
    assert {entry.job_id: entry.youtube_url for entry in entries} == {job.id: url, channel.job_id: None}


def test_a_video_that_youtube_refuses_leaves_the_job_finished(channel: Channel) -> None:
    job, _ = submit(channel.services, PLAN)
    channel.work()
    channel.clock.advance(30)
    channel.youtube.choose_fault = lambda name: "invalidTitle" if name == "open" else ""
    channel.finish()
    channel.work()
    step, state, status = look(channel, job.id)
    assert (status.state, step, state, status.youtube_url) == ("success", "completed", "error", None)


def test_a_duplicate_goes_to_youtube_only_if_its_owner_asks_anew(channel: Channel) -> None:
    first, _ = submit(channel.services, PLAN)
    channel.work()
    channel.finish()
    channel.work()
    channel.run(5)
    copy, _ = submit(channel.services, duplicate_plan(channel.services, first.id))
    channel.work()
    channel.finish()
    channel.work()
    channel.run(5)
    assert (look(channel, copy.id)[:2], len(channel.youtube.videos)) == (("completed", "skipped"), 1)
