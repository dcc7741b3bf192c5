"""Put together what a destination gets: the files of the finished video and the words about it."""

from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.provenance import has_synthetic_media, list_credits
from sutradhar.domain.language.tags import Language
from sutradhar.domain.publishing.description import list_chapters, write_description
from sutradhar.domain.publishing.publication import Publication
from sutradhar.domain.video.render_request import RenderRequest, request_blob
from sutradhar.pipeline.dispatch import render_prefix
from sutradhar.pipeline.publishing.store import make_marker
from sutradhar.pipeline.services import Services
from sutradhar.ports.publishing import CaptionTrack, LocalizedWords, Package


def make_package(services: Services, job: Job, publication: Publication) -> Package:
    """Return the package of a job that has succeeded. Raise NotFound if its render request is gone."""
    assert job.result is not None  # only a job that has succeeded is packed
    plan, result = job.current_plan, job.result
    request = RenderRequest.from_record(services.blobs.get(request_blob(render_prefix(job))))
    width, height = plan.size
    details = publication.details
    starts: dict[int, float] = {}
    for clip in request.timeline.clips:
        if clip.is_scene:
            starts.setdefault(clip.scene, clip.start / request.timeline.fps)
    chapters = list_chapters(plan.scenes, starts, result.duration_sec)
    synthetic = details.synthetic_media
    return Package(
        publication_id=publication.id,
        job_id=job.id,
        marker=make_marker(job.id, publication.destination),
        details=details,
        description=write_description(details.description, chapters, list_credits(job.assets)),
        publish_at=publication.requested_publish_at or publication.publish_at,
        created_at=publication.created_at,
        may_exist=publication.number > 1,
        video=result.video,
        video_size=result.size,
        duration_sec=result.duration_sec,
        width=width,
        height=height,
        language=plan.spoken_language,
        thumbnail=result.thumbnail,
        summary=result.summary,
        provenance=result.provenance,
        captions=[
            CaptionTrack(language, files.srt, files.vtt, files.lrc) for language, files in result.captions.items()
        ],
        has_synthetic_media=has_synthetic_media(job.assets, request.marks) if synthetic is None else synthetic,
        metadata=job.requested_plan.metadata,
        localizations=_localize(job),
        audio=result.audio,
    )


def _localize(job: Job) -> dict[Language, LocalizedWords]:
    """Return the title and the description of the video in the other languages of its plan. A language without a title
    is left out: a destination shows the original words."""
    plan, credit_lines = job.current_plan, list_credits(job.assets)
    return {
        language: LocalizedWords(words.title, write_description(words.description, (), credit_lines))
        for language, words in plan.localizations.items()
        if words.title and language != plan.spoken_language
    }
