"""Play a month: owners, the minute's tick and one worker on one clock, on the real pipeline and the stub of YouTube."""

import random
from collections import deque
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from sutradhar.destinations.youtube import YouTubeDestination
from sutradhar.destinations.youtube.client import YouTubeClient
from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import Message, PublishVideo, WakePublications
from sutradhar.domain.jobs.result import CaptionFiles
from sutradhar.domain.plan.options import PlanDefaults
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.domain.publishing.publication import Publication
from sutradhar.domain.video.render_request import request_blob
from sutradhar.pipeline.dispatch import render_prefix
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.publishing.schedule import (
    PublicationOrder,
    cancel_publication,
    change_publication,
    schedule_publication,
)
from sutradhar.pipeline.publishing.store import PUBLICATIONS, list_publications_of
from sutradhar.pipeline.publishing.wake import wake_publications
from sutradhar.pipeline.publishing.work import publish_video
from sutradhar.pipeline.services import Services
from tests.fake_providers import free_call_gate, provider_set
from tests.fakes import FakeClock, FakeProviders, PortSet
from tests.finished_job import store_finished_job
from tests.memory_stores import MemoryBlobs, MemoryDocuments, MemoryJobs, MemoryRecords
from tests.month.channel import Channel
from tests.month.owners import Deed

MINUTE = timedelta(minutes=1)
LATEST_TICK = 6
"""Minutes by which a tick comes late, now and then."""
DETAILS = PublicationDetails(title="Tea")
CAPTIONS = ("en", "hi")


class Line(deque[Message]):
    """A bus whose messages the one worker takes in their order."""

    reports_last_error = True
    publish = deque[Message].append


class Month:
    def __init__(self, seed: int, deeds: list[Deed], fault_rate: float = 0.004) -> None:
        self.clock, self.dice, self.line = FakeClock(), random.Random(seed), Line()
        self.clock.at = deeds[0].at
        self.deeds = deque(deeds)
        self.done: dict[str, list[Deed]] = {}
        """The deeds that had an effect, by job."""
        self.youtube = Channel(self.clock, self.dice, fault_rate)
        self.documents, self.jobs, self.blobs = MemoryDocuments(), MemoryJobs(), MemoryBlobs()
        self.services = self._make_services()
        self.model = store_finished_job(self.services, "model")
        self._tick_at = self.clock.at

    def _make_services(self) -> Services:
        records, others = MemoryRecords(), cast(Any, None)
        backend = PortSet(
            jobs=cast(Any, self.jobs),
            assets=others,
            leases=others,
            records=records,
            documents=self.documents,
            tallies=cast(Any, SimpleNamespace(add=lambda _counts: None)),
            blobs=cast(Any, self.blobs),
            bus=cast(Any, self.line),
            runner=others,
            clock=self.clock,
        )
        client = YouTubeClient(lambda: self.youtube)
        providers = provider_set(FakeProviders(), free_call_gate(records, others, self.clock))
        providers = replace(providers, destinations={"youtube": YouTubeDestination(lambda: client)})
        return Services(backend, providers, PlanDefaults())

    def play(self) -> None:
        """Play until no deed, no message and no work is left."""
        end = self.deeds[-1].at + timedelta(days=9)
        while self.clock.at < end:
            now = self.clock.at
            while self.deeds and self.deeds[0].at <= now:
                self._do(self.deeds.popleft())
            first_due = self.documents.find_first_due(PUBLICATIONS)
            if first_due and max(first_due, self._tick_at) <= now:
                self._tick()
            elif self.line:
                self._work(cast(PublishVideo, self.line.popleft()))
            else:
                times = [max(first_due, self._tick_at)] if first_due else []
                times.extend(deed.at for deed in list(self.deeds)[:1])
                if not times:
                    break
                self.clock.at = _round_up(min(times)) if not self.deeds or min(times) < self.deeds[0].at else min(times)
        self.youtube.settle()

    def list_publications(self) -> list[Publication]:
        """Return the publications, each with its job's id as the key of its story."""
        return [list_publications_of(self.services, job_id, "youtube")[-1] for job_id in self.done]

    def _tick(self) -> None:
        late = self.dice.randrange(LATEST_TICK) if self.dice.random() < 0.02 else 0
        self._tick_at = _round_up(self.clock.at + timedelta(seconds=1)) + late * MINUTE
        publish_due(self.services)

    def _work(self, message: PublishVideo) -> None:
        publication = self.documents.get(PUBLICATIONS, message.publication_id)
        self.youtube.worked_on = publication.job_id
        publish_video(self.services, message)

    def _do(self, deed: Deed) -> None:
        match deed.act:
            case "order":
                order = PublicationOrder("youtube", DETAILS, deed.publish_at, deed.zone, deed.priority)
                schedule_publication(self.services, self._store_job(deed), order)
            case "end_job":
                stored = self.jobs.get(deed.job_id)
                entered_at = {**stored.entered_at, JobState.SUCCEEDED: self.clock.now()}
                self.jobs.jobs[deed.job_id] = stored.evolve(state=JobState.SUCCEEDED, entered_at=entered_at)
                wake_publications(self.services, WakePublications(job_id=deed.job_id))
            case _:
                with suppress(Conflict):
                    self._change(deed)
                    self.done[deed.job_id].append(deed)
                return
        self.done.setdefault(deed.job_id, []).append(deed)

    def _change(self, deed: Deed) -> None:
        publication_id = list_publications_of(self.services, deed.job_id, "youtube")[-1].id
        if deed.act == "cancel":
            cancel_publication(self.services, publication_id, None)
        elif deed.act == "raise":
            change_publication(self.services, publication_id, None, priority=deed.priority)
        else:
            change_publication(self.services, publication_id, None, publish_at=deed.publish_at, zone=deed.zone)

    def _store_job(self, deed: Deed) -> Job:
        assert self.model.result
        tracks = {
            language: CaptionFiles(srt="captions", vtt="captions", cues=1) for language in CAPTIONS[: deed.languages]
        }
        result = self.model.result.evolve(size=deed.size, captions=tracks, video=f"video-{deed.size}")
        state = JobState.SUCCEEDED if deed.is_finished else JobState.RENDERING
        job = self.model.evolve(id=deed.job_id, result=result, state=state)
        model_request = request_blob(render_prefix(self.model))
        self.blobs.blobs[request_blob(render_prefix(job))] = self.blobs.blobs[model_request]
        self.blobs.blobs.setdefault(result.video, bytes(deed.size))
        self.blobs.blobs["captions"] = b"1"
        return self.jobs.create(job)[0]


def _round_up(at: datetime) -> datetime:
    """Return the first full minute that is not before ``at``."""
    floor = at.replace(second=0, microsecond=0)
    return floor if floor == at else floor + MINUTE
