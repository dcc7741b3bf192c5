"""The figures of the cost model, each with its source: the one place where they stand. Pure.

docs/costs.md shows them. `sutradhar calibrate` measures those that can be measured on the machine it runs on.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple, Self

from pydantic import Field

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.plan.choices import RenderMode


class Assumption(NamedTuple):
    """A figure that holds until a better one is known."""

    value: float
    unit: str
    meaning: str
    source: str
    as_of: str
    """The day of the source: 2026-11-27."""


_BENCH = "`sutradhar calibrate` on two hyperthreads of an AMD EPYC, both busy"
_PRICES = "https://cloud.google.com/run/pricing, tier 1, instance-based billing"

ASSUMPTIONS: Mapping[str, Assumption] = {
    "compose_ms": Assumption(3.8, "CPU ms a frame", "draw a frame and write it to the encoder", _BENCH, "2026-11-28"),
    "final_ms": Assumption(11.8, "CPU ms a frame", "encode a frame with libx264 for FINAL", _BENCH, "2026-11-28"),
    "proxy_ms": Assumption(7.0, "CPU ms a frame", "encode a frame with libx264 for PROXY", _BENCH, "2026-11-28"),
    "check_ms": Assumption(2.6, "CPU ms a frame", "decode a frame for the quality gate", _BENCH, "2026-11-28"),
    "nvenc_fps": Assumption(400.0, "frames a second", "one L4 encodes", "assumed; no card was at hand", "2026-11-23"),
    "start_sec": Assumption(
        10.0, "s", "from the request to the first line of our code", "assumed; no project was at hand", "2026-11-23"
    ),
    "finish_share": Assumption(
        0.10,
        "of the frames' CPU time",
        "join, upload and check the file in one task",
        "assumed; join and gate are 0.02 of it in docs/bench/bench.md, the rest is for the upload",
        "2026-11-23",
    ),
}
"""The figures of ``RenderFigures`` by name. A frame has 1920 × 1080 pixels; another size counts by its area."""

VCPU_SEC_USD = Assumption(0.000018, "USD", "a vCPU for a second", _PRICES, "2026-11-23")
GIB_SEC_USD = Assumption(0.000002, "USD", "a GiB of memory for a second", _PRICES, "2026-11-23")
L4_HOUR_USD = Assumption(0.67, "USD", "an L4 for an hour, without zonal redundancy", _PRICES, "2026-11-23")

JOB_START_SEC = Assumption(
    10.0, "s", "a job of any length, before and after its render", "docs/bench/job.md, rounded up", "2026-11-27"
)
ASSETS_SHARE = Assumption(
    0.2, "s for a second of video", "make the offline assets of a job", "docs/bench/job.md, rounded up", "2026-11-27"
)

_PAIR = re.compile(r"(\w+)=(\d+(?:\.\d+)?)")


class RenderFigures(Frozen):
    """The figures by which renders are estimated and shared out; ``ASSUMPTIONS`` has their units and defaults."""

    compose_ms: float = Field(default=ASSUMPTIONS["compose_ms"].value, gt=0, le=10_000)
    final_ms: float = Field(default=ASSUMPTIONS["final_ms"].value, gt=0, le=10_000)
    proxy_ms: float = Field(default=ASSUMPTIONS["proxy_ms"].value, gt=0, le=10_000)
    check_ms: float = Field(default=ASSUMPTIONS["check_ms"].value, gt=0, le=10_000)
    nvenc_fps: float = Field(default=ASSUMPTIONS["nvenc_fps"].value, gt=0, le=100_000)
    start_sec: float = Field(default=ASSUMPTIONS["start_sec"].value, ge=0, le=3600)
    finish_share: float = Field(default=ASSUMPTIONS["finish_share"].value, ge=0, le=1)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read ``compose_ms=7.9,final_ms=17.2``; the assumption holds for each figure that is left out.

        Raises:
            ValueError: ``text`` is written differently, or names a figure that there is not.
        """
        values: dict[str, float] = {}
        for part in filter(None, (one.strip() for one in text.split(","))):
            pair = _PAIR.fullmatch(part)
            if pair is None or pair[1] not in ASSUMPTIONS:
                names = ", ".join(ASSUMPTIONS)
                raise ValueError(f"must be like compose_ms=7.9,final_ms=17.2, of {names} (got {part!r})")
            values[pair[1]] = float(pair[2])
        return cls(**values)

    def to_text(self) -> str:
        """Return the figures as ``from_text`` reads them."""
        return ",".join(f"{name}={f'{value:.4f}'.rstrip('0').rstrip('.')}" for name, value in self)

    def encode_ms(self, mode: RenderMode) -> float:
        """Return the CPU milliseconds in which libx264 encodes a frame of 1080p for ``mode``."""
        return self.proxy_ms if mode == "PROXY" else self.final_ms
