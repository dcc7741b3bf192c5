"""Hold what every step of one render needs, and decide which task of an execution completes the video."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.video.render_request import RenderRequest, SegmentCounts, Stage
from sutradhar.domain.video.render_settings import RendererSettings
from sutradhar.ports.marks import MarkSigner
from sutradhar.ports.stores import BlobStore

ReportProgress = Callable[[Stage, int, int], None]
"""Called with the stage, the finished units of work and all units."""

_FINAL_STEPS_SHARE = 20
"""The steps after the segments (join, upload, gate) count as one unit for so many frames."""


@dataclass(frozen=True)
class TaskShard:
    """Task ``index`` of the ``count`` tasks of ``execution``, as Cloud Run numbers them."""

    index: int = 0
    count: int = 1
    execution: str = "-"


class TaskMarker(Frozen):
    """The record that a task stores when its share of the segments is in the blob store."""

    segments: SegmentCounts


@dataclass(frozen=True)
class RenderContext:
    """One render in one task: the request, where files are, and how to report and to stop."""

    request: RenderRequest
    blobs: BlobStore
    workdir: Path
    report: ReportProgress
    cancel: threading.Event
    settings: RendererSettings
    shard: TaskShard
    timings: dict[str, float] = field(default_factory=dict)
    """Seconds of wall time by stage."""
    signer: MarkSigner | None = None
    """None: the marks of the finished files are XMP only."""

    @property
    def units(self) -> int:
        """Units of work of the whole render: its frames, and the steps after them."""
        frames = self.request.timeline.frames
        return frames + max(frames // _FINAL_STEPS_SHARE, 2)

    @contextmanager
    def measure_time(self, stage: str) -> Iterator[None]:
        """Add the time of the block to ``timings``."""
        started = time.perf_counter()
        yield
        self.timings[stage] = round(self.timings.get(stage, 0.0) + time.perf_counter() - started, 3)

    def finish_share(self, segments: SegmentCounts) -> SegmentCounts | None:
        """Record that this task's share is done, and return the counts of all tasks if this task completes the video;
        None if another task does."""
        if self.shard.count == 1:
            return segments
        self._store_marker(segments)
        return self._count_all_segments() if self._claim_completion() else None

    @property
    def _folder(self) -> str:
        return f"{self.request.prefix}/tasks/{self.shard.execution}"

    @property
    def _markers(self) -> list[str]:
        return [f"{self._folder}/{index}.json" for index in range(self.shard.count)]

    def _store_marker(self, segments: SegmentCounts) -> None:
        marker = TaskMarker(segments=segments).model_dump_json().encode()
        self.blobs.put(self._markers[self.shard.index], marker)

    def _claim_completion(self) -> bool:
        """Return whether this task completes the video.

        Every task stores its marker before it looks for the others', so at least one sees all of them. Of these, the
        first to store its name completes the video. A task that starts again after a crash finds its own name there.
        """
        if not all(self.blobs.exists(marker) for marker in self._markers):
            return False
        own_name, claim = str(self.shard.index).encode(), f"{self._folder}/last"
        return self.blobs.put_new(claim, own_name) or self.blobs.get(claim) == own_name

    def _count_all_segments(self) -> SegmentCounts:
        counts = [TaskMarker.model_validate_json(self.blobs.get(marker)).segments for marker in self._markers]
        return SegmentCounts(
            total=sum(count.total for count in counts),
            reused=sum(count.reused for count in counts),
            encoded=sum(count.encoded for count in counts),
        )


class LinkedEvent(threading.Event):
    """An event that is also set while ``other`` is: it stops our own threads without touching the caller's event."""

    def __init__(self, other: threading.Event) -> None:
        super().__init__()
        self._other = other

    def is_set(self) -> bool:
        return super().is_set() or self._other.is_set()
