"""Step 4 of a job: the lengths of its assets are known, so build the timeline and start the renderer. If a renderer was
started before, see what became of it."""

from collections.abc import Iterator
from datetime import timedelta

from sutradhar.domain.assets.build_marks import build_marks
from sutradhar.domain.assets.slot import SONG
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.jobs.job import Job, JobState, Outcome
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.messages import DispatchRender, RenderFinished, StopRender
from sutradhar.domain.language.table import name_language
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.speech_duration import misses_length
from sutradhar.domain.video.capacity import RenderWork, choose_task_count
from sutradhar.domain.video.render_request import RenderRequest, request_blob, summary_blob
from sutradhar.domain.video.timeline import Timeline
from sutradhar.domain.video.timeline_builder import build_timeline
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.pipeline.versions import must_wait
from sutradhar.ports.runner import ExecutionState

LEASE = timedelta(minutes=2)
_MAX_EMPTY_RUNS = 5
"""Renderers that may end well without a video before the job fails. The message with the reason may arrive late, so the
first such end says little."""


def dispatch(services: Services, message: DispatchRender) -> None:
    """Handle DispatchRender. A repeat starts a second renderer only if the first one was lost.

    Raises:
        LeaseHeld: another worker is starting the renderer, or this process is ending.
        BackendError: the renderer cannot be started, or its state cannot be read.
    """
    job = services.jobs.get(message.job_id)
    if job.state is not JobState.RENDERING:
        services.send(job.pending_messages())
        return
    if job.execution and _handle_existing(services, job, job.execution):
        return
    if must_wait(services, job):
        return
    with hold_lease(services, f"dispatch/{job.render_id}", LEASE):
        _start(services, job)


def build_render_request(job: Job) -> RenderRequest:
    """Return the render request of a job whose assets are all finished. For one version of the program it is the same
    each time; later stages read the stored request."""
    assert job.plan is not None
    timeline = build_timeline(job.plan, job.assets)
    return RenderRequest(
        render_id=job.render_id,
        job_id=job.id,
        prefix=render_prefix(job),
        title=job.plan.title or job.id,
        mode=job.plan.render.mode,
        encoder=job.plan.render.encoder,
        quality=job.plan.render.quality,
        soft_captions=job.plan.render.soft_captions or bool(job.plan.audio_languages),
        timeline=timeline,
        marks=build_marks(job.plan.title or "", job.requests, job.assets, timeline.media_hashes),
    )


def render_prefix(job: Job) -> str:
    """Return the prefix of the names of all files of this attempt to render."""
    return f"jobs/{job.id}/renders/{job.attempt}"


def _start(services: Services, job_before: Job) -> None:
    job = services.jobs.get(job_before.id)
    if job.execution != job_before.execution or job.state is not JobState.RENDERING:
        return  # another worker started it before this one got the lease
    request = build_render_request(job)
    blob = request_blob(request.prefix)
    services.blobs.put(blob, request.to_record().encode())
    machine = services.runner.machine
    tasks = choose_task_count(_describe_work(request), machine) if machine else 1
    execution = services.runner.start(job.id, job.render_id, blob, tasks)
    plan = job.current_plan if job.current_plan.song else job.requested_plan
    notices = [*_list_asset_notices(job), *_list_notices(request.timeline, plan)]

    def change(current: Job) -> Outcome:
        return current.record_execution(request.render_id, execution, notices, services.clock.now())

    try:
        services.move(job.id, change)
    except NotFound:  # the job was cancelled and deleted meanwhile
        services.runner.cancel(execution)
        services.blobs.delete(blob)
        raise


def _describe_work(request: RenderRequest) -> RenderWork:
    video = request.timeline
    return RenderWork(video.width, video.height, fps=video.fps, frames=video.frames, mode=request.mode)


def stop_render(services: Services, message: StopRender) -> None:
    """Handle StopRender. Raise BackendError if the runner cannot be reached."""
    services.runner.cancel(message.execution)


def _handle_existing(services: Services, job: Job, execution: str) -> bool:
    """Return False if a renderer has to be started. Return True if ``execution`` runs, or if its end has been passed
    on: as the job's failure, or as RenderFinished."""
    report = services.runner.report(execution)
    match report.state:
        case ExecutionState.RUNNING:
            return True
        case ExecutionState.FAILED:
            error = JobFailure(
                stage="render",
                cause=f"the renderer ended again and again without finishing; its last lines: {report.detail}",
                advice="read these lines, then retry the job: finished parts are kept",
                is_timeout=True,
            )
            services.move(job.id, lambda current: current.fail(error, services.clock.now()))
            return True
        case ExecutionState.SUCCEEDED | ExecutionState.LOST:
            # its last message may have been lost, but its files tell
            summary = summary_blob(render_prefix(job))
            if services.blobs.exists(summary):
                services.send([RenderFinished(job_id=job.id, render_id=job.render_id, summary_blob=summary)])
                return True
            return report.state is ExecutionState.SUCCEEDED and _fail_after_empty_runs(services, job)


