"""Write the scenes of a lyric video if its plan has none: drawn images, or one flat colour. No planner is asked."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.plan.song import LyricLook, Song
from sutradhar.domain.song.parse_lyrics import parse_lyrics
from sutradhar.domain.text.text import clean_text, find_undrawable_character, make_drawable

_SCENE_SEC = 6.0
"""Seconds of the song for which one image is drawn, at least."""
_MAX_IMAGES = 12
_MAX_PROMPT, _MAX_LINES, _MAX_TITLE = 700, 250, 120
"""Characters of the plan's prompt, and of the lyrics, in the prompt of one image; characters of a title."""
_COLORS: Mapping[LyricLook, str] = {
    "clean": "#16222e",
    "bold": "#2a1533",
    "handwritten": "#3b2b20",
    "karaoke": "#101b3f",
    "brat": "#8ace00",
}
"""The flat colour of each look: calm and dark, so that white words are easy to read. Brat has its well-known green."""
_NUMBERING = re.compile(r"^\s*(?:track\s*)?\d{1,3}\s*[-_.)]\s*(?=\D)", re.IGNORECASE)
_LABELS = re.compile(
    r"[\[(](?:official|lyrics?|audio|video|hd|hq|4k|remaster(?:ed)?|mp3|\d{3,4}\s*kbps)\b[^\])]*[\])]", re.IGNORECASE
)


def write_song_scenes(plan: RenderPlan, filename: str, file_sec: float) -> RenderPlan:
    """Return ``plan``, which has a song, with scenes and a title. The same plan gets the same scenes each time.

    Args:
        filename: of the song, as its owner named it.
        file_sec: the length of the song in seconds.
    """
    assert plan.song
    lines = _list_lines(plan.song)
    names = (_make_title(text) for text in (clean_title(filename), *lines[:1]))
    title = plan.title or plan.topic or next(filter(None, names), None)
    scenes = plan.scenes or _write_scenes(plan, lines, find_song_sec(plan, file_sec))
    return plan.evolve(scenes=scenes, title=title and title[:_MAX_TITLE].strip())


def find_song_sec(plan: RenderPlan, file_sec: float) -> float:
    """Return the seconds of the part of a song that the video of ``plan`` plays; about, for the best part."""
    assert plan.song
    return estimate_part_sec(plan.song, plan.length_sec, file_sec)


def estimate_part_sec(song: Song, length_sec: float, file_sec: float) -> float:
    """Return the seconds of the part of ``song`` that is played.

    Args:
        length_sec: the length that is wanted of the best part.
        file_sec: the length of the whole song; 0 if it is not known.
    """
    if song.best:
        return min(length_sec, file_sec) if file_sec else length_sec
    end = min(song.end_sec or file_sec, file_sec) if file_sec else song.end_sec or length_sec
    return max(end - (song.start_sec or 0.0), 0.0)


def find_song_notices(plan: RenderPlan) -> Iterator[str]:
    """Yield a notice for each part of a plan with a song that the video does not use."""
    if plan.song is None:
        return
    default = RenderPlan.model_fields["length_sec"].default
    if plan.length_sec != default and not plan.song.best:
        yield (
            f"length_sec {plan.length_sec} is not used: the part of the song sets the length of the video;"
            ' "best": true in song chooses a part of that length'
        )
    if any(scene.duration_sec for scene in plan.scenes):
        yield "duration_sec of the scenes is not used: the images of a song change on its beats; song.cut chooses them"
    if plan.music.enabled and (plan.music.upload or plan.music.mood):
        yield "music is not used: the song is the sound of the video"
    if unused := [name for name, end in (("intro", plan.intro), ("outro", plan.outro)) if end]:
        verb = "is" if len(unused) == 1 else "are"
        yield f"{' and '.join(unused)} {verb} not used: a video with a song begins and ends with the song"


def clean_title(filename: str) -> str:
    """Return the title of a song by the name of its file: ``02 - My_song (Official Audio).mp3`` gives My song."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    return " ".join(_LABELS.sub(" ", _NUMBERING.sub("", stem.replace("_", " "))).split())


def _make_title(text: str) -> str:
    """Return ``text`` as a title, with a capital letter; empty if its characters cannot be drawn."""
    title = clean_text(make_drawable(text)).strip()
    return "" if find_undrawable_character(title) else title[:1].upper() + title[1:]


def _list_lines(song: Song) -> Sequence[str]:
    """Return the lines of the lyrics; of a part of the song only those that begin inside it, if that is known."""
    try:
        lines = parse_lyrics(song.lyrics).lines if song.lyrics.strip() else ()
    except InvalidRequest:  # the plan is refused with the reason
        return []
    first, last = song.start_sec or 0.0, song.end_sec or math.inf
    return [line.text for line in lines if line.start_sec is None or first <= line.start_sec < last]


def _write_scenes(plan: RenderPlan, lines: Sequence[str], seconds: float) -> tuple[Scene, ...]:
    assert plan.song
    idea = (plan.prompt or plan.topic or "")[:_MAX_PROMPT].strip()
    if not idea:
        return (Scene(color=plan.song.color or _COLORS[plan.song.look]),)
    count = min(max(int(seconds / _SCENE_SEC), 1), _MAX_IMAGES)
    return tuple(Scene(image_prompt=_write_prompt(idea, _pick_lines(lines, i, count))) for i in range(count))


def _pick_lines(lines: Sequence[str], index: int, count: int) -> Sequence[str]:
    """Return the lines that image ``index`` of ``count`` shows, in the order of the song."""
    first, last = (len(lines) * n // count for n in (index, index + 1))
    return lines[first : max(last, first + 1)][:3]


def _write_prompt(idea: str, lines: Sequence[str]) -> str:
    mood = ", ".join(line.strip(" ,.;:!?।") for line in lines)[:_MAX_LINES].strip()
    return f"{mood}. {idea}" if mood else idea  # the first words choose the place and the light of an image
