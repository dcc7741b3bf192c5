"""Limit the scenes and lengths of one plan. The operator sets these limits; they hold for the plan that a caller sends,
not for the scenes that a planner writes."""

from collections.abc import Iterator, Mapping

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import FieldError
from sutradhar.domain.plan.ends import INTRO, OUTRO
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.speech_duration import estimate_scene_sec

_ESTIMATE_TOLERANCE = 1.1
"""Factor for the error of estimated narration lengths; an estimate is refused only if it exceeds a limit by more."""


class PlanLimits(Frozen):
    """The limits of a plan; errors name each limit by the environment variable that sets it."""

    max_scenes: int
    """MAX_SCENES."""
    max_scene_sec: float
    """MAX_SCENE_DURATION_SEC."""
    max_total_sec: float
    """MAX_TOTAL_DURATION_SEC."""

    def find_excesses(self, plan: RenderPlan, clip_sec: Mapping[int, float] | None = None) -> Iterator[FieldError]:
        """Yield an error for each value in ``plan`` that is over a limit.

        Args:
            plan: as the caller sent it.
            clip_sec: seconds of the clip or the recorded voice by the scene's number, for scenes that take their length
                from it; and of the intro and the outro.
        """
        clip_sec = clip_sec or {}
        if len(plan.scenes) > self.max_scenes:
            yield FieldError("scenes", f"has {len(plan.scenes)} scenes; at most {self.max_scenes} (MAX_SCENES)")
        longest = f"at most {self.max_scene_sec:g} s a scene (MAX_SCENE_DURATION_SEC)"
        for i, scene in enumerate(plan.scenes):
            if (scene.duration_sec or 0) > self.max_scene_sec:
                yield FieldError(f"scenes[{i}].duration_sec", f"is {scene.duration_sec:g} s; {longest}")
            elif clip_sec.get(i, 0) > self.max_scene_sec and not plan.song:  # the beats of the song cut the clip
                field, advice = ("clip", "duration_sec or end_sec") if scene.clip else ("narration_audio", "end_sec")
                message = f"is {clip_sec[i]:.1f} s long; {longest}; give {advice}"
                yield FieldError(f"scenes[{i}].{field}", message)
        for name, number in (("intro", INTRO), ("outro", OUTRO)):
            if clip_sec.get(number, 0) > self.max_scene_sec:
                yield FieldError(name, f"is {clip_sec[number]:.1f} s long; {longest}; give end_sec")
        whole = f"at most {self.max_total_sec:g} s a video (MAX_TOTAL_DURATION_SEC)"
        is_best_part = plan.song is not None and plan.song.best
        if (plan.song and not is_best_part) or plan.narration_audio:
            return  # the length of the video is that of its own sound
        if is_best_part or not plan.scenes:
            if plan.length_sec > self.max_total_sec:
                yield FieldError("length_sec", f"is {plan.length_sec} s; {whole}")
            return
        sure = sum(max(scene.duration_sec or 0, clip_sec.get(i, 0)) for i, scene in enumerate(plan.scenes))
        sure += measure_ends(clip_sec)
        likely = estimate_video_sec(plan, clip_sec)
        if sure > self.max_total_sec:
            yield FieldError("scenes", f"add up to {sure:g} s; {whole}")
        elif likely > self.max_total_sec * _ESTIMATE_TOLERANCE:
            yield FieldError("scenes", f"take about {likely:.0f} s with their narrations; {whole}")


API_LIMITS = PlanLimits.constant(max_scenes=20, max_scene_sec=20, max_total_sec=600)
TERMINAL_LIMITS = PlanLimits.constant(max_scenes=100, max_scene_sec=600, max_total_sec=600)
"""The limits for a person at the terminal of their own machine."""


def measure_ends(clip_sec: Mapping[int, float]) -> float:
    """Return the seconds of the intro and the outro together."""
    return clip_sec.get(INTRO, 0) + clip_sec.get(OUTRO, 0)


def estimate_video_sec(plan: RenderPlan, clip_sec: Mapping[int, float] | None = None) -> float:
    """Estimate the seconds of the video of ``plan`` before its narrations are recorded."""
    ends = measure_ends(clip_sec or {})
    if not plan.scenes:
        return float(plan.length_sec) + ends
    return sum(estimate_scene_lengths(plan, clip_sec)) + ends


def estimate_scene_lengths(plan: RenderPlan, clip_sec: Mapping[int, float] | None = None) -> list[float]:
    """Estimate the seconds of each scene of ``plan`` before its narration is recorded."""
    voice = plan.spoken_language, plan.delivery.speed, plan.gender
    return [
        max(
            scene.duration_sec or 0,
            (clip_sec or {}).get(i, 0),
            estimate_scene_sec(scene.narration, *voice) if scene.narration else 0,
        )
        for i, scene in enumerate(plan.scenes)
    ]
