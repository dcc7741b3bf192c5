"""The film as data. Everything visible is in whole frames, everything audible in whole samples at 48 kHz."""

from collections.abc import Mapping
from typing import Literal

from sutradhar.domain.asset import SAMPLE_RATE
from sutradhar.domain.base import Frozen
from sutradhar.domain.captions import Cue
from sutradhar.domain.own_media import Fit
from sutradhar.domain.plan import (
    CaptionStyle,
    Language,
    TransitionKind,
    Watermark,
)


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
    """Marks a clip whose file is video, of any size and rate. It plays from ``start_sec`` on; its sound is a ClipSound
    of its own."""

    start_sec: float = 0.0
    part_frames: int | None = None
    """Frames of the video that the part lasts which is used; None: to the end of the file."""
    when_over: Literal["loop", "hold"] = "loop"
    """After the part's last frame: it starts again, or that frame stands."""


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
    """Music to the end of the video. ``volume_db`` is its level against the voice where nobody speaks."""

    blob: str
    sha256: str
    samples: int
    """How much of the file is played before it starts again."""
    volume_db: float
    source_start: int = 0
    """The sample of the file that the video opens with."""
    crossfade: int | None = None
    """Samples at the end that cross into the start when it starts again; None: the file is made to be looped."""
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
    """The own sound of a clip, from sample ``start`` of the video on."""

    scene: int
    start: int
    samples: int
    blob: str
    sha256: str
    source_start: int
    """Where the part that is used begins, in samples after the clip's first frame."""
    period: int
    """Samples of that part; when they are over it starts again."""
    volume_db: float
    ducked: bool
    """Whether it is lowered while a narration speaks; else the music is lowered under it."""
    fade_in: int
    fade_out: int
    """Samples over which it comes and goes."""


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
    """Scenes whose clip starts again because it is shorter, though nobody asked for that."""
    held: tuple[int, ...] = ()
    """Scenes whose clip's last frame stands for the same reason."""
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
