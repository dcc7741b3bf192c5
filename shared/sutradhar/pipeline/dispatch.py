"""Step 4: lengths are known, so the film is laid out and the renderer started; or, when one was started already, looked
after."""

from datetime import timedelta

from sutradhar.domain.jobs.job import Job, JobFailure, JobState, Outcome
from sutradhar.domain.jobs.messages import DispatchRender, RenderFinished, StopRender
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.speech_duration import misses_length
from sutradhar.domain.video.capacity import tasks_for
from sutradhar.domain.video.render_request import RenderRequest, request_blob, summary_blob
from sutradhar.domain.video.timeline import Timeline
from sutradhar.domain.video.timeline_builder import build_timeline
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.ports.runner import ExecutionState

LEASE = timedelta(minutes=2)
_MOST_EMPTY = 5
"""A message that tells of a refusal may be late, so the first time says little."""


def dispatch(services: Services, message: DispatchRender) -> None:
    job = services.jobs.get(message.job_id)
    if job.state is not JobState.RENDERING:
        services.send(job.pending_messages())
        return
    if job.execution and _handle_existing(services, job, job.execution):
        return
    with hold_lease(services, f"dispatch/{job.render_id}", LEASE):
        _start(services, job)


def build_render_request(job: Job) -> RenderRequest:
    """The film of a job whose assets are all there; the same every time."""
    assert job.plan is not None
    return RenderRequest(
        render_id=job.render_id,
        job_id=job.id,
        prefix=render_prefix(job),
        title=job.plan.title or job.id,
        title_language=job.plan.spoken_language,
        mode=job.plan.render.mode,
        encoder=job.plan.render.encoder,
        quality=job.plan.render.quality,
        soft_captions=job.plan.render.soft_captions,
        timeline=build_timeline(job.plan, job.assets),
    )


def render_prefix(job: Job) -> str:
    """Return the prefix of the names of all files of this attempt to render."""
    return f"jobs/{job.id}/renders/{job.attempt}"


def _start(services: Services, seen: Job) -> None:
    job = services.jobs.get(seen.id)
    if job.execution != seen.execution or job.state is not JobState.RENDERING:
        return  # somebody was quicker
    request = build_render_request(job)
    blob = request_blob(request.prefix)
    services.blobs.put(blob, request.to_record().encode())
    machine = services.runner.machine
    tasks = tasks_for(request.timeline, machine) if machine else 1
    execution = services.runner.start(job.id, job.render_id, blob, tasks)
    notices = _notices(request.timeline, job.wanted)

    def change(current: Job) -> Outcome:
        return current.record_execution(request.render_id, execution, notices, services.clock.now())

    services.move(job.id, change)


def stop(services: Services, message: StopRender) -> None:
    services.runner.cancel(message.execution)


def _handle_existing(services: Services, job: Job, execution: str) -> bool:
    """Whether nothing needs to be started: it runs, or it is over and that is now on its way."""
    report = services.runner.report(execution)
    match report.state:
        case ExecutionState.RUNNING:
            return True
        case ExecutionState.FAILED:
            error = JobFailure(
                stage="render",
                cause=f"the renderer ended again and again without finishing; it last said: {report.detail}",
                advice="see what it said, then retry the job: finished parts are kept",
            )
            services.move(job.id, lambda current: current.fail(error, services.clock.now()))
            return True
        case ExecutionState.SUCCEEDED | ExecutionState.LOST:
            # its last message may have been lost with it; its files tell
            summary = summary_blob(render_prefix(job))
            if services.blobs.exists(summary):
                services.send([RenderFinished(job_id=job.id, render_id=job.render_id, summary_blob=summary)])
                return True
            return report.state is ExecutionState.SUCCEEDED and _fail_after_empty_runs(services, job)


def _fail_after_empty_runs(services: Services, job: Job) -> bool:
    """Whether renderers that end well and leave no film were started so often that the job has failed by it. Each start
    is paid for, and what keeps the film away now will keep it away tomorrow."""
    name = f"empty/{job.render_id}"
    counted = services.records.update([name], lambda found: {name: str(int(found.get(name, "0")) + 1)})
    if int(counted[name]) <= _MOST_EMPTY:
        return False
    error = JobFailure(
        stage="render",
        cause=f"the renderer ended well {_MOST_EMPTY} times without a video",
        advice="look at its log, and whether it may write to the bucket; then retry the job",
    )
    services.move(job.id, lambda current: current.fail(error, services.clock.now()))
    return True


def _notices(timeline: Timeline, wanted: RenderPlan) -> list[str]:
    """Return notices about lengths that differ from the plan because of the recorded narrations, and about clips that
    are shorter than their scenes."""
    if wanted.scenes:
        choice = '"when_short" of the clip can be loop, hold or trim'
        return [
            *(f"scene {i + 1} was made longer than asked for, to fit its narration" for i in timeline.extended_scenes),
            *(
                f"the clip of scene {i + 1} ends before the scene and starts again; {choice}"
                for i in timeline.looped_scenes
            ),
            *(
                f"the clip of scene {i + 1} ends before the scene, and its last frame is held; {choice}"
                for i in timeline.held_scenes
            ),
            *(
                f"scene {i + 1} ends before the end_sec of its clip; a longer duration_sec shows all of it"
                for i in timeline.cut_short_scenes
            ),
        ]
    if misses_length(timeline.duration_sec, wanted):
        return [f"the video is {timeline.duration_sec:.1f} s long; {wanted.length_sec} s were asked for"]
    return []
