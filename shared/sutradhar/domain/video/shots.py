"""Choose the camera's move, the part of a clip, and the sound of the clip for one scene; choose the video's music."""

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset
from sutradhar.domain.plan.own_media import CENTER, ClipAudio, Point
from sutradhar.domain.plan.plan import CameraMove, Music, Scene
from sutradhar.domain.video.timeline import Bed, Camera, Clip, ClipSound, Footage, Pose, frame_to_sample

_SONG_CROSSFADE = 2 * SAMPLE_RATE
"""Samples over which a song that is shorter than the video crossfades from its end into its start."""
_CUT = SAMPLE_RATE // 100
"""Samples over which a sound fades at a cut of the picture."""
_MOVES: tuple[CameraMove, ...] = ("zoom_in", "pan_right", "zoom_out", "pan_left")


def choose_camera(scene: Scene, index: int, picture: Asset, aspect: float) -> Camera:
    """Return a slow move. Scenes without a chosen move take turns, so that neighbours move differently.

    The camera holds still on footage, which moves by itself, and on a file that is shown whole, which a move would
    crop, unless the scene names a move for a user's own file.
    """
    own = scene.image or scene.clip
    move = scene.camera or _MOVES[index % len(_MOVES)]
    if (picture.is_video and not scene.clip) or (own and not scene.camera and (scene.clip or own.fit == "fit")):
        move = "hold"
    camera = _build_move(move)
    if own is None or own.focus == CENTER or own.fit == "fit" or not picture.height:
        return camera
    if camera.still:
        at = Pose(x=own.focus.x, y=own.focus.y, zoom=1.0)
        return Camera(start=at, end=at)
    size = (picture.width, picture.height)
    start, end = (_fit_pose(pose, own.focus, size, aspect) for pose in (camera.start, camera.end))
    return Camera(start=start, end=end)


def _build_move(move: CameraMove) -> Camera:
    wide, close = Pose(x=0.5, y=0.5, zoom=1.0), Pose(x=0.5, y=0.48, zoom=1.15)
    panned = {"pan_left": (-0.06, 0.0), "pan_right": (0.06, 0.0), "pan_up": (0.0, -0.06), "pan_down": (0.0, 0.06)}
    if move in panned:
        dx, dy = panned[move]
        start, end = Pose(x=0.5 - dx, y=0.5 - dy, zoom=1.15), Pose(x=0.5 + dx, y=0.5 + dy, zoom=1.15)
        return Camera(start=start, end=end)
    near = Pose(x=0.5, y=0.44, zoom=1.4)
    return {
        "zoom_in": Camera(start=wide, end=close),
        "zoom_out": Camera(start=close, end=wide),
        "push_in": Camera(start=wide, end=near),
        "pull_out": Camera(start=near, end=wide),
        "hold": Camera(start=wide, end=wide),
    }[move]


def _fit_pose(pose: Pose, focus: Point, picture: tuple[int, int], aspect: float) -> Pose:
    """Return ``pose`` within the largest part of ``picture`` (width, height) that has ``aspect`` and ``focus`` as near
    to its middle as possible. So every move stays inside the part that cropping leaves."""
    width, height = picture
    wide, high = min(1.0, height * aspect / width), min(1.0, width / aspect / height)
    left, top = (min(max(at - size / 2, 0.0), 1 - size) for at, size in ((focus.x, wide), (focus.y, high)))
    return Pose(x=left + pose.x * wide, y=top + pose.y * high, zoom=pose.zoom)


def clip_part(scene: Scene, picture: Asset, fps: int) -> int | None:
    """Return the length of the scene's part of a user's clip in frames of the video; None: it shows no such clip."""
    if scene.clip is None or picture.clip_sec is None:
        return None
    return max(int(scene.clip.part_sec(picture.clip_sec) * fps + 0.01), 1)


def audible_as(scene: Scene, picture: Asset) -> ClipAudio:
    """Return the use of the sound of the scene's clip; without a narration there is no reason to duck it."""
    if scene.clip is None or not picture.samples:
        return "drop"
    asked = scene.clip.sound or "duck"
    return "keep" if asked == "duck" and not scene.narration else asked


def lay_clip(scene: Scene, picture: Asset, part: int, frames: int, slack: int) -> Footage:
    """Return the Footage that fills a scene of ``frames`` with the ``part`` frames of a clip.

    A part that is too short by at most ``slack``, the frames of the transitions, holds its last frame through them.
    """
    assert scene.clip
    over = scene.clip.when_short
    if over is None:
        over = "hold" if audible_as(scene, picture) == "keep" or frames - part <= slack else "loop"
    return Footage(start_sec=scene.clip.start_sec, part_frames=part, when_over="loop" if over == "loop" else "hold")


def clip_sound(scene: Scene, picture: Asset, clip: Clip, fps: int, fade_out: int) -> ClipSound | None:
    """Return the sound of ``clip``, which fades together with the picture; None if it is not heard.

    Args:
        fade_out: frames of the transition to the clip after it.
    """
    audible, footage = audible_as(scene, picture), clip.footage
    if scene.clip is None or audible == "drop" or footage is None or footage.part_frames is None:
        return None
    frames = clip.frames if footage.when_over == "loop" else min(clip.frames, footage.part_frames)
    start = frame_to_sample(clip.start, fps)
    return ClipSound(
        scene=clip.scene,
        start=start,
        samples=frame_to_sample(clip.start + frames, fps) - start,
        blob=clip.blob,
        sha256=clip.sha256,
        source_start=round(footage.start_sec * SAMPLE_RATE),
        period=frame_to_sample(footage.part_frames, fps),
        volume_db=scene.clip.volume_db,
        ducked=audible == "duck",
        fade_in=max(frame_to_sample(clip.fade_in, fps), _CUT),
        fade_out=max(frame_to_sample(fade_out if frames == clip.frames else 0, fps), _CUT),
    )


def choose_bed(music: Asset, wanted: Music, samples: int) -> Bed:
    """Return the music of a video of ``samples``. A user's own song plays from its start, and starts again with a
    crossfade only if it is shorter than the video."""
    bed = Bed(blob=music.blob, sha256=music.sha256, samples=music.samples, volume_db=wanted.volume_db)
    if not wanted.upload:
        return bed
    start = round(wanted.start_sec * SAMPLE_RATE)
    left = music.samples - start
    if left >= samples:
        return bed.evolve(samples=samples, source_start=start, crossfade=0)
    return bed.evolve(samples=left, source_start=start, crossfade=min(_SONG_CROSSFADE, left // 4))
