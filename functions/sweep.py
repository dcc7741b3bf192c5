"""The HTTP function that Cloud Scheduler calls: what has stalled is sent again."""

import flask
import functions_framework

from sutradhar import bootstrap


@functions_framework.http
def sweep(request: flask.Request) -> flask.typing.ResponseReturnValue:  # noqa: ARG001 - nothing is asked of it
    from sutradhar.pipeline import sweep as stage

    return {"jobs": stage.sweep(bootstrap.services())}
