"""Write the scenes of a plan: those of a lyric video here, those of every other video by the planner."""

from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.song_plan import write_song_scenes
from sutradhar.pipeline.recording_plans import draft_recording_plan, write_recording_plan
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_records import read_uploads
from sutradhar.ports.providers import Planner, PlanResult

SONG_PLANNER = "song"
"""The provider of the scenes of a lyric video: this program itself."""


def write_plan(services: Services, planner: Planner, plan: RenderPlan, *, listens: bool = True) -> PlanResult:
    """Return ``plan`` with its scenes. ``planner`` is asked, and paid, only if the plan needs it.

    ``listens``: recognise the words of a recording that has no text, which takes minutes.

    Raises:
        ProviderError: no planner wrote the scenes.
    """
    if plan.narration_audio:
        return write_recording_plan(services, planner, plan, listens=listens)
    return planner.plan(plan) if needs_planner(plan) else PlanResult(write_song_plan(services, plan), SONG_PLANNER)


def draft_plan(services: Services, planner: Planner, plan: RenderPlan) -> RenderPlan:
    """Return a plan of the size that ``write_plan`` writes, free of charge, for an estimate. Raise ProviderError."""
    if plan.narration_audio:
        return draft_recording_plan(services, planner, plan)
    return planner.draft_plan(plan) if needs_planner(plan) else write_song_plan(services, plan)


def needs_planner(plan: RenderPlan) -> bool:
    """Return whether a planner writes or translates what ``plan`` leaves open."""
    return plan.song is None


def write_song_plan(services: Services, plan: RenderPlan) -> RenderPlan:
    """Return a plan with a song with its scenes."""
    assert plan.song
    upload = read_uploads(services, {plan.song.upload}).get(plan.song.upload)
    facts = upload.facts if upload else None
    return write_song_scenes(plan, upload.filename if upload else "", facts.duration_sec if facts else 0.0)
