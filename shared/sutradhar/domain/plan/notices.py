"""Tell the user which pieces of a plan's texts are not spoken."""

from collections.abc import Iterator, Mapping
from typing import Any

from sutradhar.domain.language.table import name_language
from sutradhar.domain.plan.shorthand import read_language
from sutradhar.domain.text.pasted_text import quote_pieces, read_narration
from sutradhar.domain.text.text import make_drawable


def find_reading_notices(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a notice for each text of the valid plan ``body``, as it was sent, that is not spoken in full."""
    return tuple(_find_notices(body))


def describe_unspoken(where: str, text: str) -> str | None:
    """Return the notice that quotes the unspoken pieces of ``text``; None if all of it is spoken."""
    pieces = read_narration(text).left_out
    return f"{where}: left out, as nothing to be said: {quote_pieces(pieces)}" if pieces else None


def describe_undrawn(where: str, text: object) -> str | None:
    """Return the notice that quotes the emoji of a short text on the screen; None if all of it is drawn."""
    pieces: list[str] = []

    def leave_out(run: str) -> str:
        pieces.append(run)
        return ""

    if isinstance(text, str):
        make_drawable(text, leave_out)
    return f"{where}: left out, as the fonts cannot draw it: {quote_pieces(pieces)}" if pieces else None


def _find_display_texts(body: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield the short texts of a plan that are drawn, and the words for where they stand."""
    watermark = body.get("watermark")
    yield "the topic", body.get("topic")
    yield "the title", body.get("title")
    yield "the watermark", watermark if isinstance(watermark, str) else _get_part(watermark, "text")
    label = body.get("label")
    yield "the label", label if isinstance(label, str) else _get_part(label, "text")
    for i, scene in enumerate(body.get("scenes") or (), 1):
        for name, words in (("title", "title"), ("lower_third", "lower third")):
            shown = _get_field(scene, name)
            yield f"the {words} of scene {i}", shown if isinstance(shown, str) else _get_part(shown, "text")
            yield f"the {words} of scene {i}", _get_part(shown, "subtext")


def _get_part(value: Any, name: str) -> Any:
    return None if value is None or isinstance(value, str | bool) else _get_field(value, name)


def _find_notices(body: Mapping[str, Any]) -> Iterator[str]:
    for where, shown in _find_display_texts(body):
        if notice := describe_undrawn(where, shown):
            yield notice
    for i, scene in enumerate(body.get("scenes") or (), 1):
        texts = {f"the narration of scene {i}": _get_field(scene, "narration")}
        for language, text in dict(_get_field(scene, "translations") or {}).items():
            texts[f"the {name_language(str(read_language(language)))} translation of scene {i}"] = text
        for where, text in texts.items():
            if text and (notice := describe_unspoken(where, text)):
                yield notice


def _get_field(scene: Any, name: str) -> Any:
    return scene.get(name) if isinstance(scene, Mapping) else getattr(scene, name)
