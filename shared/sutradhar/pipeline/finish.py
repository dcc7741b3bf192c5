"""Step 6 of a job: the renderer has ended. If its file passed the quality gate, the job gets its result."""

import json
from itertools import pairwise

from sutradhar.domain.assets.slot import SONG
from sutradhar.domain.core.failure import FailureDetail
from sutradhar.domain.jobs.job import Job, JobState, Outcome
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.messages import RenderFinished, RenderProgressed
from sutradhar.domain.jobs.provenance import build_manifest
from sutradhar.domain.jobs.result import CaptionFiles, Progress, Result
from sutradhar.domain.language.tags import Language
from sutradhar.domain.song.write_lrc import write_lrc
from sutradhar.domain.video import captions
from sutradhar.domain.video.quality_gate import describe_failures, gate_versions, list_notices
from sutradhar.domain.video.render_request import RenderRequest, RenderSummary, request_blob
from sutradhar.pipeline.billing.accounts import read_job_account
from sutradhar.pipeline.dispatch import render_prefix
from sutradhar.pipeline.services import Services


def finish(services: Services, message: RenderFinished) -> None:
    """Handle RenderFinished. A repeat, or the message of an earlier attempt, changes nothing.

    Raises:
        NotFound: a file of the render is missing.
        BackendError: a store cannot be reached.
    """
    job = services.jobs.get(message.job_id)
    if job.state is not JobState.RENDERING or message.render_id != job.render_id:
        services.send(job.pending_messages())
        return
    if message.error is not None or message.summary_blob is None:
        detail = message.error or FailureDetail(stage="render", cause="the renderer ended without a result")
        error = JobFailure.from_detail(
            detail.evolve(advice=detail.advice or "retry the job: what is made is kept"),
            kept="all images, voices and music, and every finished part of the video",
        )
        services.move(job.id, lambda current: current.fail(error, services.clock.now()))
        return
    summary = RenderSummary.from_record(services.blobs.get(message.summary_blob))
    if broken := describe_failures(summary.check_results):
        error = JobFailure(
            stage="quality gate",
            cause=broken,
            kept="everything; the refused video is stored too",
            advice="look at the refused video; change the plan, or report this with its job_summary.json",
            refused_by=gate_versions(summary.engine_version, summary.gate_version),
        )
        services.move(job.id, lambda current: current.fail(error, services.clock.now()))
        return
    # not built again from the job: another version of the program would lay out another timeline
    request = RenderRequest.from_record(services.blobs.get(request_blob(render_prefix(job))))
    result = Result(
        video=summary.video.blob,
        thumbnail=summary.thumbnail.blob,
        summary=message.summary_blob,
        provenance=_write_provenance(services, job, request),
        captions=_write_captions(services, job, request),
        audio={language: file.blob for language, file in summary.audio.items()},
        duration_sec=summary.duration_sec,
        size=summary.video.size,
        encoder=summary.encoder,
        render_timings=summary.render_timings,
    )
    gate_notices = list_notices(summary.check_results)

    def change(current: Job) -> Outcome:
        return current.succeed(message.render_id, result, gate_notices, services.clock.now())

    services.move(job.id, change)


def record_progress(services: Services, message: RenderProgressed) -> None:
    """Handle RenderProgressed."""
    progress = Progress(stage=message.stage, done=message.done, total=message.total)

    def change(job: Job) -> Outcome:
        return job.record_progress(message.render_id, progress, services.clock.now())

    services.move(message.job_id, change)


def _write_provenance(services: Services, job: Job, request: RenderRequest) -> str:
    name = f"{request.prefix}/provenance.json"
    manifest = build_manifest(job, read_job_account(services.records, job.id), request.marks)
    services.blobs.put(name, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    return name


def _write_captions(services: Services, job: Job, request: RenderRequest) -> dict[Language, CaptionFiles]:
    fps = request.timeline.fps
    lrc = _write_lyrics(services, job, request)
    caption_files: dict[Language, CaptionFiles] = {}
    for language, cues in request.timeline.captions.items():
        files = CaptionFiles(
            srt=f"{request.prefix}/captions.{language}.srt",
            vtt=f"{request.prefix}/captions.{language}.vtt",
            cues=len(cues),
            lrc=lrc,
        )
        services.blobs.put(files.srt, captions.format_srt(cues, fps).encode())
        services.blobs.put(files.vtt, captions.format_webvtt(cues, fps, language).encode())
        caption_files[language] = files
    return caption_files


def _write_lyrics(services: Services, job: Job, request: RenderRequest) -> str:
    """Store the words of the song with their times in the video, and return the name of the blob; empty: it has
    none."""
    song = job.assets.get(SONG)
    if song is None or song.song is None or not song.words:
        return ""
    name = f"{request.prefix}/lyrics.lrc"
    starts = [0, *(end + 1 for end in song.song.line_ends), len(song.words)]
    lines = [song.words[first:last] for first, last in pairwise(starts)]
    services.blobs.put(name, write_lrc(lines).encode())
    return name
