"""Messages over Pub/Sub: one topic for each function."""

import threading

from google.api_core import exceptions
from google.cloud import pubsub_v1
from google.cloud.pubsub_v1.publisher.exceptions import MessageTooLargeError

from sutradhar.backends.gcp.retry import CALL_SEC, RETRY, TOTAL_SEC, translate_errors
from sutradhar.domain.core.errors import BackendError
from sutradhar.domain.jobs.messages import Message, message_subject
from sutradhar.ports.bus import MessageBus
from sutradhar.telemetry import read_carried_fields


class PubSubBus(MessageBus):
    """The bus over Pub/Sub. ``topic_prefix`` stands before the name of each topic."""

    reports_last_error = False

    def __init__(self, project: str, topic_prefix: str) -> None:
        self._project, self._prefix = project, topic_prefix
        self._lock = threading.Lock()
        self._client: pubsub_v1.PublisherClient | None = None

    def publish(self, message: Message) -> None:
        data = message.to_record().encode()
        topic = f"projects/{self._project}/topics/{self._prefix}{message.topic}"
        attributes = {**message_subject(message), "type": message.type, **read_carried_fields()}
        with translate_errors(f"topic {self._prefix}{message.topic}"):
            try:
                sent = self._publisher().publish(topic, data, retry=RETRY, timeout=CALL_SEC, **attributes)
            except MessageTooLargeError as exc:  # with its envelope over 10 MB (cloud.google.com/pubsub/quotas)
                raise BackendError(f"a {message.type} of {len(data)} bytes: {exc}", retryable=False) from exc
            try:
                sent.result(timeout=TOTAL_SEC + CALL_SEC)
            except TimeoutError as exc:  # it may still arrive; a repeat then sends it twice, which does no harm
                raise exceptions.DeadlineExceeded("Pub/Sub did not answer in time") from exc

    def close(self) -> None:
        """Close the connections of the client; the next call opens new ones."""
        with self._lock:
            if self._client is not None:
                self._client.stop()
                self._client.transport.close()  # stop() leaves the connection open
                self._client = None

    def _publisher(self) -> pubsub_v1.PublisherClient:
        with self._lock:
            if self._client is None:
                # each publish waits for its answer, so a batch would only delay it
                batch = pubsub_v1.types.BatchSettings(max_messages=1)
                self._client = pubsub_v1.PublisherClient(batch_settings=batch)
            return self._client
