"""Hash the fonts that draw the texts of a segment or a thumbnail, for their keys."""

from collections.abc import Iterable, Iterator

from gpu_renderer.core.segments import Segment
from gpu_renderer.text.font_runs import list_other_fonts
from gpu_renderer.text.fonts import FontFile, Typeface, find_look_typeface, find_typeface, hash_font, hash_look_fonts
from gpu_renderer.text.line_heights import USUAL, find_language_heights
from sutradhar.domain.language.tags import Language


def hash_segment_fonts(segment: Segment) -> dict[str, str]:
    """Return the hashes, by name, of the fonts that ``segment`` is drawn with beside those of all captions.

    A font counts only where it draws: a video in Hindi has the same keys on a machine with Japanese fonts.

    Raises:
        NotInstalled: the font of a script is missing.
    """
    languages = (segment.language, segment.caption_language)
    look = hash_look_fonts(segment.lyrics.look if segment.lyrics else None)
    others = _hash_others(_list_texts(segment), languages)
    if segment.titles and find_language_heights(segment.caption_language) != USUAL:
        others |= _name_languages(languages)  # they leave room for captions in this language
    return look | others


def hash_thumbnail_fonts(texts: Iterable[str], language: Language | None) -> dict[str, str]:
    """Return the same for the texts of a thumbnail.

    Raises:
        NotInstalled: the font of a script is missing.
    """
    face = find_typeface().adapt_to_language(language)
    return _hash_others(((text, face) for text in texts), (language,))


def _list_texts(segment: Segment) -> Iterator[tuple[str, Typeface]]:
    """Yield each text of ``segment`` with its typeface; the look of a brand has the hashes of its fonts."""
    own, of_cues = (find_typeface().adapt_to_language(tag) for tag in (segment.language, segment.caption_language))
    yield from ((line, of_cues) for cue in segment.cues for line in cue.lines)
    yield from ((text, own) for title in segment.titles for text in (title.text, title.subtext))
    yield from ((mark.text, own) for mark in (segment.watermark, segment.label) if mark)
    if segment.lyrics:
        face = find_look_typeface(segment.lyrics.look).adapt_to_language(segment.language)
        yield from ((word.text, face) for line in segment.lyrics.lines for word in line.words)
        yield from ((line.following, face) for line in segment.lyrics.lines)


def _hash_others(texts: Iterable[tuple[str, Typeface]], languages: tuple[Language | None, ...]) -> dict[str, str]:
    fonts = dict.fromkeys(font for text, face in texts for font in list_other_fonts(text, face))
    hashes = {_name(font): hash_font(font.path) for font in fonts}
    # the language decides where a line begins, and how the letters of several languages look
    return hashes | _name_languages(languages) if fonts else {}


def _name_languages(languages: tuple[Language | None, ...]) -> dict[str, str]:
    return {"languages": " ".join(str(language) for language in languages)}


def _name(font: FontFile) -> str:
    return f"{font.name} {font.face} {font.language}".strip()
