"""Messages over Pub/Sub: one topic for each function.

``google.cloud.pubsub_v1`` collects messages and sends them in threads of its own, two for each message that is sent at
once. Each call here waits for its answer anyway, so it uses the client below that one (``google.pubsub_v1``).
"""

import threading

from google.pubsub_v1 import PublisherClient, PublishRequest, PubsubMessage

from sutradhar.backends.gcp.retry import CALL_SEC, RETRY, translate_errors
from sutradhar.domain.core.errors import BackendError
from sutradhar.domain.jobs.messages import Message, message_subject
from sutradhar.ports.bus import MessageBus
from sutradhar.telemetry import read_carried_fields

_MAX_BYTES = 10_000_000
"""The limit of a request (cloud.google.com/pubsub/quotas)."""


class PubSubBus(MessageBus):
    """The bus over Pub/Sub. ``topic_prefix`` stands before the name of each topic."""

    reports_last_error = False

    def __init__(self, project: str, topic_prefix: str) -> None:
        self._project, self._prefix = project, topic_prefix
        self._lock = threading.Lock()
        self._client: PublisherClient | None = None

    def publish(self, message: Message) -> None:
        attributes = {**message_subject(message), "type": message.type, **read_carried_fields()}
        request = PublishRequest(
            topic=f"projects/{self._project}/topics/{self._prefix}{message.topic}",
            messages=[PubsubMessage(data=message.to_record().encode(), attributes=attributes)],
        )
        size = PublishRequest.pb(request).ByteSize()
        if size > _MAX_BYTES:
            text = (
                f"topic {self._prefix}{message.topic}: a {message.type} has {size} bytes, at most {_MAX_BYTES} are sent"
            )
            raise BackendError(text, retryable=False)
        with translate_errors(f"topic {self._prefix}{message.topic}"):
            self._publisher().publish(request, retry=RETRY, timeout=CALL_SEC)

    def close(self) -> None:
        """Close the connections of the client; the next call opens new ones."""
        with self._lock:
            if self._client is not None:
                self._client.transport.close()
                self._client = None

    def _publisher(self) -> PublisherClient:
        with self._lock:
            if self._client is None:
                self._client = PublisherClient()
            return self._client
