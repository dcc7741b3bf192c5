"""Make a virtual environment from some of the packages that are installed beside this Python, without copying them.

    .venv/bin/python .ci/link_environment.py .venv/plain 'sutradhar[piper]'

The environment holds only the packages that these requirements need. Its files are hard links, so it takes no space and
about a second. `pip check` proves that it is complete. Tests run the product in it, without any developer's package.
"""

import argparse
import os
import shutil
import sys
import tomllib
import venv
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ROOT = Path(__file__).resolve().parents[1]
_SCRIPT = """#!{python}
import sys
from {module} import {function}
if __name__ == "__main__":
    sys.exit({function}())
"""


def collect_distributions(requirements: Iterable[str]) -> dict[str, metadata.Distribution]:
    """Return the distributions that ``requirements`` need, by name.

    Raises:
        importlib.metadata.PackageNotFoundError: one of them is not installed here.
    """
    todo = [Requirement(text) for text in requirements]
    distributions: dict[str, metadata.Distribution] = {}
    visited: set[tuple[str, frozenset[str]]] = set()
    while todo:
        one = todo.pop()
        name, extras = canonicalize_name(one.name), frozenset(one.extras)
        if (name, extras) in visited:
            continue
        visited.add((name, extras))
        distributions[name] = metadata.distribution(one.name)
        todo += [
            needed
            for needed in map(Requirement, _requires(name, distributions[name]))
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras | {""})
        ]
    return distributions


def _requires(name: str, distribution: metadata.Distribution) -> Iterator[str]:
    if name != "sutradhar":
        yield from distribution.requires or ()
        return
    # the installed metadata of an editable project may be older than its declarations
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
    yield from project["dependencies"]
    for extra, texts in project["optional-dependencies"].items():
        for text in texts:
            yield f"{text} ; extra == '{extra}'"


def make_environment(target: Path, requirements: Iterable[str]) -> None:
    distributions = collect_distributions(requirements)
    shutil.rmtree(target, ignore_errors=True)
    venv.create(target, with_pip=False)
    for distribution in distributions.values():
        _link(distribution, target)


def _link(distribution: metadata.Distribution, target: Path) -> None:
    source, scripts = Path(sys.prefix), Path(sys.prefix) / "bin"
    for file in distribution.files or ():
        path = Path(os.path.normpath(str(distribution.locate_file(file))))
        if path.is_relative_to(scripts) or not path.is_relative_to(source) or not path.is_file():
            continue
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            copy.hardlink_to(path)
        except FileExistsError:
            continue  # another distribution brought the same file
        except OSError:
            shutil.copy2(path, copy)  # another file system
    python = target.absolute() / "bin/python"
    for entry in distribution.entry_points.select(group="console_scripts"):
        script = target / "bin" / entry.name
        script.write_text(_SCRIPT.format(python=python, module=entry.module, function=entry.attr))
        script.chmod(0o755)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", type=Path, help="folder of the environment; an older one there is replaced")
    parser.add_argument("requirements", nargs="+", help="such as 'sutradhar[piper]'")
    arguments = parser.parse_args()
    make_environment(arguments.target, arguments.requirements)


if __name__ == "__main__":
    main()
