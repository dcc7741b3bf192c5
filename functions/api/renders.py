"""Submit, show, cancel and retry jobs, and download their files."""

import tempfile
from datetime import timedelta
from pathlib import Path

import flask
from werkzeug.wrappers import Response

from functions.api.auth import caller, require_access
from functions.api.endpoint import endpoint
from functions.api.links import find_base_url, make_url
from sutradhar import bootstrap
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.errors import Conflict, FieldError, InvalidRequest, NotFound
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.job_status import describe_status, name_state
from sutradhar.domain.plan.choices import LANGUAGES
from sutradhar.domain.plan.plan import RenderPlan

SIGNED_URL_TTL = timedelta(hours=1)
"""Life of a signed URL: long enough for a slow line, too short to be passed around."""
WALL_SEC_PER_VIDEO_SEC = 1.2
"""Seconds of wall time for each second of a 1080p video, all stages, on two cores; measured, rounded up."""


@endpoint(answers={202: "application/json", 200: "application/json"}, errors=(402, 409, 422))
def create_render(body: RenderPlan) -> Response:
    """Order a video. The answer comes at once; the job's status tells its progress.

    With the header Idempotency-Key, a repeated call gets the same job.
    """
    from sutradhar.pipeline.own_media import estimate_length
    from sutradhar.pipeline.submit import submit

    key = flask.request.headers.get("Idempotency-Key")
    if key is not None and not 1 <= len(key) <= 200:
        raise InvalidRequest([FieldError("Idempotency-Key", f"must have 1 to 200 characters (got {len(key)})")])
    services = bootstrap.services()
    job, created = submit(services, body, key, caller(), base_url=find_base_url() if body.webhook_url else "")
    answer = {
        "job_id": job.id,
        "status": "pending" if created else name_state(job),
        "state": "pending" if created else name_state(job),
        "estimated_cost_usd": usd(job.estimated_micros),
        "estimated_cost_most_usd": usd(job.max_estimated_micros),
        "estimated_wait_seconds": round(10 + WALL_SEC_PER_VIDEO_SEC * estimate_length(services, job.requested_plan)),
        "links": {name: f"{_get_url(job)}/{name}" for name in ("status", "cancel", "file")},
    }
    headers = {"Location": f"{_get_url(job)}/status"}
    if created:
        return flask.make_response(answer, 202, headers)
    return flask.make_response(answer, 200, {**headers, "Idempotent-Replayed": "true"})


@endpoint(answers={200: "application/json", 304: None})
def show_status(job_id: str) -> Response:
    """Return the state of a job, its steps, its files and its cost. Clients may ask every two seconds."""
    from sutradhar.pipeline.billing.accounts import read_job_account

    backend = bootstrap.backend()
    job = require_access(backend.jobs.get(job_id))
    finished_assets = backend.assets.get_many(r.key for r in job.requests) if not job.assets else {}
    paid = read_job_account(backend.records, job_id)
    response = flask.jsonify(describe_status(job, finished_assets, paid, base=_get_url(job)))
    response.set_etag(f"{job.version}-{len(finished_assets)}-{paid.spent}-{paid.reserved}")
    return response.make_conditional(flask.request)


@endpoint(answers={202: "application/json"}, errors=(409,))
def cancel_render(job_id: str) -> Response:
    """Cancel a job that has not finished."""
    from sutradhar.pipeline import submit

    require_access(bootstrap.backend().jobs.get(job_id))
    return flask.make_response(_describe_move(submit.cancel(bootstrap.services(), job_id)), 202)


@endpoint(answers={202: "application/json"}, errors=(409,))
def retry_render(job_id: str) -> Response:
    """Continue a failed job from its finished assets."""
    from sutradhar.pipeline import submit

    require_access(bootstrap.backend().jobs.get(job_id))
    return flask.make_response(_describe_move(submit.retry(bootstrap.services(), job_id)), 202)


@endpoint(answers={200: "video/mp4", 206: "video/mp4", 302: None, 304: None}, errors=(409, 416))
def download_file(job_id: str) -> Response:
    """Answer with a file: ``?kind=video|thumbnail|captions|summary|provenance``, for captions
    ``&lang=en|hi&format=srt|vtt``.

    The answer is a redirect (302) to a signed URL if the store has such URLs, otherwise the bytes. Ranges and ETag work
    in both cases.
    """
    backend = bootstrap.backend()
    job = require_access(backend.jobs.get(job_id))
    blob, media_type = _find_file(job)
    name = f"{job.id}-{Path(blob).name}"
    if url := backend.blobs.url(blob, SIGNED_URL_TTL, name):
        return flask.redirect(url)
    with tempfile.TemporaryDirectory() as folder:
        path = backend.blobs.fetch(blob, Path(folder) / "file")
        # send_file opens the file before the folder is removed; a conditional answer reads only the requested range
        return flask.send_file(path, mimetype=media_type, download_name=name, conditional=True, etag=True)


def _find_file(job: Job) -> tuple[str, str]:
    query = flask.request.args
    kind, language, form = query.get("kind", "video"), query.get("lang", ""), query.get("format", "srt")
    if kind not in ("video", "thumbnail", "captions", "summary", "provenance"):
        message = f"must be video, thumbnail, captions, summary or provenance (got {kind!r})"
        raise InvalidRequest([FieldError("kind", message)])
    if job.result is None:
        raise Conflict(f"the job has no file yet: it is {name_state(job)}; see {_get_url(job)}/status")
    if kind == "captions":
        if language not in LANGUAGES or form not in ("srt", "vtt"):
            message = f"captions need lang=en|hi and format=srt|vtt (got lang={language!r}, format={form!r})"
            raise InvalidRequest([FieldError("lang", message)])
        if language not in job.result.captions:
            raise NotFound(f"this video has no captions in {language!r}")
        files = job.result.captions[language]
        return (files.srt, "application/x-subrip") if form == "srt" else (files.vtt, "text/vtt")
    if kind == "thumbnail":
        return job.result.thumbnail, "image/png"
    if kind == "provenance":
        if not job.result.provenance:
            raise NotFound("this video was made before provenance was kept")
        return job.result.provenance, "application/json"
    return (job.result.video, "video/mp4") if kind == "video" else (job.result.summary, "application/json")


def _get_url(job: Job) -> str:
    """Return the URL of ``job`` as this caller reaches it; every URL about the job begins with it."""
    return make_url(f"/render/{job.id}")


def _describe_move(job: Job) -> dict[str, str]:
    return {"job_id": job.id, "state": name_state(job), "status": name_state(job)}
