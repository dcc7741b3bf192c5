"""Renders: submit, look, cancel, retry, download."""

import tempfile
from datetime import timedelta
from pathlib import Path

import flask
from werkzeug.wrappers import Response

from functions.api.auth import caller, owned
from functions.api.body import json_body
from sutradhar import bootstrap
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.errors import Conflict, FieldError, InvalidRequest, NotFound
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.job_status import describe_status, name_state
from sutradhar.domain.plan.choices import LANGUAGES
from sutradhar.domain.plan.plan import RenderPlan

blueprint = flask.Blueprint("renders", __name__)

_ADDRESS_LASTS = timedelta(hours=1)
"""Of a signed address: long enough for a slow line, too short to be passed around."""
_SECONDS_PER_SECOND = 1.2
"""Wall time of a 1080p film by its length, all stages, on two cores; measured, rounded up."""


@blueprint.post("/render")
def create() -> flask.typing.ResponseReturnValue:
    from sutradhar.pipeline.own_media import estimate_length
    from sutradhar.pipeline.submit import submit

    key = flask.request.headers.get("Idempotency-Key")
    if key is not None and not 1 <= len(key) <= 200:
        raise InvalidRequest([FieldError("Idempotency-Key", f"must have 1 to 200 characters (got {len(key)})")])
    services = bootstrap.services()
    job, created = submit(services, RenderPlan.parse(json_body()), key, caller())
    body = {
        "job_id": job.id,
        "status": "pending" if created else name_state(job),
        "state": "pending" if created else name_state(job),
        "estimated_cost_usd": usd(job.estimated_micros),
        "estimated_cost_most_usd": usd(job.max_estimated_micros),
        "estimated_wait_seconds": round(10 + _SECONDS_PER_SECOND * estimate_length(services, job.requested_plan)),
        "links": {name: f"{_base(job)}/{name}" for name in ("status", "cancel", "file")},
    }
    headers = {"Location": f"{_base(job)}/status"}
    if created:
        return body, 202, headers
    return body, 200, {**headers, "Idempotent-Replayed": "true"}


@blueprint.get("/render/<job_id>/status")
def show(job_id: str) -> Response:
    from sutradhar.pipeline.billing.accounts import read_job_account

    backend = bootstrap.backend()
    job = owned(backend.jobs.get(job_id))
    made = backend.assets.get_many(r.key for r in job.requests) if not job.assets else {}
    paid = read_job_account(backend.records, job_id)
    response = flask.jsonify(describe_status(job, made, paid, base=_base(job)))
    response.set_etag(f"{job.version}-{len(made)}-{paid.spent}-{paid.reserved}")
    return response.make_conditional(flask.request)


@blueprint.delete("/render/<job_id>/cancel")
def cancel(job_id: str) -> flask.typing.ResponseReturnValue:
    from sutradhar.pipeline import submit

    owned(bootstrap.backend().jobs.get(job_id))
    return _moved(submit.cancel(bootstrap.services(), job_id)), 202


@blueprint.post("/render/<job_id>/retry")
def retry(job_id: str) -> flask.typing.ResponseReturnValue:
    from sutradhar.pipeline import submit

    owned(bootstrap.backend().jobs.get(job_id))
    return _moved(submit.retry(bootstrap.services(), job_id)), 202


@blueprint.get("/render/<job_id>/file")
def download(job_id: str) -> Response:
    """``?kind=video|thumbnail|captions|summary|provenance``, for captions ``&lang=en|hi&format=srt|vtt``.

    302 to a signed address where the store has such, else the bytes; ranges and ETag work either way.
    """
    backend = bootstrap.backend()
    job = owned(backend.jobs.get(job_id))
    blob, media_type = _wanted_file(job)
    name = f"{job.id}-{Path(blob).name}"
    if address := backend.blobs.url(blob, _ADDRESS_LASTS, name):
        return flask.redirect(address)
    with tempfile.TemporaryDirectory() as folder:
        path = backend.blobs.fetch(blob, Path(folder) / "file")
        # opened before the folder goes; a conditional answer reads only the range asked for
        return flask.send_file(path, mimetype=media_type, download_name=name, conditional=True, etag=True)


def _wanted_file(job: Job) -> tuple[str, str]:
    asked = flask.request.args
    kind, language, form = asked.get("kind", "video"), asked.get("lang", ""), asked.get("format", "srt")
    if kind not in ("video", "thumbnail", "captions", "summary", "provenance"):
        message = f"must be video, thumbnail, captions, summary or provenance (got {kind!r})"
        raise InvalidRequest([FieldError("kind", message)])
    if job.result is None:
        raise Conflict(f"the job has no file yet: it is {name_state(job)}; see {_base(job)}/status")
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


def _base(job: Job) -> str:
    """Return the path of ``job`` as this caller reaches it; every path about the job begins with it."""
    return f"{flask.request.script_root}/render/{job.id}"


def _moved(job: Job) -> dict[str, str]:
    return {"job_id": job.id, "state": name_state(job), "status": name_state(job)}
