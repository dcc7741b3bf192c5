"""Contract of the bus: it keeps a published message until a worker has finished it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sutradhar.backends.gcp.bus import PubSubBus
from sutradhar.backends.local.database import Database
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.queue import SqliteQueue
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.assets.specs import NarrationSpec
from sutradhar.domain.jobs.messages import (
    AlignLyrics,
    AnalyzeAudio,
    Message,
    PlanRender,
    ProduceAsset,
    RenderFinished,
    SpeakSample,
    StopRender,
    decode_message,
    message_subject,
)
from sutradhar.domain.jobs.topics import TOPICS
from sutradhar.ports.bus import MessageBus
from sutradhar.ports.clock import SystemClock
from sutradhar.telemetry import bind_fields
from tests import emulated_cloud

DIES = """
import os, sys
from sutradhar import bootstrap
from sutradhar.domain.jobs.messages import PlanRender
bootstrap.backend().bus.publish(PlanRender(job_id="from another process"))
os._exit(9)
"""


@dataclass
class Kit:
    bus: MessageBus
    take: Callable[[str, bool], Message]
    """Return the next message of a topic; finish it, or return it to the queue."""
    env: dict[str, str]
    """Publish from another process that has the same bus."""


@pytest.fixture(params=["local", "gcp"])
def kit(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kit]:
    if request.param == "local":
        yield from _local(tmp_path)
    else:
        request.getfixturevalue("emulators")
        yield from _gcp()


def _local(home: Path) -> Iterator[Kit]:
    database, process_registry = Database(home / "state.db"), ProcessRegistry(home)
    queue = SqliteQueue(database, process_registry, SystemClock(), home)

    def take(_topic: str, done: bool) -> Message:
        delivery = queue.take()
        assert delivery
        if done:
            queue.finish(delivery)
        else:
            queue.defer(delivery, 0)
        return delivery.message

    yield Kit(queue, take, {"SUTRADHAR_HOME": str(home)})
    database.close()
    process_registry.close()


def _gcp() -> Iterator[Kit]:
    from google.cloud import pubsub_v1

    project = emulated_cloud.project()
    with pubsub_v1.PublisherClient() as publisher, pubsub_v1.SubscriberClient() as subscriber:
        for topic in TOPICS:
            name = publisher.create_topic(name=f"projects/{project}/topics/t-{topic}").name
            subscriber.create_subscription(name=f"projects/{project}/subscriptions/t-{topic}", topic=name)

        def take(topic: str, done: bool) -> Message:
            subscription = f"projects/{project}/subscriptions/t-{topic}"
            (received,) = subscriber.pull(subscription=subscription, max_messages=1, timeout=20).received_messages
            if done:
                subscriber.acknowledge(subscription=subscription, ack_ids=[received.ack_id])
            else:
                subscriber.modify_ack_deadline(
                    subscription=subscription, ack_ids=[received.ack_id], ack_deadline_seconds=0
                )
            message = decode_message(received.message.data)
            attributes = dict(received.message.attributes)
            assert (message_subject(message).items() <= attributes.items(), attributes["type"]) == (True, message.type)
            assert attributes.get("request_id", "abc") == "abc"
            return message

        bus = PubSubBus(project, "t-")
        env = {
            "BACKEND": "gcp",
            "GOOGLE_CLOUD_PROJECT": project,
            "REGION": "r",
            "ASSET_BUCKET": "b",
            "TOPIC_PREFIX": "t-",
        }
        yield Kit(bus, take, env)
        bus.close()


def test_each_message_reaches_its_topic_unchanged(kit: Kit) -> None:
    for message in (
        PlanRender(job_id="a"),
        ProduceAsset(job_id="b", slot=Slot.sound_effect(0, 1)),
        StopRender(job_id="b", execution="चित्र"),
        RenderFinished(job_id="c", render_id="c-1"),
        AnalyzeAudio(upload_id="up-0123456789abcdef"),
        AlignLyrics(upload_id="up-0123456789abcdef", lyrics="[00:01.00]चाय\n", language="hi"),
        SpeakSample(
            sample_id="d", spec=NarrationSpec(text="चाय", language="hi", voice="F"), owner="k", owner_cap_micros=1
        ),
    ):
        with bind_fields(request_id="abc"):
            kit.bus.publish(message)
        assert kit.take(message.topic, True) == message


def test_a_message_that_is_returned_is_delivered_again(kit: Kit) -> None:
    kit.bus.publish(PlanRender(job_id="a"))
    assert kit.take("plan", False) == kit.take("plan", True) == PlanRender(job_id="a")


def test_a_published_message_outlives_its_publisher(kit: Kit) -> None:
    done = subprocess.run([sys.executable, "-c", DIES], env={**os.environ, **kit.env}, check=False)
    assert done.returncode == 9
    assert kit.take("plan", True) == PlanRender(job_id="from another process")
