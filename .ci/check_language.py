"""Check the language of the project by the rules that a program can see.

    .venv/bin/python .ci/check_language.py [PATH ...]

Without paths it reads the whole project. It finds docstrings that begin as a fragment, functions that are named by a
participle, and words that docs/glossary.md replaces. Exceptions are in .ci/language_exceptions.toml. It prints a line
for each problem and a count per room, and ends with status 1 if there is any.
"""

import argparse
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from language_glossary import Exceptions, Term, Vocabulary, read_exceptions, read_terms
from language_python import Problem, check_python, describe_name

_ROOT = Path(__file__).resolve().parents[1]
_GLOSSARY = _ROOT / "docs/glossary.md"
_EXCEPTIONS = _ROOT / ".ci/language_exceptions.toml"
_PAGES = re.compile(r"(README|CONTRIBUTING)\.md|docs/[^/]+\.md|tests/field/README\.md")
_SCRIPTS = re.compile(r"Makefile|(\.ci|findings)/[^/.]+|(\.ci|findings)/.+\.sh")
_COMMENTED = re.compile(r".+\.tf|.*Dockerfile|\.env\.example|cloudbuild\.yaml|pyproject\.toml|tests/field/.+\.sh")
_COMMENT = re.compile(r"(?:^|\s)(?:#|//)\s(.*)")
_DESCRIPTION = re.compile(r"\s*(?:description|display_name|error_message|summary|content)\s*=\s*(.*)")
_CODE_SPAN = re.compile(r"`+[^`]*`+|\]\([^)]*\)")


def check_text(path: str, text: str, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield the replaced words in a file that is not Python; which lines of it are read depends on its kind."""
    in_code = False
    for number, line in enumerate(text.splitlines(), 1):
        if path.endswith(".md"):
            if line.lstrip().startswith("```"):
                in_code = not in_code
                continue
            prose = "" if in_code else _CODE_SPAN.sub(" ", line)
        elif _SCRIPTS.fullmatch(path):
            prose = line
        else:
            parts = [match[1] for match in _COMMENT.finditer(line)]
            parts += [match[1] for match in _DESCRIPTION.finditer(line) if path.endswith(".tf")]
            prose = " ".join(parts)
        for _, word, advice in vocabulary.find_in_text(prose):
            yield number, f'text has "{word}": {advice}'


def check_file(path: str, text: str, terms: Sequence[Term], exceptions: Iterable[Exceptions]) -> list[Problem]:
    """Return the problems of one file, by line. ``path`` is relative to the root of the project."""
    vocabulary = Vocabulary(terms, [group for group in exceptions if group.holds_in(path)])
    if path.endswith(".py"):
        strings = not path.startswith("tests/")
        return sorted(check_python(text, path, vocabulary, strings=strings))
    return sorted(check_text(path, text, vocabulary))


def check_folders(files: Iterable[str], terms: Sequence[Term], exceptions: Iterable[Exceptions]) -> Iterator[str]:
    """Yield a line for each folder of Python files whose name has a replaced word."""
    groups = list(exceptions)
    folders = {folder for path in files if path.endswith(".py") for folder in PurePosixPath(path).parents}
    for folder in sorted(folders):
        vocabulary = Vocabulary(terms, [group for group in groups if group.holds_in(str(folder))])
        for word, advice in vocabulary.find_in_name(folder.name):
            yield f"{folder}/:1: {describe_name(folder.name, word, advice)}"


def find_unused_paths(files: Iterable[str], exceptions: Iterable[Exceptions]) -> list[str]:
    """Return the path patterns of the exceptions that match none of all files: the file was moved or is gone."""
    every = list(files)
    patterns = (pattern for group in exceptions for pattern in group.paths)
    return [pattern for pattern in patterns if not any(fnmatch(path, pattern) for path in every)]


def is_checked(path: str) -> bool:
    """Tell whether the check reads this file; the glossary itself has to name the words that it replaces."""
    if path == "docs/glossary.md":
        return False
    return path.endswith(".py") or any(kind.fullmatch(path) for kind in (_PAGES, _SCRIPTS, _COMMENTED))


def _list_files(paths: Sequence[str]) -> list[str]:
    """Return the files of the project below ``paths``, relative to its root; those that git ignores are left out."""
    command = ["git", "ls-files", "-z", "--full-name", "--cached", "--others", "--exclude-standard", "--", *paths]
    listing = subprocess.run(command, cwd=None if paths else _ROOT, check=True, capture_output=True, text=True).stdout
    files = sorted({path for path in listing.split("\0") if path and (_ROOT / path).is_file()})
    return [path for path in files if is_checked(path)]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", help="files or folders; the whole project if there is none")
    paths = parser.parse_args(arguments).paths
    terms = read_terms(_GLOSSARY.read_text("utf-8"))
    exceptions = read_exceptions(_EXCEPTIONS.read_text("utf-8"))
    files = _list_files(paths)
    if not files:
        print("no file to check: " + (" ".join(paths) or str(_ROOT)), file=sys.stderr)
        return 2
    lines = list(check_folders(files, terms, exceptions))
    if not paths:
        gone = find_unused_paths(files, exceptions)
        lines += [f'.ci/{_EXCEPTIONS.name}:1: no file matches "{pattern}": correct or remove it' for pattern in gone]
    for path in files:
        problems = check_file(path, (_ROOT / path).read_text("utf-8"), terms, exceptions)
        lines += [f"{path}:{line}: {message}" for line, message in problems]
    for line in lines:
        print(line)
    rooms = Counter(_room(line.split(":")[0]) for line in lines)
    for room, count in sorted(rooms.items()):
        print(f"{count:6} {room}")
    print(f"{rooms.total():6} in {len(files)} files")
    return 1 if rooms else 0


def _room(path: str) -> str:
    parts = path.split("/")
    depth = 3 if parts[0] == "shared" else 2 if parts[0] == "tests" else 1
    return "/".join(parts[: min(depth, len(parts) - 1)]) or "."


if __name__ == "__main__":
    sys.exit(main())
