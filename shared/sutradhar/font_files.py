"""Find font files in the folders in which Debian and macOS keep fonts."""

from pathlib import Path

from sutradhar.domain.language.scripts import SCRIPTS, Script

FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "~/Library/Fonts",
    "/Library/Fonts",
)


def find_font_file(name: str, first: Path | None = None) -> Path | None:
    """Return the font file ``name``, of the folder ``first`` if it is there; None: it is not installed."""
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    for folder in [first, *folders] if first else folders:
        if paths := sorted(folder.rglob(name)):
            return paths[0]
    return None


def list_missing_scripts() -> list[Script]:
    """Return the scripts whose fonts are not installed on this machine."""
    names = {path.name for folder in FONT_FOLDERS for path in Path(folder).expanduser().rglob("*.?t?")}
    return [script for script, facts in SCRIPTS.items() if not {facts.bold, facts.regular} <= names]
