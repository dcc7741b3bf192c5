"""The Pub/Sub function ``dispatch``: the film is laid out and the renderer started, watched or stopped."""

import functions_framework
from cloudevents.http.event import CloudEvent

from functions import envelope


@functions_framework.cloud_event
def dispatch(event: CloudEvent) -> None:
    envelope.receive(event)
