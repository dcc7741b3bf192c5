"""Store a job that has succeeded, with the files of its video, without working on it."""

from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.result import Result
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.render_request import RenderRequest, request_blob
from sutradhar.domain.video.timeline import Timeline
from sutradhar.pipeline.dispatch import render_prefix
from sutradhar.pipeline.services import Services

_WAY = (JobState.PLANNING, JobState.PRODUCING, JobState.RENDERING)


def store_finished_job(services: Services, job_id: str = "job-1", size: int = 5) -> Job:
    """Return the job. Its video has ``size`` bytes, which no player can play."""
    plan = RenderPlan(topic="tea", title="Tea", language="en", scenes=[{"narration": "Tea.", "image_prompt": "tea"}])
    job = Job.new(job_id, plan, "hash", services.clock.now()).evolve(plan=plan)
    stored, _ = services.jobs.create(_succeed(services, job, bytes(size)))
    return stored


def finish_job(services: Services, job_id: str, video: bytes) -> None:
    """Let the stored job have succeeded with the bytes ``video``."""
    services.jobs.update(job_id, lambda job: (_succeed(services, job, video), []))


def fail_job(services: Services, job_id: str, cause: str, advice: str) -> None:
    """Let the stored job have failed in its render."""
    now = services.clock.now()
    error = JobFailure(stage="render", cause=cause, advice=advice)
    entered_at = dict.fromkeys((*_WAY, JobState.FAILED), now)
    failed = {"state": JobState.FAILED, "failed_in": JobState.RENDERING, "error": error, "entered_at": entered_at}
    services.jobs.update(job_id, lambda job: (job.evolve(**failed), []))


def _succeed(services: Services, job: Job, video: bytes) -> Job:
    now = services.clock.now()
    prefix = render_prefix(job)
    name, thumbnail = f"{prefix}/video.mp4", f"{prefix}/thumbnail.png"
    services.blobs.put(name, video)
    services.blobs.put(thumbnail, b"png")
    timeline = Timeline(fps=30, width=1920, height=1080, frames=30, clips=(), narrations=(), music=None, captions={})
    request = RenderRequest(
        render_id=job.render_id, job_id=job.id, prefix=prefix, title="Tea", mode="FINAL", timeline=timeline
    )
    services.blobs.put(request_blob(prefix), request.to_record().encode())
    result = Result(video=name, thumbnail=thumbnail, summary="", captions={}, duration_sec=1.0, size=len(video))
    return job.evolve(
        state=JobState.SUCCEEDED, result=result, entered_at=dict.fromkeys((*_WAY, JobState.SUCCEEDED), now)
    )
