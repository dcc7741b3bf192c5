"""Define the timeline: the video as data. Frames and samples at 48 kHz are whole numbers throughout."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.brand import BrandLook
from sutradhar.domain.plan.choices import CaptionStyle, Corner, TransitionKind
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.plan.own_media import Fit
from sutradhar.domain.plan.song import LyricLook
from sutradhar.domain.text.words import join_words
from sutradhar.domain.video.captions import Cue


class MediaRef(Frozen):
    """A file in the blob store and the hash of its bytes."""

    blob: str
    sha256: str


class Transition(Frozen):
    """The way in which a clip replaces the one before it. It lasts ``frames``, in which both are on the screen."""

    kind: TransitionKind
    frames: int


CUT = Transition.constant(kind="cut", frames=0)
"""No transition."""


class Pose(Frozen):
    """A view of the camera: its centre in fractions of the image; ``zoom`` 1 is the largest crop."""

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
    """Marks a clip whose file is a video, of any size and rate. It plays from ``start_sec`` on; a separate ClipAudio
    describes its audio."""

    start_sec: float = 0.0
    part_frames: int | None = None
    """Length of the used part in frames of the video; None: to the end of the file."""
    when_over: Literal["loop", "hold"] = "loop"
    """The action after the part's last frame: start the part again, or hold that frame."""
    speed: float = Field(default=1.0, repr=False)
    """Seconds of the clip that are shown in one second, up to 1. ``part_frames`` counts frames at this speed."""


class Clip(Frozen):
    """One scene's image or video on the timeline, or the intro or the outro. Its frames include both transitions, in
    which it overlaps its neighbours."""

    scene: int
    """The index of the scene, or ``INTRO`` or ``OUTRO``."""
    start: int
    frames: int
    media: MediaRef
    camera: Camera
    transition: Transition = CUT
    """The transition from the clip before."""
    footage: Footage | None = None
    """None: a still image."""
    fit: Fit = "fill"

    @property
    def is_scene(self) -> bool:
        """False for the intro and the outro."""
        return self.scene >= 0

    @property
    def end(self) -> int:
        return self.start + self.frames


class NarrationClip(Frozen):
    """The narration of a scene, from sample ``start`` of the video on."""

    scene: int
    start: int
    samples: int
    media: MediaRef
    source_start: int = 0
    """Sample of the file at which it begins: a recording may hold the narrations of several scenes."""
    is_captioned: bool = True
    """False: its words are not known."""
    pauses: tuple[tuple[int, int], ...] = ()
    """Start and end of the silences in a user's recording, in samples of the video: nothing is missing there."""

    @property
    def end(self) -> int:
        return self.start + self.samples


class GainPoint(Frozen):
    """The level of a track at a time: it changes in a straight line, in dB, from point to point."""

    at: int
    """Sample of the video."""
    gain_db: float


class MusicTrack(Frozen):
    """Music under the scenes. ``volume_db`` is its level relative to the narration while nothing is spoken."""

    media: MediaRef
    samples: int
    """Samples of the file that are played before it starts again."""
    volume_db: float
    source_start: int = 0
    """Sample of the file at which the music begins."""
    crossfade: int | None = None
    """Samples of the crossfade from the end into the start when the file repeats; None: the file loops seamlessly."""
    automation: tuple[GainPoint, ...] = ()
    """Levels relative to ``volume_db``, in the order of time; before the first and after the last point the level
    stays."""
    start: int = 0
    """Sample of the video at which it begins: an intro with a sound of its own has no music."""
    end: int | None = None
    """Sample of the video at which it ends; None: with the video."""


class SongTrack(Frozen):
    """The song of a lyric video. It is as loud as a narration, and nothing lowers it."""

    media: MediaRef
    samples: int
    """Length of the used part in samples."""
    source_start: int
    """Start of the used part in the file, in samples."""
    fade_in: int = 0
    fade_out: int = 0
    """Samples over which it fades at its ends, where the part begins or ends inside the song."""


class LyricWordCue(Frozen):
    """One word of a lyric line, sung from frame ``start`` up to, not including, ``end`` of the video."""

    text: str
    start: int
    end: int


class LyricCue(Frozen):
    """A lyric line on the screen from frame ``start`` up to, not including, ``end``. Cues never overlap."""

    start: int
    end: int
    words: tuple[LyricWordCue, ...]

    @property
    def text(self) -> str:
        return join_words(word.text for word in self.words)


class LyricTrack(Frozen):
    """The words of a song and how they are shown."""

    look: LyricLook
    cues: tuple[LyricCue, ...]


