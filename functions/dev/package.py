"""Build the archives that the functions are deployed from: `python -m functions.dev.package --out build`.

The functions differ only by their entry point, and ``publish`` also by its packages, so it has an archive of its own.
The same tree gives the same bytes, and both archives are named by the hash of all of them, so that a deployment without
a change deploys nothing.
"""

import argparse
import hashlib
import io
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]

_MAIN = '''"""Every entry point, by the name it is deployed under."""

import sys
from pathlib import Path

# functions-framework puts this folder last, where a package of the same name elsewhere would win
sys.path.insert(0, str(Path(__file__).parent))

from functions.main import __all__, __getattr__  # noqa: E402, F401
'''
_NOT_DEPLOYED = (
    "functions/cli/",
    "functions/dev/",
    "sutradhar/backends/local/",
    "sutradhar/bootstrap/local.py",
    "sutradhar/marks/local_signer.py",
)
_NOT_NEEDED = {
    *("c2pa-python", "cachetools", "ffmpeg-python"),
    *("google-auth-oauthlib", "google-cloud-kms", "oauthlib", "python-dotenv", "rich", "typer"),
}
"""Requirements of the renderer and of the command line only."""
_OF_PUBLISH = {"google-api-python-client", "google-auth-httplib2", "httplib2"}
"""Requirements of the function ``publish`` only; Google's client takes 111 MB in an image."""
DEPLOYED_EXTRAS = ("gcp", "sentry", "tracing")
RUNTIME = "3.13"
"""The Python of the functions (terraform/modules/function): the newest for which every requirement has a wheel."""
_MODE = 0o100644 << 16


def build_archives(out: Path) -> tuple[Path, Path]:
    """Write ``out``/functions-HASH.zip and, for the function ``publish``, ``out``/publish-HASH.zip. Return their paths.

    Terraform gets the first path and replaces the word ``functions`` in its name to find the second.

    Raises:
        LookupError: a requirement has no version in constraints.txt.
    """
    files = dict(_list_files())
    archives = {
        name: _pack({**files, "requirements.txt": "".join(f"{line}\n" for line in lines).encode()})
        for name, lines in (("functions", list_requirements()), ("publish", list_requirements(of_publish=True)))
    }
    digest = hashlib.sha256(b"".join(archives.values())).hexdigest()
    out.mkdir(parents=True, exist_ok=True)
    for name, data in archives.items():
        (out / f"{name}-{digest}.zip").write_bytes(data)
    return out / f"functions-{digest}.zip", out / f"publish-{digest}.zip"


def _pack(files: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.external_attr, entry.compress_type, entry.create_system = _MODE, zipfile.ZIP_DEFLATED, 3
            archive.writestr(entry, files[name])
    return data.getvalue()


def _list_files() -> Iterator[tuple[str, bytes]]:
    yield "main.py", _MAIN.encode()
    for folder, base in ((ROOT / "functions", ROOT), (ROOT / "shared/sutradhar", ROOT / "shared")):
        for path in folder.rglob("*"):
            name = path.relative_to(base).as_posix()
            if path.is_file() and path.suffix != ".pyc" and not name.startswith(_NOT_DEPLOYED):
                yield name, path.read_bytes()


def list_requirements(*, of_publish: bool = False) -> list[str]:
    """Return all requirements of the functions, direct and indirect, each with the version of constraints.txt.

    Args:
        of_publish: True: those of the function ``publish``; False: those of every other one.
    """
    left_out = _NOT_NEEDED if of_publish else _NOT_NEEDED | _OF_PUBLISH
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = dict(
        line.partition("==")[::2] for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line
    )
    versions = {canonicalize_name(name): version for name, version in pinned.items()}
    extras = [text for extra in DEPLOYED_EXTRAS for text in project["optional-dependencies"][extra]]
    declared = [Requirement(text) for text in (*project["dependencies"], *extras)]
    todo = [one for one in declared if canonicalize_name(one.name) not in left_out]
    pinned_lines: dict[str, str] = {}
    visited: set[tuple[str, frozenset[str]]] = set()
    while todo:
        one = todo.pop()
        name = canonicalize_name(one.name)
        if (name, frozenset(one.extras)) in visited:
            continue
        visited.add((name, frozenset(one.extras)))
        if name not in versions:
            raise LookupError(f"{name} has no version in constraints.txt")
        pinned_lines[name] = f"{name}=={versions[name]}"
        for text in metadata.requires(name) or ():
            needed = Requirement(text)
            python = {"python_version": RUNTIME, "python_full_version": f"{RUNTIME}.0"}
            environments = [{"extra": extra, **python} for extra in one.extras or {""}]
            if needed.marker is None or any(needed.marker.evaluate(each) for each in environments):
                todo.append(needed)
    return [pinned_lines[name] for name in sorted(pinned_lines)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m functions.dev.package", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build", help="folder for the archives (build)")
    paths = build_archives(parser.parse_args().out)
    for path in paths:
        print(path, f"({path.stat().st_size / 1e6:.1f} MB)", file=sys.stderr)
    print(paths[0])


if __name__ == "__main__":
    main()
