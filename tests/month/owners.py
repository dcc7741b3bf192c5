"""Draw the orders of a month: what is published when, and what its owners change before."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sutradhar.domain.publishing.schedule_time import read_schedule_time

PACIFIC = ZoneInfo("America/Los_Angeles")
ZONES = ("America/Los_Angeles", "Asia/Kolkata", "Europe/Berlin", "Australia/Lord_Howe", "UTC")
POPULAR = (6.5, 9.0, 18.0)
"""Hours of the Pacific day at which several videos are due in the same minute."""
PRIORITIES = (-1, 0, 0, 0, 0, 1, 5)
COUNTS = [140 if day in (5, 12, 13, 14, 20) else 70 for day in range(30)]
"""The publications of each day of a month. Three of the full days follow each other."""
Act = Literal["order", "end_job", "cancel", "move", "raise"]


@dataclass(frozen=True)
class Deed:
    """An act of an owner or of the renderer. ``priority`` and ``publish_at``: of an order or a change."""

    at: datetime
    act: Act
    job_id: str
    publish_at: datetime | None = None
    zone: str = "UTC"
    priority: int = 0
    is_finished: bool = True
    """The job of an order has its video already."""
    size: int = 0
    languages: int = 0
    """The caption tracks."""


def draw_month(seed: int, first: date, counts: list[int]) -> list[Deed]:
    """Return the deeds in the order of time: ``counts[i]`` publications on the i-th Pacific day from ``first`` on."""
    dice = random.Random(seed)
    start = datetime(first.year, first.month, first.day, tzinfo=PACIFIC).astimezone(UTC) - timedelta(days=2)
    deeds: list[Deed] = []
    for index, count in enumerate(counts):
        day = first + timedelta(days=index)
        for number in range(count):
            deeds.extend(_draw_publication(dice, start, day, f"job-{index:02}-{number:03}"))
    return sorted(deeds, key=lambda deed: (deed.at, deed.act != "order", deed.job_id))


def _draw_publication(dice: random.Random, start: datetime, day: date, job_id: str) -> Iterator[Deed]:
    at, zone = _draw_time(dice, day)
    ahead = timedelta(hours=dice.choice((0, 0.1, 1, 5, 20, 40, 60)) * dice.random())
    ordered_at = max(start, at - ahead)
    is_finished = dice.random() < 0.85
    yield Deed(
        ordered_at,
        "order",
        job_id,
        publish_at=at,
        zone=zone,
        priority=dice.choice(PRIORITIES),
        is_finished=is_finished,
        size=100_000 * dice.randrange(3, 30),
        languages=dice.choice((0,) * 14 + (1, 2)),
    )
    if not is_finished:
        late = timedelta(hours=3 * dice.random()) if dice.random() < 0.2 else -(at - ordered_at) * dice.random()
        yield Deed(max(at + late, ordered_at), "end_job", job_id)
    luck = dice.random()
    meanwhile = ordered_at + (at - ordered_at) * dice.random()
    if luck < 0.05:
        yield Deed(meanwhile, "cancel", job_id)
    elif luck < 0.1:
        to, zone = _draw_time(dice, day + timedelta(days=dice.choice((0, 0, 1))))
        yield Deed(meanwhile, "move", job_id, publish_at=max(to, meanwhile), zone=zone)
    elif luck < 0.15:
        yield Deed(meanwhile, "raise", job_id, priority=dice.choice(PRIORITIES))


def _draw_time(dice: random.Random, day: date) -> tuple[datetime, str]:
    """Return a minute of the Pacific day and the zone in which its owner thinks of it."""
    hour = dice.choice(POPULAR) if dice.random() < 0.2 else 24 * dice.random()
    local = datetime(day.year, day.month, day.day, int(hour), int(hour % 1 * 60), tzinfo=PACIFIC)
    zone = dice.choice(ZONES)
    text = local.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat()
    try:
        return read_schedule_time(text, zone).at, zone
    except ValueError:  # a skipped hour: the API asks for another one
        return local.astimezone(UTC), zone
