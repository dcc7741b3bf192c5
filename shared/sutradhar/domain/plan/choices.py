"""List the values that fields of a plan can take."""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.shorthand import read_language

MAX_SCENES = 60
"""The most scenes that a language model is asked to write."""
MAX_CHARACTERS = 6
MIN_TOTAL_SEC, MAX_TOTAL_SEC = 5, 600
"""The shortest and the longest video, in seconds; no scene is longer. A caller's own limits may be lower: see
``limits``."""
CEILING_SCENES = MAX_TOTAL_SEC
"""The most scenes of a plan: the shortest scene takes one second."""

Voice = Literal["F", "M"]
Aspect = Literal["16:9", "9:16", "1:1"]
Resolution = Literal["720p", "1080p", "4k"]
CameraMove = Literal[
    "zoom_in", "zoom_out", "pan_left", "pan_right", "pan_up", "pan_down", "push_in", "pull_out", "hold"
]
TransitionKind = Literal["crossfade", "dip", "wipe", "cut"]
"""``dip``: through black. ``wipe``: the new image comes in from the left behind a soft edge."""
CaptionStyle = Literal["plain", "highlight"]
"""``highlight``: the word that is being spoken stands out."""
FootageSource = Literal["none", "stock", "generated"]
"""The moving images of a scene: ``none`` shows a still that a camera moves over, ``stock`` footage that a library has,
``generated`` a clip that a model makes from the scene's image. A scene whose footage cannot be had shows its image."""
Mood = Literal["devotional", "calm", "joyful", "heroic", "curious", "tender"]
Corner = Literal["tl", "tr", "bl", "br"]
RenderMode = Literal["PROXY", "FINAL"]
Codec = Literal["libx264", "h264_nvenc", "hevc_nvenc"]
EncoderName = Literal["auto", "libx264", "h264_nvenc", "hevc_nvenc"]
FrameRate = Literal[24, 25, 30, 50, 60]

LanguageCode = Annotated[Language, BeforeValidator(read_language)]
"""A language by its tag or its name ("Hindi")."""
LanguageOrNone = Annotated[Literal[Language, "none"], BeforeValidator(read_language)]
"""A language, or "none". One list of values: of two lists a wrong value would have two errors."""
LanguageOutput = Literal["videos", "tracks"]
"""``videos``: one video for each language of a plan. ``tracks``: one video with an audio track for each."""
