"""The film as data. Everything visible is in whole frames, everything audible in whole samples at 48 kHz."""

from collections.abc import Mapping
from typing import Literal

from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.plan.own_media import Fit
from sutradhar.domain.plan.plan import CaptionStyle, Language, TransitionKind, Watermark
from sutradhar.domain.video.captions import Cue


class Pose(Frozen):
    """Where the camera looks: centre in fractions of the picture; ``zoom`` 1 is the largest crop in its aspect."""

    x: float
    y: float
    zoom: float


class Camera(Frozen):
    """A move from ``start`` (first frame) to ``end`` (last frame), eased in and out unless it is a hold."""

    start: Pose
    end: Pose

    @property
    def still(self) -> bool:
        return self.start == self.end


class Footage(Frozen):
    """Marks a clip whose file is a video, of any size and rate. It plays from ``start_sec`` on; a separate ClipSound
    holds its sound."""

    start_sec: float = 0.0
    part_frames: int | None = None
    """Length of the used part in frames of the video; None: to the end of the file."""
    when_over: Literal["loop", "hold"] = "loop"
    """The action after the part's last frame: start the part again, or hold that frame."""


class Clip(Frozen):
    """One scene's picture on the timeline, transitions included: it overlaps its neighbours by their frames."""

    scene: int
    start: int
    frames: int
    blob: str
    sha256: str
    camera: Camera
    fade_in: int
    """Frames of transition from the clip before; 0 is a cut."""
    transition: TransitionKind = "crossfade"
    """What happens in those frames."""
    footage: Footage | None = None
    """None: a still picture."""
    fit: Fit = "fill"

    @property
    def end(self) -> int:
        return self.start + self.frames


class Voice(Frozen):
    """A narration, placed to the sample."""

    scene: int
    start: int
    samples: int
    blob: str
    sha256: str

    @property
    def end(self) -> int:
        return self.start + self.samples


class GainPoint(Frozen):
    """From sample ``at`` of the film on ``db`` more or less than else; between two points it changes evenly in dB."""

    at: int
    db: float


class Bed(Frozen):
    """Music to the end of the video. ``volume_db`` is its level relative to the voice while no narration speaks."""

    blob: str
    sha256: str
    samples: int
    """Samples of the file that are played before it starts again."""
    volume_db: float
    source_start: int = 0
    """Sample of the file at which the video opens."""
    crossfade: int | None = None
    """Samples of the crossfade from the end into the start when the file repeats; None: the file loops seamlessly."""
    automation: tuple[GainPoint, ...] = ()
    """In the order of time; before the first and after the last point their gain holds."""


class Effect(Frozen):
    """A sound effect, placed to the sample. ``volume_db`` is its loudness against the voice's."""

    start: int
    samples: int
    blob: str
    sha256: str
    volume_db: float = -6.0


class ClipSound(Frozen):
    """The sound of a video clip, from sample ``start`` of the video on."""

    scene: int
    start: int
    samples: int
    blob: str
    sha256: str
    source_start: int
    """Start of the used part, in samples after the clip's first frame."""
    period: int
    """Length of that part in samples; after its end the part starts again."""
    volume_db: float
    ducked: bool
    """True if the sound is lowered while a narration speaks; False: the music is lowered under the sound."""
    fade_in: int
    fade_out: int
    """Samples over which the sound fades in and out."""


class Title(Frozen):
    """Words over the picture from frame ``start`` up to, not including, ``end``: in the middle of it as a title, or
    low on the left as a lower third. It fades in and out."""

    start: int
    end: int
    text: str
    subtext: str = ""
    place: Literal["title", "lower_third"] = "title"


class Timeline(Frozen):
    fps: int
    width: int
    height: int
    frames: int
    clips: tuple[Clip, ...]
    voices: tuple[Voice, ...]
    bed: Bed | None
    captions: Mapping[Language, tuple[Cue, ...]]
    """Side captions, one list a language; times in frames."""
    burned: tuple[Cue, ...] = ()
    """The cues drawn into the picture."""
    caption_style: CaptionStyle = "plain"
    titles: tuple[Title, ...] = ()
    effects: tuple[Effect, ...] = ()
    clip_sounds: tuple[ClipSound, ...] = ()
    watermark: Watermark | None = None
    stretched: tuple[int, ...] = ()
    """Scenes whose narration is longer than the length asked for."""
    looped: tuple[int, ...] = ()
    """Scenes whose clip starts again because it is too short, by default and not by the plan's choice."""
    held: tuple[int, ...] = ()
    """Scenes that hold the last frame of their clip for the same reason."""
    cut_short: tuple[int, ...] = ()
    """Scenes that end before the ``end_sec`` of their clip."""

    @property
    def samples(self) -> int:
        return frame_to_sample(self.frames, self.fps)

    @property
    def duration_sec(self) -> float:
        return self.frames / self.fps


def frame_to_sample(frame: int, fps: int) -> int:
    """The first sample of ``frame``; exact for every rate that divides 48000, else the nearest."""
    return round(frame * SAMPLE_RATE / fps)
