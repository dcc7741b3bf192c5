"""Draw docs/songs/looks.jpg: every look of lyrics, in both scripts, on wide and upright frames.

    python -m tests.media.looks_sheet [--full FOLDER]

--full also saves each frame in its full size, to look at.
"""

import argparse
import hashlib
import tempfile
from pathlib import Path
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.segments import build_segment
from gpu_renderer.image.compositor import Compositor
from gpu_renderer.image.still import to_rgb
from sutradhar.domain.plan.song import LyricLook
from sutradhar.domain.video.timeline import (
    CUT,
    Camera,
    Clip,
    LyricCue,
    LyricTrack,
    LyricWordCue,
    MediaRef,
    Pose,
    Timeline,
)
from sutradhar.providers.offline.procedural.images import ProceduralImages

OUT = Path(__file__).parents[2] / "docs" / "songs" / "looks.jpg"
MAX_BYTES = 300_000
LOOKS: tuple[LyricLook, ...] = get_args(LyricLook)
_FPS, _LINE, _WORD = 30, 120, 12
"""Frames a second, of a line, and of a word."""
_GREEN = "#8ace00"
_BACKGROUND, _GAP, _ROW = (18, 18, 22), 14, 300
_HALF = Pose(x=0.5, y=0.5, zoom=1.0)


class Example(NamedTuple):
    """The lines of an example, what is behind them (a prompt or a colour), and the words sung so far of the first."""

    lines: tuple[str, str]
    behind: str
    sung: float


EXAMPLES: dict[tuple[LyricLook, str], Example] = {
    ("clean", "en"): Example(("Carry me home where the river bends", "under a quiet sky"), "river at dawn, mist", 7),
    ("clean", "hi"): Example(("नदी के पार मेरा गाँव है", "वहीं मिलेंगे हम"), "river boat at dusk, village", 6),
    ("bold", "en"): Example(("We light up, the whole city", "tonight"), "city at night, skyline", 4.4),
    ("bold", "hi"): Example(("रोशनी में झूमता शहर", "आज की रात"), "city street at dusk", 3.4),
    ("handwritten", "en"): Example(("I wrote your name on the morning sky", "and let it go"), "mountains at dusk", 7.5),
    ("handwritten", "hi"): Example(("तेरा नाम लिखा है सुबह के आसमान पर", "उड़ जाने दो"), "sea at sunset, beach", 7.5),
    ("karaoke", "en"): Example(("Every star above us knows", "the way we found each other"), "starry night, hill", 3.6),
    ("karaoke", "hi"): Example(("क्षितिज पर चंद्रमा मुस्कुराता है", "तारे गीत सुनाते हैं"), "moonlit night, lake", 2.6),
    ("brat", "en"): Example(("i just wanna dance all night", "again"), _GREEN, 6),
    ("brat", "hi"): Example(("रात भर नाचना है मुझे", "फिर से"), "storm, dark forest at night", 5),
}


def make_track(look: LyricLook, lines: tuple[str, ...], *, line: int = _LINE, word: int = _WORD) -> LyricTrack:
    """Return lyrics whose lines last ``line`` frames, and whose words begin every ``word`` frames."""
    cues = []
    for number, text in enumerate(lines):
        start = number * line
        words = tuple(
            LyricWordCue(text=one, start=start + i * word, end=start + (i + 1) * word)
            for i, one in enumerate(text.split())
        )
        cues.append(LyricCue(start=start, end=start + line, words=words))
    return LyricTrack(look=look, cues=tuple(cues))


def draw_example(look: LyricLook, language: str, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the frame of an example as RGB, drawn by the renderer."""
    example = EXAMPLES[look, language]
    lyrics = make_track(look, example.lines)
    data = _draw_behind(example.behind, size)
    media = MediaRef(blob="image", sha256=hashlib.sha256(data).hexdigest())
    clip = Clip(scene=0, start=0, frames=2 * _LINE, media=media, camera=Camera(start=_HALF, end=_HALF), transition=CUT)
    timeline = Timeline(
        fps=_FPS,
        width=size[0],
        height=size[1],
        frames=2 * _LINE,
        clips=(clip,),
        narrations=(),
        music=None,
        captions={},
        lyrics=lyrics,
    )
    at = round(example.sung * _WORD)
    frame = Frame(*size)
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        file.write(data)
        file.flush()
        sources = {media.sha256: Path(file.name)}
        with Compositor(*size).open(build_segment(timeline, at, at + 1), sources) as compose:
            compose(0, frame)
    return to_rgb(frame)


def _draw_behind(behind: str, size: tuple[int, int]) -> bytes:
    if behind.startswith("#"):
        with tempfile.NamedTemporaryFile(suffix=".png") as file:
            Image.new("RGB", size, behind).save(file.name)
            return Path(file.name).read_bytes()
    return ProceduralImages().draw(behind, "", *size, seed=7).data


def draw_sheet(full: Path | None) -> Image.Image:
    """Return all examples side by side: a row for each look."""
    columns = [(size, language) for size in ((1920, 1080), (1080, 1920)) for language in ("en", "hi")]
    widths = [round(_ROW * size[0] / size[1]) for size, _ in columns]
    sheet = Image.new("RGB", (sum(widths) + _GAP * (len(columns) + 1), (_ROW + _GAP) * len(LOOKS) + _GAP), _BACKGROUND)
    for row, look in enumerate(LOOKS):
        x = _GAP
        for (size, language), width in zip(columns, widths, strict=True):
            image = Image.fromarray(draw_example(look, language, size))
            if full:
                image.save(full / f"{look}-{language}-{size[0]}.png")
            small = image.resize((width, _ROW), Image.Resampling.LANCZOS)
            sheet.paste(small, (x, _GAP + row * (_ROW + _GAP)))
            x += width + _GAP
    return sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    if arguments.full:
        arguments.full.mkdir(parents=True, exist_ok=True)
    sheet = draw_sheet(arguments.full)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    for quality in range(90, 50, -4):
        sheet.save(arguments.out, "JPEG", quality=quality, optimize=True, progressive=True)
        if arguments.out.stat().st_size <= MAX_BYTES:
            break
    print(arguments.out, arguments.out.stat().st_size, "bytes, quality", quality)


if __name__ == "__main__":
    main()
