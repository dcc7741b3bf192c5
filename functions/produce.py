"""The Pub/Sub function ``produce``: one asset a message."""

import functions_framework
from cloudevents.http.event import CloudEvent

from functions import envelope


@functions_framework.cloud_event
def produce(event: CloudEvent) -> None:
    envelope.receive(event)
