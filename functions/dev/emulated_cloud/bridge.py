"""From the Pub/Sub emulator to functions: what the push subscriptions of terraform/topics.tf do in the cloud.

The emulator's own push has two requests under way at most, and neither its retry policy nor its dead letters are those
of the cloud; so messages are pulled here and posted in the envelope of a push.
"""

import base64
import http.client
import json
import threading
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from google.api_core.exceptions import AlreadyExists
from google.cloud import pubsub_v1
from google.cloud.pubsub_v1.subscriber.scheduler import ThreadScheduler

MAX_ATTEMPTS = 5
"""The fewest that Pub/Sub allows before a message is a dead letter."""


@dataclass(frozen=True)
class Route:
    """From ``topic`` to ``url``. ``dead_letters``: the topic for what was delivered ``MAX_ATTEMPTS`` times in vain."""

    topic: str
    url: str
    dead_letters: str | None = None
    concurrency: int = 8
    timeout_sec: float = 540.0


class Bridge:
    """Makes the topics and subscriptions of ``routes`` in ``project`` and delivers while the block runs.

    A function that fails is asked again after ``backoff_sec``, then twice that, and so on.
    """

    def __init__(self, project: str, routes: Sequence[Route], backoff_sec: float = 1.0) -> None:
        self._project, self._routes, self._backoff = project, routes, backoff_sec
        self._stopped = threading.Event()
        self._failures: dict[str, int] = {}
        self._lock = threading.Lock()
        self._pools: list[ThreadPoolExecutor] = []
        self._pulls: list[Any] = []

    def __enter__(self) -> Self:
        with pubsub_v1.PublisherClient() as publisher:
            for topic in {t for r in self._routes for t in (r.topic, r.dead_letters) if t}:
                with suppress(AlreadyExists):
                    publisher.create_topic(name=self._topic(topic))
        self._subscriber = pubsub_v1.SubscriberClient()
        for route in self._routes:
            self._subscribe(route)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        for pull in self._pulls:
            pull.cancel()
        try:
            for pull in self._pulls:
                pull.result()  # raises what ended it before its time
        finally:
            for pool in self._pools:
                pool.shutdown()
            self._subscriber.close()

    def _subscribe(self, route: Route) -> None:
        name = f"projects/{self._project}/subscriptions/{route.topic}"
        request: dict[str, Any] = {"name": name, "topic": self._topic(route.topic), "ack_deadline_seconds": 600}
        if route.dead_letters:
            request["dead_letter_policy"] = {
                "dead_letter_topic": self._topic(route.dead_letters),
                "max_delivery_attempts": MAX_ATTEMPTS,
            }
        with suppress(AlreadyExists):
            self._subscriber.create_subscription(request=request)
        pool = ThreadPoolExecutor(route.concurrency, thread_name_prefix=f"bridge-{route.topic}")
        self._pools.append(pool)
        flow = pubsub_v1.types.FlowControl(max_messages=route.concurrency)
        self._pulls.append(
            self._subscriber.subscribe(
                name,
                lambda message: self._deliver(route, name, message),
                flow_control=flow,
                scheduler=ThreadScheduler(pool),
                await_callbacks_on_shutdown=True,
            )
        )

    def _deliver(self, route: Route, subscription: str, message: Any) -> None:
        try:
            with urllib.request.urlopen(self._request(route, subscription, message), timeout=route.timeout_sec):
                pass
        except (OSError, http.client.HTTPException):  # anything else that left here would end the pull for good
            with self._lock:
                failures = self._failures[message.message_id] = self._failures.get(message.message_id, 0) + 1
            self._stopped.wait(min(self._backoff * 2 ** (failures - 1), 60.0))
            message.nack()
        else:
            with self._lock:
                self._failures.pop(message.message_id, None)
            message.ack()

    def _request(self, route: Route, subscription: str, message: Any) -> urllib.request.Request:
        time = message.publish_time.isoformat().replace("+00:00", "Z")
        content = {
            "data": base64.b64encode(message.data).decode(),
            "attributes": dict(message.attributes),
            "messageId": message.message_id,
            "message_id": message.message_id,
            "publishTime": time,
            "publish_time": time,
        }
        body: dict[str, Any] = {"message": content, "subscription": subscription}
        if message.delivery_attempt:  # only where there is a dead letter policy
            body["deliveryAttempt"] = message.delivery_attempt
        # functions-framework makes the CloudEvent, and finds the topic in the path
        address = f"{route.url.rstrip('/')}/{self._topic(route.topic)}"
        headers = {"Content-Type": "application/json"}
        return urllib.request.Request(address, json.dumps(body).encode(), headers, method="POST")

    def _topic(self, name: str) -> str:
        return f"projects/{self._project}/topics/{name}"
