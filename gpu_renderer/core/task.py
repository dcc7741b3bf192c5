"""What every step of one render needs, and how the tasks of one execution find out which of them ends it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.video.render_request import RenderRequest, SegmentCounts, Stage
from sutradhar.domain.video.render_settings import RendererSettings
from sutradhar.ports.stores import BlobStore

Report = Callable[[Stage, int, int], None]

_AFTERWORK = 20
"""What follows the picture (join, upload, gate) counts as one frame in so many."""


@dataclass(frozen=True)
class Part:
    """Task ``index`` of the ``count`` tasks of ``execution``, as Cloud Run numbers them."""

    index: int = 0
    count: int = 1
    execution: str = "-"


class Done(Frozen):
    """What a task leaves when its share of the segments is in the blob store."""

    segments: SegmentCounts


@dataclass(frozen=True)
class Task:
    request: RenderRequest
    blobs: BlobStore
    workdir: Path
    report: Report
    cancel: threading.Event
    settings: RendererSettings
    part: Part
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def units(self) -> int:
        """Units of work: the frames, and what follows them."""
        frames = self.request.timeline.frames
        return frames + max(frames // _AFTERWORK, 2)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.timings[stage] = round(self.timings.get(stage, 0.0) + time.perf_counter() - begun, 3)

    def is_last(self, segments: SegmentCounts) -> SegmentCounts | None:
        """Say that this task's share is done. If it is the one that ends the film: what all tasks did; else None.

        Every task leaves its mark before it looks for the others', so at least one sees all of them; of those who do,
        the first to leave its name ends the film. Started again after a crash, it finds its name there.
        """
        part, blobs = self.part, self.blobs
        if part.count == 1:
            return segments
        folder = f"{self.request.prefix}/tasks/{part.execution}"
        blobs.put(f"{folder}/{part.index}.json", Done(segments=segments).model_dump_json().encode())
        marks = [f"{folder}/{index}.json" for index in range(part.count)]
        if not all(blobs.exists(mark) for mark in marks):
            return None
        mine = str(part.index).encode()
        if not blobs.put_new(f"{folder}/last", mine) and blobs.get(f"{folder}/last") != mine:
            return None
        done = [Done.model_validate_json(blobs.get(mark)).segments for mark in marks]
        return SegmentCounts(
            total=sum(d.total for d in done),
            reused=sum(d.reused for d in done),
            encoded=sum(d.encoded for d in done),
        )


class Either(threading.Event):
    """Set when it is set itself or when ``other`` is: stops our own threads without touching the caller's event."""

    def __init__(self, other: threading.Event) -> None:
        super().__init__()
        self._other = other

    def is_set(self) -> bool:
        return super().is_set() or self._other.is_set()
