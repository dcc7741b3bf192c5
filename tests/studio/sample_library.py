"""Fill a library with videos as a creator would have them, for the screenshots."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.studio.server import StudioServer

_VIDEOS: tuple[tuple[str, str, str], ...] = (
    (
        "The water cycle",
        "The sun warms the sea, and water rises.",
        "the sun over a wide blue sea, clouds rising, morning",
    ),
    (
        "Krishna and the hill",
        "Krishna lifted the hill on one finger.",
        "Krishna lifts a green hill, rain, villagers below",
    ),
    ("The thirsty crow", "A crow found a pot with little water.", "a crow beside a clay pot in a dry garden, noon"),
    ("चाँद का रूप", "चाँद हर रात अपना रूप बदलता है।", "the moon over a river at night, stars"),
    (
        "The tortoise and the hare",
        "Slow and steady wins the race.",
        "a tortoise on a forest path, a hare asleep, sunlight",
    ),
)


def fill_library(studio: StudioServer) -> None:
    """Make the videos, and plan the publication of three of them on the next days."""
    jobs = [studio.create_job(_make_plan(*video)) for video in _VIDEOS]
    for job_id in jobs:
        studio.finish_job(job_id)
    for day, job_id in enumerate(jobs[:3], 1):
        time = datetime.now(UTC).replace(hour=18, minute=0, second=0, microsecond=0) + timedelta(days=2 * day - 1)
        studio.call(
            "POST",
            f"/publish/{job_id}/schedule",
            {"destination": "folder", "iso_datetime": time.isoformat()},
        )


def _make_plan(title: str, narration: str, image_prompt: str) -> Mapping[str, Any]:
    scenes = [{"narration": narration, "image_prompt": image_prompt}]
    return {"title": title, "language": "hi" if title > "z" else "en", "scenes": scenes, "render": {"mode": "PROXY"}}
