"""Download the results of a batch."""

import flask
from werkzeug.wrappers import Response

from functions.api.auth import caller
from functions.api.batch_models import BatchResultsQuery
from functions.api.endpoint import endpoint
from functions.api.links import find_base_url
from sutradhar import bootstrap
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.core.file_names import RESERVED, make_disposition

_MAX_CLOUD_BYTES = 600_000_000
"""The most bytes of the videos in one answer of the function on Google Cloud, whose calls end after 9 minutes
(terraform/functions.tf): a line of 10 Mbit/s takes them in that time. A server of one machine has no such limit."""


@endpoint(answers={200: "application/zip"}, errors=(409,))
def download_results(batch_id: str, query: BatchResultsQuery) -> Response:
    """Download a zip with an index (CSV) of all rows and a folder for each finished video.

    `from` and `to` choose the rows of a part. The zip is written while it is sent, so it begins at once.
    """
    from sutradhar.pipeline.batches.results import make_index, read_results, refuse_large, stream_zip
    from sutradhar.pipeline.batches.rows import get_batch

    if query.first > query.last:
        raise InvalidRequest([FieldError("to", f"must be at least from (got {query.first} to {query.last})")])
    services = bootstrap.services()
    batch = get_batch(services, batch_id, caller())
    results = read_results(services, batch, query.first, query.last)
    base_url = find_base_url()
    if query.format == "csv":
        response = flask.Response(make_index(services, results, base_url), mimetype="text/csv")
    else:
        if services.blobs.has_upload_urls:
            refuse_large(results, _MAX_CLOUD_BYTES)
        response = flask.Response(stream_zip(services, results, base_url), mimetype="application/zip")
        response.headers["X-Accel-Buffering"] = "no"  # a proxy would wait for the whole zip
    name = " ".join(RESERVED.sub(" ", batch.name).split())[:60].strip(" .") or batch.id
    response.headers["Content-Disposition"] = make_disposition(f"{name}.{query.format}")
    response.headers["Cache-Control"] = "no-store"
    return response
