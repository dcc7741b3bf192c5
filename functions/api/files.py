"""Download the files of a job."""

import mimetypes
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Literal

import flask
from pydantic import Field
from werkzeug.wrappers import Response

from functions.api.auth import require_access
from functions.api.endpoint import endpoint
from functions.api.links import make_url
from sutradhar import bootstrap
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import Conflict, FieldError, InvalidRequest, NotFound
from sutradhar.domain.core.file_names import make_disposition
from sutradhar.domain.jobs.download_names import name_download
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.job_status import name_state
from sutradhar.domain.jobs.keeping import require_files
from sutradhar.domain.jobs.result import CaptionFiles, Result
from sutradhar.domain.language.tags import LANGUAGES, Language
from sutradhar.domain.video.render_request import small_thumbnail_blob

SIGNED_URL_TTL = timedelta(hours=1)
"""Life of a signed URL: long enough for a slow line, too short to be passed around."""

_CAPTION_TYPES = {"srt": "application/x-subrip", "vtt": "text/vtt", "lrc": "text/plain"}
_SMALL = ("captions", "summary", "provenance")
"""The kinds of files that the API sends itself where a caller asks for that: a function's answer may have 32 MiB."""


class FileQuery(Frozen):
    kind: Literal["video", "thumbnail", "captions", "audio", "summary", "provenance", "asset"] = "video"
    lang: str = Field(default="", max_length=10)
    """The language of the captions or of the audio, such as ``en`` or ``ta``; the status lists those that there are."""
    format: Literal["srt", "vtt", "lrc"] = "srt"
    """The format of the captions; only the words of a song are also there as ``lrc``."""
    slot: str = Field(default="", max_length=100)
    """The place of the asset, such as ``scene-00-image``; the status lists them."""
    size: Literal["full", "small"] = "full"
    """``small``: a thumbnail for lists, at most 480 pixels wide or high. Videos of earlier versions have only the full
    one."""
    download: bool = False
    """True: a browser saves the file, by the title of the video, instead of showing it."""
    redirect: bool = True
    """False: the API itself sends the bytes of captions, the summary or the provenance, also where a bucket has them. A
    page's ``<track>`` plays captions of its own origin only (html.spec.whatwg.org, the track element)."""


@endpoint(answers={200: "video/mp4", 206: "video/mp4", 302: None, 304: None}, errors=(409, 416))
def download_file(job_id: str, query: FileQuery) -> Response:
    """Answer with a file of the job: an asset as soon as it is made, every other file when the job succeeded.

    The answer is a redirect (302) to a signed URL if the store has such URLs, otherwise the bytes. Ranges and ETag work
    in both cases.
    """
    backend = bootstrap.backend()
    job = require_access(backend.jobs.get(job_id))
    if not query.redirect and query.kind not in _SMALL:
        message = f"false is for small files: {', '.join(_SMALL)} (got kind={query.kind})"
        raise InvalidRequest([FieldError("redirect", message)])
    blob, media_type = _find_asset(job, query.slot) if query.kind == "asset" else _find_file(job, query)
    if query.kind == "thumbnail" and query.size == "small" and backend.blobs.exists(small_thumbnail_blob(blob)):
        blob, media_type = small_thumbnail_blob(blob), "image/jpeg"
    suffix = f".{query.format}" if query.kind == "captions" else Path(blob).suffix
    name = name_download(job, _name_part(query), suffix)
    return send_blob(blob, media_type, name, redirects=query.redirect, is_attachment=query.download)


def send_blob(
    blob: str, media_type: str, name: str, *, redirects: bool = True, is_attachment: bool = False
) -> Response:
    """Return a redirect to a signed URL of ``blob``, or its bytes; ``name``: the name of the file if it is saved."""
    blobs = bootstrap.backend().blobs
    # a signed URL always saves the file when it is opened; elements of a page show it all the same
    if redirects and (url := blobs.url(blob, SIGNED_URL_TTL, name)):
        return flask.redirect(url)
    with tempfile.TemporaryDirectory() as folder:
        path = blobs.fetch(blob, Path(folder) / "file")
        # send_file opens the file before the folder is removed; a conditional answer reads only the requested range
        response = flask.send_file(path, mimetype=media_type, conditional=True, etag=True)
        response.headers["Content-Disposition"] = make_disposition(name, is_attachment=is_attachment)
        return response


def _name_part(query: FileQuery) -> str:
    """Return what tells the file from others of its video: players find captions by their language."""
    match query.kind:
        case "video" | "thumbnail":
            return ""
        case "captions" | "audio":
            return query.lang
        case "asset":
            return query.slot
    return query.kind


def _find_asset(job: Job, text: str) -> tuple[str, str]:
    """Return blob and media type of an asset. Raise InvalidRequest, NotFound, or Conflict: it is not made."""
    from sutradhar.pipeline.produce import find_finished_assets

    try:
        slot = Slot.parse(text)
    except ValueError as exc:
        message = f"must be the slot of an asset, such as scene-00-image (got {text[:60]!r})"
        raise InvalidRequest([FieldError("slot", message)]) from exc
    request = job.find_request(slot)
    if request is None:
        raise NotFound(f"the video has no asset {slot}")
    asset = job.assets.get(slot) or find_finished_assets(bootstrap.services(), job).get(slot)
    if asset is None:
        raise Conflict(f"{slot} is not made yet; see {_get_status_url(job)}")
    return asset.blob, mimetypes.guess_type(asset.blob)[0] or "application/octet-stream"


def _find_file(job: Job, query: FileQuery) -> tuple[str, str]:
    if job.result is None:
        raise Conflict(f"the job has no file yet: it is {name_state(job)}; see {_get_status_url(job)}")
    require_files(job)
    match query.kind:
        case "captions":
            files = _find_captions(job.result, query.lang)
            if query.format == "lrc" and not files.lrc:
                raise NotFound("this video has no LRC file: only the words of a song have one")
            return getattr(files, query.format), _CAPTION_TYPES[query.format]
        case "audio":
            return _find_audio(job.result, query.lang), "audio/mp4"
        case "thumbnail":
            return job.result.thumbnail, "image/png"
        case "summary":
            return job.result.summary, "application/json"
        case "provenance":
            if not job.result.provenance:
                raise NotFound("this video was made before provenance was kept")
            return job.result.provenance, "application/json"
    return job.result.video, "video/mp4"


def _find_captions(result: Result, lang: str) -> CaptionFiles:
    language = _read_language(lang, "captions")
    if language not in result.captions:
        raise NotFound(f"this video has no captions in {language!r}")
    return result.captions[language]


def _find_audio(result: Result, lang: str) -> str:
    if not result.audio:
        raise NotFound("this video has one audio track, and no file of its own for that")
    language = _read_language(lang, "audio")
    if language not in result.audio:
        raise NotFound(f"this video has no audio in {language!r}; it has {', '.join(result.audio)}")
    return result.audio[language]


def _read_language(lang: str, kind: str) -> Language:
    language = next((language for language in LANGUAGES if language == lang), None)
    if language is None:
        message = f"kind={kind} needs the code of a language, such as lang=en (got {lang!r})"
        raise InvalidRequest([FieldError("lang", message)])
    return language


def _get_status_url(job: Job) -> str:
    return make_url(f"/render/{job.id}/status")
