"""Name the clips before the first and after the last scene. They are no scenes: the scenes keep their numbers."""

INTRO, OUTRO = -1, -2
"""Stand for the index of a scene where a clip, its sound or its words belong to the intro or the outro."""


def name_scene(scene: int) -> str:
    """Return the words for users, who count scenes from 1."""
    return {INTRO: "the intro", OUTRO: "the outro"}.get(scene, f"scene {scene + 1}")
