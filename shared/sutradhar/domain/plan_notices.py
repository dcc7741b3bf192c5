"""Tell the user which pieces of a plan's texts are not spoken."""

from collections.abc import Iterator, Mapping
from typing import Any

from sutradhar.domain.pasted_text import quote_pieces, read_narration

_NAMES = {"en": "English", "hi": "Hindi"}


def reading_notices(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a notice for each text of the valid plan ``body``, as it was sent, that is not spoken in full."""
    return tuple(_notices(body))


def left_out_notice(where: str, text: str) -> str | None:
    """Return the notice that quotes the unspoken pieces of ``text``; None if all of it is spoken."""
    pieces = read_narration(text).left_out
    return f"{where}: left out, as nothing to be said: {quote_pieces(pieces)}" if pieces else None


def _notices(body: Mapping[str, Any]) -> Iterator[str]:
    for i, scene in enumerate(body.get("scenes") or (), 1):
        texts = {f"the narration of scene {i}": _field(scene, "narration")}
        for language, text in dict(_field(scene, "translations") or {}).items():
            code = str(language).strip().lower()[:2]
            texts[f"the {_NAMES.get(code, language)} translation of scene {i}"] = text
        for where, text in texts.items():
            if text and (notice := left_out_notice(where, text)):
                yield notice


def _field(scene: Any, name: str) -> Any:
    return scene.get(name) if isinstance(scene, Mapping) else getattr(scene, name)
