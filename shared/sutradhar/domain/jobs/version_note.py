"""Name the jobs that make a video in its other languages."""

import hashlib

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.plan import RenderPlan


class VersionNote(Frozen):
    """The version of a video in one language."""

    job_id: str
    problem: str = ""
    """The reason why it has no job; empty: it has one, or gets it."""


def list_versions(job_id: str, plan: RenderPlan) -> dict[Language, VersionNote]:
    """Return the versions that ``plan`` asks for, each as a job with an id of its own."""
    return {language: VersionNote(job_id=name_version(job_id, language)) for language in plan.video_languages}


def name_version(job_id: str, language: Language) -> str:
    """Return the id of the job that makes the video of ``job_id`` in ``language``; a repeat finds the same job."""
    return f"job-{hashlib.sha256(f'{job_id}/{language}'.encode()).hexdigest()[:16]}"
