"""Find the files that each page of the studio needs, so that a browser asks for all of them at once.

Without this list a browser finds a module only when it has read the one that imports it, a round trip for each level.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from posixpath import dirname, join, normpath

_IMPORT = re.compile(r"^(?:import|export)\b[^;]*?\"(\.[^\";]+)\";", re.MULTILINE)
_TEXTS = re.compile(r"\bloadTexts\(\"(\w+)\"\)")
_STYLE = re.compile(r"\bloadStyle\(\"(\w+)\"\)")
_PAGES = "js/pages/"
_START = ("js/main.js", "js/shell.js")

Files = Mapping[str, bytes]
"""The content of each file by its path below the folder of the studio."""


def list_start_modules(files: Files) -> tuple[str, ...]:
    """Return the modules that every page needs."""
    return tuple(_find_modules(files, _START))


def list_page_files(files: Files) -> Mapping[str, tuple[str, ...]]:
    """Return the files that each page needs besides, by its name; ``*`` in a path stands for the reader's language."""
    start = set(list_start_modules(files))
    pages = [path for path in files if path.startswith(_PAGES) and path.count("/") == 2]
    return {path.removeprefix(_PAGES).removesuffix(".js"): tuple(_find_files(files, path, start)) for path in pages}


def _find_files(files: Files, page: str, start: Collection[str]) -> Iterator[str]:
    """Yield the modules that a page imports, itself included and without those of ``start``, and then the texts and
    styles that they load, each once."""
    modules = [name for name in _find_modules(files, (page,)) if name not in start]
    yield from modules
    source = "".join(files[name].decode() for name in modules)
    yield from dict.fromkeys(f"js/text/*/{name}.js" for name in _TEXTS.findall(source))
    yield from dict.fromkeys(f"css/{name}.css" for name in _STYLE.findall(source))


def _find_modules(files: Files, entries: tuple[str, ...]) -> dict[str, None]:
    """Return the modules that are reached by static imports, in the order in which they are found."""
    reached: dict[str, None] = {}
    todo = list(entries)
    while todo:
        name = todo.pop(0)
        if name not in reached and name in files:
            reached[name] = None
            todo += [normpath(join(dirname(name), path)) for path in _IMPORT.findall(files[name].decode())]
    return reached
