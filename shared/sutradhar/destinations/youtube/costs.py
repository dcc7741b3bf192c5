"""The quota of a Google Cloud project, and the units that each call costs."""

from collections.abc import Mapping

from sutradhar.ports.publishing import Bucket, PublishError

UPLOADS, UNITS = "uploads", "units"
"""The buckets of the quota."""
ZONE = "America/Los_Angeles"
"""Quotas are renewed at midnight Pacific time."""
COSTS: Mapping[str, int] = {
    "channels.list": 1,
    "playlistItems.list": 1,
    "playlistItems.insert": 50,
    "videos.list": 1,
    "videos.update": 50,
    "thumbnails.set": 50,
    "captions.insert": 400,
}
"""Units per call (developers.google.com/youtube/v3/determine_quota_cost, read on 27 November 2026). videos.insert has a
bucket of its own."""
FIND_COST = COSTS["channels.list"] + 4 * (COSTS["playlistItems.list"] + COSTS["videos.list"])
"""The most units of one search for a marker."""
BUCKETS = (
    Bucket(UPLOADS, per_day=100, zone=ZONE, essential=1),
    Bucket(
        UNITS,
        per_day=10_000,
        zone=ZONE,
        # the thumbnail, the confirmation, a search for a lost video and a look at its processing
        essential=COSTS["thumbnails.set"] + 2 * COSTS["videos.list"] + FIND_COST,
        # a look, and the change to unlisted
        closing=COSTS["videos.list"] + COSTS["videos.update"],
    ),
)


class QuotaGone(PublishError):
    """YouTube says that today's quota is used up. ``bucket``: which one."""

    def __init__(self, bucket: str, cause: str) -> None:
        self.bucket = bucket
        super().__init__("quota_exceeded", cause)
