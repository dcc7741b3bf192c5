"""Every imported package is declared in the extra that needs it, and every declared package is imported."""

import ast
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from functions.dev.package import DEPLOYED_EXTRAS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("functions", "gpu_renderer", "shared")
EXTRAS = {
    "functions/dev/emulated_cloud/": {"gcp", "emulators"},
    "functions/dev/package.py": {"emulators"},
    "shared/sutradhar/backends/gcp/": {"gcp"},
    "shared/sutradhar/destinations/_storage.py": {"gcp"},
    "shared/sutradhar/marks/kms_signer.py": {"gcp"},
    "shared/sutradhar/providers/hosted/googletts/": {"gcp"},
    "shared/sutradhar/sentry_reports.py": {"sentry"},
    "shared/sutradhar/tracing.py": {"tracing"},
    "shared/sutradhar/providers/offline/piper.py": {"piper"},
    "shared/sutradhar/providers/offline/open_jtalk.py": {"japanese"},
    "shared/sutradhar/providers/offline/word_readings.py": {"chinese", "japanese"},
    "shared/sutradhar/providers/alignment/whisper.py": {"whisper"},
}
"""The modules that name the packages to install if one is missing, and the extras that install it."""
OURS = {"functions", "gpu_renderer", "sutradhar"}


def run_deptry(folder: Path) -> subprocess.CompletedProcess[str]:
    argv = [str(Path(sys.executable).with_name("deptry")), "--no-ansi", "."]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project that a test may spoil."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def declare(project: Path, old: str, new: str) -> None:
    text = (project / "pyproject.toml").read_text()
    assert text.count(old) == 1
    (project / "pyproject.toml").write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("file", "line", "complaint"),
    [
        ("functions/seeded.py", "import yaml", "DEP004 'yaml' imported but declared as a dev dependency"),
        (
            "gpu_renderer/seeded.py",
            "import starlette.app",
            "DEP003 'starlette' imported but it is a transitive dependency",
        ),
        ("shared/sutradhar/seeded.py", "import not_there", "DEP001 'not_there' imported but missing"),
    ],
)
def test_an_import_that_is_not_declared_is_found(project: Path, file: str, line: str, complaint: str) -> None:
    (project / file).write_text(f"{line}\n")
    done = run_deptry(project)
    assert done.returncode == 1
    assert complaint in done.stderr


def test_a_declaration_that_is_missing_or_unused_is_found(project: Path) -> None:
    declare(project, '  "av>=18.1",\n', '  "tqdm>=4",\n')
    done = run_deptry(project)
    assert done.returncode == 1
    assert "DEP003 'av' imported but it is a transitive dependency" in done.stderr
    assert "DEP002 'tqdm' defined as a dependency but not used" in done.stderr


def test_every_import_is_declared_where_it_is_needed() -> None:
    """Find faults that deptry misses, because it accepts any extra and takes all of `google` for one package."""
    wrong = [
        f"{path}: {module} is of {owner}"
        for path, module in iterate_imports()
        for owner in [distribution(module)]
        if owner is not None and owner not in read_dependencies(path)
    ]
    assert wrong == []


def test_that_check_finds_what_only_an_extra_brings() -> None:
    assert distribution("google.auth.exceptions") == "google-auth"
    assert distribution("google.cloud.firestore") == "google-cloud-firestore"
    assert distribution("google.protobuf.json_format") == "protobuf"
    assert distribution("PIL.Image") == "pillow"
    assert distribution("json") is None
    assert "google-cloud-storage" not in read_dependencies("functions/api/uploads.py")
    assert "google-cloud-storage" in read_dependencies("shared/sutradhar/backends/gcp/blobs.py")


def iterate_imports() -> Iterator[tuple[str, str]]:
    """Return each file with each third-party module that it imports."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                    names = [f"{node.module}.{alias.name}" for alias in node.names]
                else:
                    continue
                for name in names:
                    if name.partition(".")[0] not in OURS | sys.stdlib_module_names:
                        yield path.relative_to(ROOT).as_posix(), name


@cache
def read_dependencies(path: str) -> frozenset[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = {extra for start, some in EXTRAS.items() if path.startswith(start) for extra in some}
    texts = project["dependencies"] + [t for extra in extras for t in project["optional-dependencies"][extra]]
    return frozenset(canonicalize_name(Requirement(text).name) for text in texts)


@cache
def distribution(module: str) -> str | None:
    """Return the distribution of ``module``; None for the standard library."""
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names:
        return None
    owners = _packages()[top]
    if len(set(owners)) == 1:
        return canonicalize_name(owners[0])
    while (spec := _spec(module)) is None:
        module = module.rpartition(".")[0]
    return _owner_of_file(str(spec.origin))


@cache
def _packages() -> Mapping[str, list[str]]:
    return metadata.packages_distributions()


def _spec(module: str) -> ModuleSpec | None:
    try:
        return find_spec(module)
    except ModuleNotFoundError:
        return None


@cache
def _files() -> dict[str, str]:
    return {
        str(one.locate_file(file)): canonicalize_name(one.name)
        for one in metadata.distributions()
        if one.name.startswith(("google", "grpc", "opentelemetry", "proto"))
        for file in one.files or ()
    }


def _owner_of_file(path: str) -> str:
    return _files()[path]


def _list_extras(name: str) -> set[str]:
    """Return the extras of this project that the extra ``name`` installs, itself included."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    own = [one for text in declared[name] if (one := Requirement(text)).name == "sutradhar"]
    return {name, *(extra for one in own for direct in one.extras for extra in _list_extras(direct))}


@pytest.mark.parametrize("name", ["dev", "bench"])
def test_the_archive_can_be_packed_with_what_the_extra_installs(name: str) -> None:
    assert set(DEPLOYED_EXTRAS) <= _list_extras(name)
