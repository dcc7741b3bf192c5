"""Choose the camera's move, the part of a clip, and the audio of the clip for one scene; choose the video's music."""

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset
from sutradhar.domain.plan.choices import CameraMove
from sutradhar.domain.plan.focus import CENTER, Point
from sutradhar.domain.plan.options import Music
from sutradhar.domain.plan.own_media import MIN_SPEED, ClipAudioUse
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.video.timeline import (
    Camera,
    Clip,
    ClipAudio,
    Footage,
    GainPoint,
    MediaRef,
    MusicTrack,
    Pose,
    frame_to_sample,
)

_SONG_CROSSFADE = 2 * SAMPLE_RATE
"""Samples over which a song that is shorter than the video crossfades from its end into its start."""
_CUT_FADE = SAMPLE_RATE // 100
"""Samples over which a clip's audio fades where the video cuts."""
_MOVES: tuple[CameraMove, ...] = ("zoom_in", "pan_right", "zoom_out", "pan_left")


def choose_camera(scene: Scene, index: int, image: Asset, aspect: float) -> Camera:
    """Return a slow move over ``image``. Scenes without a chosen move take turns, so that neighbours move differently.

    The camera holds still on footage, which moves by itself, and on a file that is shown whole, which a move would
    crop, unless the scene names a move for a user's own file.
    """
    own = scene.image or scene.clip
    move = scene.camera or _MOVES[index % len(_MOVES)]
    if (image.is_video and not scene.clip) or (own and not scene.camera and (scene.clip or own.fit == "fit")):
        move = "hold"
    return fit_camera(build_move(move), scene, image, aspect)


def fit_camera(camera: Camera, scene: Scene, image: Asset, aspect: float) -> Camera:
    """Return ``camera`` with the scene's point of focus in view, in a video of ``aspect``."""
    own = scene.image or scene.clip
    if own is None or own.fit == "fit" or not image.height:
        return camera
    focus = (image.face or CENTER) if own.focus == "face" else own.focus
    if focus == CENTER:
        return camera
    if camera.still:
        pose = Pose(x=focus.x, y=focus.y, zoom=1.0)
        return Camera(start=pose, end=pose)
    size = (image.width, image.height)
    start, end = (_fit_pose(pose, focus, size, aspect) for pose in (camera.start, camera.end))
    return Camera(start=start, end=end)


def build_move(move: CameraMove) -> Camera:
    """Return the poses of a move over an image that fills the frame."""
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


def _fit_pose(pose: Pose, focus: Point, image_size: tuple[int, int], aspect: float) -> Pose:
    """Return ``pose`` within the largest part of an image of ``image_size`` (width, height) that has ``aspect`` and
    ``focus`` as near to its middle as possible. So every move stays inside the part that cropping leaves."""
    width, height = image_size
    wide, high = min(1.0, height * aspect / width), min(1.0, width / aspect / height)
    left, top = (min(max(at - size / 2, 0.0), 1 - size) for at, size in ((focus.x, wide), (focus.y, high)))
    return Pose(x=left + pose.x * wide, y=top + pose.y * high, zoom=pose.zoom)


def count_part_frames(scene: Scene, image: Asset, fps: int) -> int | None:
    """Return the length of the scene's part of a user's clip in frames of the video; None: it shows no such clip."""
    if scene.clip is None or image.clip_sec is None:
        return None
    return max(int(scene.clip.part_sec(image.clip_sec) * fps + 0.01), 1)


def choose_clip_audio(scene: Scene, image: Asset) -> ClipAudioUse:
    """Return the use of the audio of the scene's clip; without a narration there is no reason to duck it."""
    if scene.clip is None or not image.samples or scene.clip.when_short == "slow":
        return "drop"
    use = scene.clip.sound or "duck"
    return "keep" if use == "duck" and not (scene.narration or scene.narration_audio) else use


def fill_scene(scene: Scene, image: Asset, part: int, frames: int, slack: int) -> Footage:
    """Return the Footage that fills a scene of ``frames`` with the ``part`` frames of a clip.

    A part that is too short by at most ``slack``, the frames of the transitions, holds its last frame through them.
    """
    assert scene.clip
    filler = scene.clip.when_short
    if filler == "slow":
        speed = min(max(part / frames, MIN_SPEED), 1.0)
        slowed = max(int(part / speed + 0.01), 1)
        return Footage(start_sec=scene.clip.start_sec, part_frames=slowed, when_over="hold", speed=speed)
    if filler is None:
        filler = "hold" if choose_clip_audio(scene, image) == "keep" or frames - part <= slack else "loop"
    return Footage(start_sec=scene.clip.start_sec, part_frames=part, when_over="loop" if filler == "loop" else "hold")


def place_clip_audio(scene: Scene, image: Asset, clip: Clip, fps: int, fade_out: int) -> ClipAudio | None:
    """Return the audio of ``clip``, which fades together with its frames; None if it is not heard.

    Args:
        fade_out: frames of the transition to the clip after it.
    """
    use, footage = choose_clip_audio(scene, image), clip.footage
    if scene.clip is None or use == "drop" or footage is None or footage.part_frames is None:
        return None
    frames = clip.frames if footage.when_over == "loop" else min(clip.frames, footage.part_frames)
    start = frame_to_sample(clip.start, fps)
    return ClipAudio(
        scene=clip.scene,
        start=start,
        samples=frame_to_sample(clip.start + frames, fps) - start,
        media=clip.media,
        source_start=round(footage.start_sec * SAMPLE_RATE),
        period=frame_to_sample(footage.part_frames, fps),
        volume_db=scene.clip.volume_db,
        ducked=use == "duck",
        fade_in=max(frame_to_sample(clip.transition.frames, fps), _CUT_FADE),
        fade_out=max(frame_to_sample(fade_out if frames == clip.frames else 0, fps), _CUT_FADE),
    )


def place_music(asset: Asset, music: Music, start: int, end: int, whole: int) -> MusicTrack:
    """Return the music of a video of ``whole`` samples, which is heard from sample ``start`` to ``end``. A user's own
    song plays from its start, and starts again with a crossfade only if it is shorter than that."""
    samples = end - start
    media = MediaRef(blob=asset.blob, sha256=asset.sha256)
    points = tuple(GainPoint(at=round(level.at_sec * SAMPLE_RATE), gain_db=level.gain_db) for level in music.automation)
    track = MusicTrack(media=media, samples=asset.samples, volume_db=music.volume_db, automation=points)
    track = track.evolve(start=start, end=None if end == whole else end)
    if not music.upload:
        return track
    first = round(music.start_sec * SAMPLE_RATE)
    left = asset.samples - first
    if left >= samples:
        return track.evolve(samples=samples, source_start=first, crossfade=0)
    return track.evolve(samples=left, source_start=first, crossfade=min(_SONG_CROSSFADE, left // 4))
