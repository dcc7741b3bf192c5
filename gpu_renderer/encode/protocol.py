"""Define what a worker process and its parent say to each other: requests in, events out, one JSON line each."""

from pathlib import Path

from gpu_renderer.core.segments import Segment
from gpu_renderer.encode.encoders import Profile
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.failure import FailureDetail


class EncodeRequest(Frozen):
    """Tell the worker to encode ``segment`` from ``sources`` (local files by sha256: images, clips, and
    those of the brand's look) into ``output``."""

    segment: Segment
    sources: dict[str, Path]
    profile: Profile
    output: Path


class WorkerEvent(Frozen):
    """Report the worker's progress on its current request."""

    frames: int = 0
    """Number of frames that were composed since the last event."""
    done: bool = False
    """True if the output of the request is complete."""
    failure: FailureDetail | None = None
    """The failure that ended the request, else None."""
