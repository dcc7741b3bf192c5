"""Define the HTTP function that Cloud Scheduler calls: it sends the messages of stalled jobs again."""

import flask
import functions_framework

from sutradhar import bootstrap


@functions_framework.http
def sweep(request: flask.Request) -> flask.typing.ResponseReturnValue:  # noqa: ARG001 - the request has no content
    from sutradhar.pipeline import sweep as stage

    return {"jobs": stage.sweep(bootstrap.services())}
