"""Show a small image of an upload."""

from datetime import timedelta

import flask
from werkzeug.wrappers import Response

from functions.api.auth import caller
from functions.api.endpoint import endpoint
from sutradhar import bootstrap
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.plan.upload import name_preview

_SIGNED_URL_TTL = timedelta(hours=1)


@endpoint(answers={200: "image/webp", 302: None, 304: None})
def show_preview(upload_id: str) -> Response:
    """Answer with a small image of a checked file, at most 512 pixels a side: an image itself, upright and in sRGB, a
    frame of a video, the waveform of sound. The answer is a redirect (302) if the store has signed URLs."""
    from sutradhar.pipeline.upload_records import get_upload

    services = bootstrap.services()
    upload = get_upload(services, upload_id, caller())
    if not upload.has_preview:
        raise NotFound(f"there is no image of {upload.filename}, which is {upload.state}")
    blob = name_preview(upload.id)
    if url := services.blobs.url(blob, _SIGNED_URL_TTL):
        return flask.redirect(url)
    data = services.blobs.get(blob)
    response = flask.Response(data, mimetype="image/webp")
    response.add_etag()
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response.make_conditional(flask.request)
