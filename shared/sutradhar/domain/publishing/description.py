"""Write the description that a publication has: the owner's words, chapters from the scenes, credits and licences."""

from collections.abc import Mapping, Sequence

from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.text.words import join_words, split_words

MAX_BYTES = 5000
"""YouTube's limit (developers.google.com/youtube/v3/docs/videos, snippet.description)."""
MIN_CHAPTER_SEC, MIN_CHAPTERS = 10.0, 3
"""The shortest chapter, and the fewest chapters, that YouTube shows (support.google.com/youtube/answer/9884579)."""
_MAX_TITLE_CHARS = 60


def list_chapters(scenes: Sequence[Scene], starts: Mapping[int, float], duration_sec: float) -> list[tuple[float, str]]:
    """Return the start in seconds and the title of each chapter; none if there are too few.

    Args:
        starts: the start of each scene in seconds, by its index.
    """
    chapters: list[tuple[float, str]] = []
    for index, start in sorted(starts.items()):
        title = title_scene(scenes[index]) if index < len(scenes) else ""
        if title and (not chapters or start - chapters[-1][0] >= MIN_CHAPTER_SEC):
            chapters.append((start if chapters else 0.0, title))
    while chapters and duration_sec - chapters[-1][0] < MIN_CHAPTER_SEC:
        chapters.pop()
    return chapters if len(chapters) >= MIN_CHAPTERS else []


def write_description(text: str, chapters: Sequence[tuple[float, str]], credit_lines: Sequence[str]) -> str:
    """Return ``text`` with the chapters and the credits below it. Chapters that do not fit are left out; the owner's
    words and the credits, which licences require, never are.

    Raises:
        InvalidRequest: the text and the credits are longer than YouTube allows.
    """
    parts = [text] if text else []
    if credit_lines:
        parts.append("\n".join(["Credits:", *credit_lines]))
    needed = _measure("\n\n".join(parts))
    if needed > MAX_BYTES:
        below = f" with {len(credit_lines)} lines of credits" if credit_lines else ""
        room = f"has {needed} bytes{below}, and {MAX_BYTES} are allowed, of which letters beyond a to z take 2 to 4"
        raise InvalidRequest([FieldError("description", f"{room}; shorten it")])
    if chapters:
        lines = "\n".join(f"{_format_time(start)} {title}" for start, title in chapters)
        with_chapters = [*parts[: 1 if text else 0], lines, *parts[1 if text else 0 :]]
        if _measure("\n\n".join(with_chapters)) <= MAX_BYTES:
            parts = with_chapters
    # YouTube refuses both characters
    return "\n\n".join(parts).replace("<", "‹").replace(">", "›")


def _measure(text: str) -> int:
    return len(text.replace("<", "‹").replace(">", "›").encode())


def title_scene(scene: Scene) -> str:
    if scene.title:
        return scene.title.text
    words: list[str] = []
    for word in split_words(scene.narration):
        if len(join_words([*words, word])) > _MAX_TITLE_CHARS - 1:
            return join_words(words) + "…"
        words.append(word)
    return join_words(words)


def _format_time(seconds: float) -> str:
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
