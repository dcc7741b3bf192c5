"""Hide the folders of this server in texts that every caller may read."""

import re
from pathlib import Path

from sutradhar.config import Settings

_PATH = re.compile(r"(?<![\w:/.~-])(?:~|[A-Z]:)?[/\\](?:[^\s'\",;:)/\\]+[/\\])+[^\s'\",;:)]*")
"""An absolute path of two parts or more: `/render` is a path of the API."""


def hide_paths(text: str, settings: Settings) -> str:
    """Return ``text`` with the names of settings in place of the folders and files that they name, and ``[path]`` in
    place of other paths."""
    known: dict[str, Path | None] = {
        "TMP_WORKDIR": settings.render_task.tmp_workdir,
        "WHISPER_MODEL": settings.providers.whisper_model,
        "PRICE_TABLE": settings.budget.price_table,
        "SUTRADHAR_HOME": settings.home,
    }
    # the longest first: one folder may lie in another
    for name, path in sorted(known.items(), key=lambda item: -len(str(item[1] or ""))):
        if path:
            text = text.replace(str(path), name)
    return _PATH.sub("[path]", text)