class AudioLanguage(Frozen):
    """The narration in one more language, which is a further audio track of the video. The music and all other sounds
    are those of the timeline."""

    language: Language
    narrations: tuple[NarrationClip, ...]


class SoundEffectClip(Frozen):
    """A sound effect from sample ``start`` of the video on. ``volume_db`` is its loudness relative to the narration."""

    start: int
    samples: int
    media: MediaRef
    volume_db: float = -6.0


class ClipAudio(Frozen):
    """The audio of a video clip, from sample ``start`` of the video on."""

    scene: int
    start: int
    samples: int
    media: MediaRef
    source_start: int
    """Start of the used part, in samples after the clip's first frame."""
    period: int
    """Length of that part in samples; after its end the part starts again."""
    volume_db: float
    ducked: bool
    """True if the audio is lowered while a narration speaks; False: the music is lowered under the audio."""
    fade_in: int
    fade_out: int
    """Samples over which the audio fades in and out."""


class Title(Frozen):
    """A text over the video from frame ``start`` up to, not including, ``end``: in the middle as a title, or low on
    the left as a lower third. It fades in and out."""

    start: int
    end: int
    text: str
    subtext: str = ""
    place: Literal["title", "lower_third"] = "title"


class LabelCue(Frozen):
    """A label in a corner of the video from frame ``start`` up to, not including, ``end``."""

    text: str
    position: Corner
    start: int
    end: int


class Timeline(Frozen):
    """All clips of a video with their places. It is all that the renderer knows of the video."""

    fps: int
    width: int
    height: int
    frames: int
    clips: tuple[Clip, ...]
    narrations: tuple[NarrationClip, ...]
    music: MusicTrack | None
    captions: Mapping[Language, tuple[Cue, ...]]
    """Captions for files beside the video, one list of cues for each language; times in frames."""
    burned_captions: tuple[Cue, ...] = ()
    """The cues that are drawn into the video."""
    language: Language | None = None
    """The language of the narration and of the words on the screen; None: an earlier version laid it out."""
    caption_language: Language | None = None
    """The language of ``burned_captions``; None: there are none, or an earlier version laid it out."""
    audio_languages: tuple[AudioLanguage, ...] = ()
    """Further audio tracks; ``narrations`` is the first one."""
    caption_style: CaptionStyle = "plain"
    titles: tuple[Title, ...] = ()
    sound_effects: tuple[SoundEffectClip, ...] = ()
    clip_audio: tuple[ClipAudio, ...] = ()
    song: SongTrack | None = None
    lyrics: LyricTrack | None = None
    """The words of a song, which are drawn into the video instead of ``burned_captions``."""
    watermark: Watermark | None = None
    label: LabelCue | None = None
    look: BrandLook | None = None
    """The fonts, colours and logo of a brand; None: the usual ones."""
    extended_scenes: tuple[int, ...] = ()
    """Scenes that were made longer than the plan asks for, because their narration is longer."""
    looped_scenes: tuple[int, ...] = ()
    """Scenes whose clip starts again because it is too short, by default and not by the plan's choice."""
    held_scenes: tuple[int, ...] = ()
    """Scenes that hold the last frame of their clip for the same reason."""
    cut_short_scenes: tuple[int, ...] = ()
    """Scenes that end before the ``end_sec`` of their clip."""

    def list_audio_tracks(self) -> tuple["Timeline", ...]:
        """Return the timeline of each audio track, as if it were the only one; this itself if it has one."""
        if not self.audio_languages:
            return (self,)
        alone = self.evolve(audio_languages=())
        further = (alone.evolve(language=one.language, narrations=one.narrations) for one in self.audio_languages)
        return (alone, *further)

    @property
    def samples(self) -> int:
        return frame_to_sample(self.frames, self.fps)

    @property
    def duration_sec(self) -> float:
        return self.frames / self.fps

    @property
    def audio_hashes(self) -> frozenset[str]:
        """The sha256 of each file that is heard in the first audio track."""
        lists = (self.narrations, self.sound_effects, self.clip_audio)
        listed = {part.media.sha256 for parts in lists for part in parts}
        return frozenset(listed | {track.media.sha256 for track in (self.music, self.song) if track})

    @property
    def media_hashes(self) -> frozenset[str]:
        """The sha256 of each file that the video shows or plays."""
        further = tuple(clip for track in self.audio_languages for clip in track.narrations)
        return self.audio_hashes | {part.media.sha256 for parts in (self.clips, further) for part in parts}


def frame_to_sample(frame: int, fps: int) -> int:
    """Return the first sample of ``frame``; exact for every rate that divides 48000, else the nearest."""
    return round(frame * SAMPLE_RATE / fps)
