"""One channel of the stub of YouTube, whose line has a speed and whose calls are noted with their time."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.fakes import FakeClock
from tests.youtube_answers import Answer, Fault
from tests.youtube_stub import Video, YouTubeStub

CALL_SEC, BYTES_PER_SEC = 0.3, 50_000.0


@dataclass(frozen=True)
class Opening:
    """A call of videos.insert. One that is lost on the way counts too: its sender cannot know."""

    at: datetime
    job_id: str


class Channel(YouTubeStub):
    """``worked_on``: the job whose publication the worker has now. ``refusals`` counts calls beyond a quota."""

    def __init__(self, clock: FakeClock, dice: random.Random, fault_rate: float) -> None:
        super().__init__(clock.now)
        self._clock, self._dice, self._fault_rate = clock, dice, fault_rate
        self.choose_fault = self._draw_fault
        self.worked_on = ""
        self.hindered: Counter[str] = Counter()
        """The faults that each job met."""
        self.openings: list[Opening] = []
        self.thumbnails: dict[str, datetime] = {}
        """The time at which each video got its thumbnail."""
        self.refusals: list[tuple[datetime, str]] = []
        self._dying: set[str] = set()
        self._hidden: dict[str, Video] = {}
        self._count = 0

    def request(self, uri: str, *arguments: Any, **named: Any) -> Any:
        self._clock.advance(CALL_SEC + len(named.get("body") or b"") / BYTES_PER_SEC)
        if "uploadType=resumable" in uri:
            self.openings.append(Opening(self.now(), self.worked_on))
        try:
            return super().request(uri, *arguments, **named)
        finally:
            if (session := self.sessions.get(uri)) and session.video_id:
                session.data = b""  # it takes memory

    def settle(self) -> None:
        """Publish the videos whose time has come, without a look at those of the weeks before."""
        if len(self.videos) > self._count:
            self._hidden |= dict(list(self.videos.items())[self._count :])
            self._count = len(self.videos)
        everything, self.videos = self.videos, self._hidden
        super().settle()
        self.videos = everything
        self._hidden = {name: video for name, video in self._hidden.items() if video.public_at is None}

    def _draw_fault(self, call: str) -> Fault:
        if call == "query" and self.worked_on in self._dying:
            self._dying.discard(self.worked_on)
            return "session_dies"
        if self._dice.random() >= self._fault_rate:
            return ""
        self.hindered[self.worked_on] += 1
        if call == "send":
            self._dying.add(self.worked_on)
            return self._dice.choice(("lost_request", "lost_answer"))
        return self._dice.choice(("server_error", "lost_answer", "lost_request"))

    def _open(self, data: bytes, headers: Mapping[str, str], fault: str) -> Answer:
        answer = super()._open(data, headers, fault)
        if answer[0] != 200:
            self.refusals.append((self.now(), "uploads"))
        return answer

    def _set_thumbnail(self, video_id: str, data: bytes, headers: Mapping[str, str]) -> Answer:
        self.thumbnails.setdefault(video_id, self.now())
        return super()._set_thumbnail(video_id, data, headers)

    def _take_units(self, units: int) -> Answer | None:
        answer = super()._take_units(units)
        if answer is not None:
            self.refusals.append((self.now(), "units"))
        return answer
