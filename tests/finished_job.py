"""Store a job that has succeeded, with the files of its video, without working on it."""

from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.result import Result
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.render_request import RenderRequest, request_blob
from sutradhar.domain.video.timeline import Timeline
from sutradhar.pipeline.dispatch import render_prefix
from sutradhar.pipeline.services import Services


def store_finished_job(services: Services, job_id: str = "job-1", size: int = 5) -> Job:
    """Return the job. Its video has ``size`` bytes, which no player can play."""
    now = services.clock.now()
    plan = RenderPlan(topic="tea", title="Tea", language="en", scenes=[{"narration": "Tea.", "image_prompt": "tea"}])
    job = Job.new(job_id, plan, "hash", now).evolve(
        plan=plan,
        state=JobState.SUCCEEDED,
        entered_at=dict.fromkeys((JobState.PLANNING, JobState.PRODUCING, JobState.RENDERING, JobState.SUCCEEDED), now),
    )
    prefix = render_prefix(job)
    video, thumbnail = f"{prefix}/video.mp4", f"{prefix}/thumbnail.png"
    services.blobs.put(video, bytes(size))
    services.blobs.put(thumbnail, b"png")
    timeline = Timeline(fps=30, width=1920, height=1080, frames=30, clips=(), narrations=(), music=None, captions={})
    request = RenderRequest(
        render_id=job.render_id, job_id=job.id, prefix=prefix, title="Tea", mode="FINAL", timeline=timeline
    )
    services.blobs.put(request_blob(prefix), request.to_record().encode())
    result = Result(video=video, thumbnail=thumbnail, summary="", captions={}, duration_sec=1.0, size=size)
    stored, _ = services.jobs.create(job.evolve(result=result))
    return stored
