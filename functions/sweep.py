"""Define the HTTP function that Cloud Scheduler calls: it sends messages of stalled jobs, and due webhooks, again."""

import flask
import functions_framework

from sutradhar import bootstrap


@functions_framework.http
def sweep(request: flask.Request) -> flask.typing.ResponseReturnValue:
    """Look for all that stalled; at the path /webhooks, only for webhooks that are due."""
    if request.path == "/webhooks":
        from sutradhar.pipeline.webhook_delivery import send_due_deliveries

        return {"webhooks": send_due_deliveries(bootstrap.services())}
    from sutradhar.pipeline import sweep as stage

    return {"jobs": stage.sweep(bootstrap.services())}
