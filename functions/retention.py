"""Define the HTTP function that Cloud Scheduler calls once a day: it orders the removal of what is no longer kept."""

import flask
import functions_framework

from sutradhar import bootstrap


@functions_framework.http
def retention(request: flask.Request) -> flask.typing.ResponseReturnValue:  # noqa: ARG001 - the request has no content
    from sutradhar.pipeline.retention import run_retention

    removals = run_retention(bootstrap.services())
    return {"removals": len(removals), "bytes": sum(removal.size for removal in removals)}
