"""Measure what the looks of lyrics cost: composing 1080p with each of them against composing with plain captions."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.segments import split
from gpu_renderer.image.compositor import Compositor
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.plan.song import LyricLook
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.timeline import Timeline
from tests.bench.figures import Figures
from tests.bench.stage import find_sources
from tests.media.looks_sheet import make_track
from tests.media.timelines import make_timeline, photo, png

_LINES = (
    "We follow the river of lights all the way",
    "क्षितिज पर चंद्रमा धीरे से मुस्कुराता है",
    "and every star above us knows your name",
    "रात भर हम गीत गाते रहेंगे सुबह तक",
)
_LINE_FRAMES, _WORD_FRAMES = 90, 10
"""Frames of a line, and of a word: three seconds, and three words a second."""


def measure_looks(figures: Figures, *, quick: bool) -> None:
    count = 2 if quick else len(_LINES)
    with TemporaryDirectory() as folder:
        blobs = FileBlobStore(Path(folder))
        bare = make_timeline(
            blobs, images=[png(photo(1, 2400, 1440))], bodies=(count * _LINE_FRAMES,), size=(1920, 1080)
        )
        cues = tuple(
            Cue(start=i * _LINE_FRAMES, end=(i + 1) * _LINE_FRAMES, lines=(line,)) for i, line in enumerate(_LINES)
        )
        plain = _measure_fps(bare.evolve(burned_captions=cues[:count]), Path(folder))
        paces: dict[str, float] = {}
        for look in get_args(LyricLook):
            track = make_track(look, _LINES[:count], line=_LINE_FRAMES, word=_WORD_FRAMES)
            paces[look] = _measure_fps(bare.evolve(lyrics=track), Path(folder))
    each = ", ".join(f"{look} {pace:.0f}" for look, pace in paces.items())
    figures.set("looks_fps", min(paces.values()), f"{each}; plain captions {plain:.0f}")
    figures.set("looks_vs_plain", plain / min(paces.values()))


def _measure_fps(timeline: Timeline, store: Path) -> float:
    """Return the frames that one core composes in a second, with the drawing of every line."""
    frame, compositor = Frame(timeline.width, timeline.height), Compositor(timeline.width, timeline.height)
    parts = split(timeline)
    with compositor.open(parts[0], find_sources(parts[0], store)) as compose:
        compose(0, frame)  # the image is prepared once in any video
    started = time.process_time()
    for part in parts:
        with compositor.open(part, find_sources(part, store)) as compose:
            for n in range(part.frames):
                compose(n, frame)
    return timeline.frames / (time.process_time() - started)
