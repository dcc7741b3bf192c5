"""The account that a paid call is charged to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BillingContext:
    """The job, slot and caps of a paid call. Caps in millionths of a US dollar; None: no cap."""

    job_id: str
    slot: str
    """The part of the job that the call is for: ``plan``, ``scene-00-image``."""
    job_cap: int | None = None
    no_fallbacks: bool = False
    """True: only the first provider of each chain may be called."""
    owner: str = ""
    """The API key that owns the job."""
    owner_cap: int | None = None
    """The cap of one day for all jobs of the owner."""
    batch: str = ""
    """The batch whose account pays too, and has a cap of its own; empty: the job belongs to none."""
    order: str = ""
    """The first job of a video in several languages, whose videos have ``job_cap`` together; empty: there is one video,
    or no cap."""