def _fail_after_empty_runs(services: Services, job: Job) -> bool:
    """Count a renderer that ended well without a video. After ``_MAX_EMPTY_RUNS`` of them fail the job and return True:
    each start is paid for, and the next one would meet the same obstacle."""
    name = f"empty/{job.render_id}"
    counts = services.records.update([name], lambda values: {name: str(int(values.get(name, "0")) + 1)})
    if int(counts[name]) <= _MAX_EMPTY_RUNS:
        return False
    error = JobFailure(
        stage="render",
        cause=f"the renderer ended well {_MAX_EMPTY_RUNS} times without a video",
        advice="read its log, and check that it may write to the bucket; then retry the job",
    )
    services.move(job.id, lambda current: current.fail(error, services.clock.now()))
    return True


def _list_asset_notices(job: Job) -> Iterator[str]:
    """Yield what was noted while the assets were made, each sentence once."""
    yield from dict.fromkeys(notice for asset in job.assets.values() for notice in asset.notices)
    if (song := job.assets.get(SONG)) and not song.words:
        yield "no words are shown: none are known of this part of the song; give them as song.lyrics"


def _list_song_notices(timeline: Timeline, plan: RenderPlan) -> Iterator[str]:
    """Yield notices about titles and scenes that a video with a song does not show."""
    shown_scenes = {clip.scene for clip in timeline.clips}
    titles = [title for n in shown_scenes for title in (plan.scenes[n].title, plan.scenes[n].lower_third) if title]
    if lost := len(titles) - len(timeline.titles):
        yield (
            f"{'a title is' if lost == 1 else f'{lost} titles are'} not shown: there is no gap between the lines of the"
            ' song; the look "clean" has room for both'
        )
    if left_out := [n + 1 for n in range(len(plan.scenes)) if n not in shown_scenes]:  # they are the last ones
        scenes = f"scene {left_out[0]} is" if len(left_out) == 1 else f"scenes {left_out[0]} to {left_out[-1]} are"
        advice = "" if plan.song and plan.song.cut == "beat" else '; "cut": "beat" in song makes more'
        yield f"{scenes} not shown: the song has {len(timeline.clips)} shots{advice}"


def _list_notices(timeline: Timeline, requested_plan: RenderPlan) -> list[str]:
    """Return notices about lengths that differ from the plan because of the recorded narrations, and about clips that
    are shorter than their scenes."""
    if requested_plan.song:
        return [*_list_song_notices(timeline, requested_plan), *_list_filled(timeline, "a shot")]
    if requested_plan.scenes or requested_plan.narration_audio:
        return [
            *(
                f"scene {i + 1} was made longer than asked for, to fit its narration{_name_longest(timeline, i)}"
                for i in timeline.extended_scenes
            ),
            *_list_filled(timeline, "the scene"),
            *(
                f"scene {i + 1} ends before the end_sec of its clip; a longer duration_sec shows all of it"
                for i in timeline.cut_short_scenes
            ),
        ]
    seconds = _measure_scenes(timeline)
    if misses_length(seconds, requested_plan):
        whole = "the video is" if seconds == timeline.duration_sec else "without intro and outro the video is"
        return [f"{whole} {seconds:.1f} s long; {requested_plan.length_sec} s were asked for"]
    return []


def _name_longest(timeline: Timeline, scene: int) -> str:
    """Return the language of the longest narration of ``scene`` as the end of a sentence; empty if there is one audio
    track."""
    if not timeline.audio_languages:
        return ""
    tracks = timeline.list_audio_tracks()
    lengths = [(one.samples, track.language) for track in tracks for one in track.narrations if one.scene == scene]
    _, language = max(lengths, default=(0, None), key=lambda one: one[0])
    return f" in {name_language(language)}" if language else ""


def _measure_scenes(timeline: Timeline) -> float:
    """Return the seconds between the intro and the outro."""
    ends = sum(clip.frames for clip in timeline.clips if not clip.is_scene)
    return timeline.duration_sec - ends / timeline.fps


def _list_filled(timeline: Timeline, place: str) -> Iterator[str]:
    """Yield a notice for each clip that is shorter than ``place``, in which it is shown."""
    choice = '"when_short" of the clip can be loop, hold or trim'
    for i in timeline.looped_scenes:
        yield f"the clip of scene {i + 1} ends before {place} and starts again; {choice}"
    for i in timeline.held_scenes:
        yield f"the clip of scene {i + 1} ends before {place}, and its last frame is held; {choice}"
