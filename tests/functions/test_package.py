"""The archive that is deployed: the same bytes each time, complete, and quick to start."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from functions import main
from functions.dev import package
from tests.plain import environment

SLOW = (
    "google.cloud.firestore",
    "google.cloud.pubsub",
    "google.cloud.storage",
    "google.cloud.run",
    "google.api_core",
    "grpc",
    "openai",
    "elevenlabs",
    "googleapiclient",
    "numpy",
    "cv2",
    "PIL",
    "onnxruntime",
    "requests",
    "sqlite3",
    "mcp.",
    "mcp_types",
    "gpu_renderer",
)
"""These modules slow a cold start down, and not every function needs them."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    with zipfile.ZipFile(package.build_archives(folder / "build")[0]) as packed:
        packed.extractall(folder / "source")
    return folder / "source"


def run_in_archive(archive: Path, code: str) -> str:
    """Run ``code`` as functions-framework would: the archive's folder last on the path, the repository not there."""
    hide = f"import sys; sys.path = [p for p in sys.path if {str(package.ROOT)!r} not in p or 'site-packages' in p]\n"
    hide += "sys.meta_path = [f for f in sys.meta_path if 'editable' not in type(f).__module__]\n"
    code = f"{hide}sys.path.append({str(archive)!r})\n{code}"
    argv = [sys.executable, "-c", code]
    done = subprocess.run(
        argv, cwd=archive, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_same_tree_gives_the_same_bytes(tmp_path: Path) -> None:
    pairs = list(zip(package.build_archives(tmp_path / "a"), package.build_archives(tmp_path / "b"), strict=True))
    for first, second in pairs:
        assert first.name == second.name
        assert first.read_bytes() == second.read_bytes()


def test_publish_has_an_archive_of_its_own_with_googles_client(tmp_path: Path, archive: Path) -> None:
    others, of_publish = package.build_archives(tmp_path)
    assert of_publish.name == others.name.replace("functions-", "publish-")
    with zipfile.ZipFile(others) as one, zipfile.ZipFile(of_publish) as other:
        assert one.namelist() == other.namelist()
        assert [name for name in one.namelist() if one.read(name) != other.read(name)] == ["requirements.txt"]
        lines, more = (set(packed.read("requirements.txt").decode().splitlines()) for packed in (one, other))
    assert lines < more
    added = {line.partition("==")[0] for line in more - lines}
    assert added == {"google-api-python-client", "google-auth-httplib2", "httplib2", "pyparsing", "uritemplate"}


def test_a_change_of_either_archive_renames_both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = package.build_archives(tmp_path / "a")[0].name
    requirements = package.list_requirements(of_publish=True)
    monkeypatch.setattr(
        package, "list_requirements", lambda *, of_publish=False: requirements if of_publish else ["flask==3.0"]
    )
    after = package.build_archives(tmp_path / "b")[0].name
    monkeypatch.setattr(package, "list_requirements", lambda *, of_publish=False: ["flask==3.0"])
    assert len({before, after, package.build_archives(tmp_path / "c")[0].name}) == 3


def test_it_holds_the_functions_and_nothing_of_the_laptop(archive: Path) -> None:
    names = {path.relative_to(archive).as_posix() for path in archive.rglob("*") if path.is_file()}
    assert {"main.py", "requirements.txt", "functions/api/app.py", "sutradhar/backends/gcp/stores.py"} <= names
    wrong = ("cli.py", "local", "emulated", "tests", "gpu_renderer", ".pyc", "package.py")
    assert [name for name in names if any(part in name for part in wrong)] == []


def test_it_serves_the_studio_with_every_module_of_it(archive: Path) -> None:
    folder = package.ROOT / "functions/api/studio"
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*.js")}
    packed = archive / "functions/api/studio"
    assert names == {path.relative_to(packed).as_posix() for path in packed.rglob("*.js")}
    code = (
        "import flask, json\nfrom functions.api import studio_page\n"
        "print(json.dumps([studio_page.FOLDER.as_posix(), len(studio_page.compute_version())]))"
    )
    assert json.loads(run_in_archive(archive, code)) == [packed.as_posix(), 12]


def test_it_needs_nothing_outside_and_all_entry_points_are_there(archive: Path) -> None:
    code = (
        "import json, main, functions, sutradhar\n"
        "names = [name for name in main.__all__ if callable(getattr(main, name))]\n"
        "print(json.dumps([functions.__file__, sutradhar.__file__, names]))"
    )
    ours, shared, names = json.loads(run_in_archive(archive, code))
    assert (Path(ours).parents[1], Path(shared).parents[1]) == (archive, archive)
    assert sorted(names) == sorted(main.__all__)


def test_importing_it_loads_no_providers_sdk(archive: Path) -> None:
    loaded = json.loads(run_in_archive(archive, "import main, json; print(json.dumps(sorted(sys.modules)))"))
    assert [name for name in loaded if name.startswith(SLOW)] == []


def test_it_serves_agents_with_their_pages(archive: Path) -> None:
    code = "import functions.agents.http; from functions.agents.resources import read_resource as read"
    pages = "print(*(read(f'sutradhar://docs/{name}').mime_type for name in ('plans', 'approvals')))"
    assert run_in_archive(archive, f"{code}\n{pages}").split() == ["text/markdown"] * 2


def test_the_backend_of_the_cloud_can_be_made_from_it(archive: Path) -> None:
    env = {"BACKEND": "gcp", "GOOGLE_CLOUD_PROJECT": "p", "REGION": "r", "ASSET_BUCKET": "b"}
    code = f"import os; os.environ |= {env!r}\nimport main\nfrom sutradhar import bootstrap\n"
    code += "print(bootstrap.backend().jobs.create)"
    assert "FirestoreJobStore" in run_in_archive(archive, code)


def test_every_requirement_has_one_version_and_all_are_there(archive: Path) -> None:
    lines = (archive / "requirements.txt").read_text().splitlines()
    names = [line.partition("==")[0] for line in lines]
    assert all("==" in line for line in lines)
    assert len(set(names)) == len(names)
    needed = {
        "functions-framework",
        "google-cloud-firestore",
        "google-cloud-run",
        "pydantic",
        "grpcio",
        "regex",
        "pillow",
    }
    assert needed <= set(names)
    assert not {"rich", "typer", "ffmpeg-python", "pytest"} & set(names)


def test_a_requirement_without_a_version_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("pyproject.toml", "constraints.txt"):
        lines = (package.ROOT / name).read_text().splitlines()
        (tmp_path / name).write_text("\n".join(line for line in lines if not line.startswith("pydantic==")))
    monkeypatch.setattr(package, "ROOT", tmp_path)
    with pytest.raises(LookupError, match="pydantic"):
        package.list_requirements()


def test_importing_api_builds_no_validator_and_loads_nothing_that_it_may_not_need(archive: Path) -> None:
    """The first caller waits for both: a validator is built when the first instance of its model is made."""
    code = """
import json, sys
from pydantic import BaseModel
instances, validate = [], BaseModel.__init__
def count(model, *values, **named):
    instances.append(type(model).__name__)
    validate(model, *values, **named)
BaseModel.__init__ = count
import main
main.api
slow = {"sutradhar.doctor", "subprocess", "asyncio", "numpy", "tenacity", "cachetools"}
print(json.dumps([instances, sorted(slow & sys.modules.keys())]))
"""
    assert json.loads(run_in_archive(archive, code)) == [[], []]


def test_the_rules_of_every_destination_are_known_without_the_packages_that_send_to_it(archive: Path) -> None:
    code = """
import json, main, sys
from sutradhar.destinations import list_destinations, load_destination
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.ports.destination_setup import DestinationSetup
setup, details = DestinationSetup(lambda name: "", lambda: None), PublicationDetails(title="Tea <3")
rules = []
for name in list_destinations():
    one = load_destination(name, setup)
    rules.append([name, len(one.list_problems(details)), len(one.buckets), bool(one.explain_missing_setup())])
    one.get_lead_time(1, None)
print(json.dumps([rules, sorted({"google.auth", "httpcore", "httplib2"} & sys.modules.keys()), sorted(sys.modules)]))
"""
    rules, light, loaded = json.loads(run_in_archive(archive, code))
    assert ["youtube", 1, 2, True] in rules
    assert (light, [name for name in loaded if name.startswith(SLOW)]) == ([], [])


@pytest.mark.parametrize(("name", "has_client"), [("publish", True), ("functions", False)])
def test_only_the_packages_of_publish_can_call_youtube(tmp_path: Path, name: str, has_client: bool) -> None:
    """``.venv/NAME`` has what the requirements of that archive bring, and nothing else."""
    python = environment(name) / "bin/python"
    path = next(one for one in package.build_archives(tmp_path) if one.name.startswith(name))
    code = """
from importlib.util import find_spec
from pathlib import Path
from sutradhar.destinations.youtube import SignInFile, make_destination
from sutradhar.ports.destination_setup import DestinationSetup
youtube = make_destination(DestinationSetup(lambda name: "", lambda: None, asset_bucket="b", youtube_token=Path("t")))
assert youtube.explain_missing_setup() == ""
if find_spec("googleapiclient"):
    from sutradhar.destinations.youtube.channel_transport import ChannelTransport
    from sutradhar.destinations.youtube.client import YouTubeClient
    from sutradhar.ports.publishing import PublishError
    try:
        YouTubeClient(lambda: ChannelTransport(SignInFile(Path("t")))).get_channel()
    except PublishError as exc:
        print(exc.failure.reason)
"""
    # zipimport reads the code as it lies in the archive
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(path)}
    done = subprocess.run([python, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "token_invalid\n" if has_client else ""), done.stderr
