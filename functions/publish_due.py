"""Define the HTTP function that Cloud Scheduler calls every minute: it claims the publications that are due."""

import flask
import functions_framework

from sutradhar import bootstrap


@functions_framework.http
def publish_due(request: flask.Request) -> flask.typing.ResponseReturnValue:  # noqa: ARG001 - the request has no content
    from sutradhar.pipeline.publishing import due

    return {"publications": due.publish_due(bootstrap.services())}
