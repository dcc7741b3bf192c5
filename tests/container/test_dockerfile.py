"""The renderer's image, as far as it can be made without Docker."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import httpx
import pytest

from functions.dev.emulated_cloud.emulators import find_free_port
from gpu_renderer.text.fonts import LOOK_FONTS
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.jobs.messages import RenderFinished
from sutradhar.domain.language.scripts import SCRIPTS
from sutradhar.domain.video.frame_request import FrameRequest
from sutradhar.domain.video.render_request import RenderRequest, RenderSummary
from tests.container.dockerfile import DOCKERFILE, ROOT, copies, copy, environment, stages
from tests.function_server import FunctionServer
from tests.media.timelines import make_timeline


def test_hadolint_has_nothing_to_say() -> None:
    program = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([str(program), str(DOCKERFILE)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_it_is_what_the_graphics_card_needs() -> None:
    packages, image = stages()
    # the ffmpeg of bookworm is 5.1, whose NVENC works with the driver of Cloud Run's L4
    assert packages.base == image.base == "debian:bookworm-slim"
    env = environment(image, {"PATH": "/usr/bin"})
    assert set(env["NVIDIA_DRIVER_CAPABILITIES"].split(",")) == {"compute", "video", "utility"}
    installed = next(value for instruction, value in image.steps if instruction == "RUN" and "apt-get" in value)
    fonts = {font.package for pair in LOOK_FONTS.values() for font in pair}
    fonts |= {facts.package for facts in SCRIPTS.values()}
    assert {"ffmpeg", "libfribidi0", "libzimg2", "python3", *fonts} <= set(installed.split())
    setup = (ROOT / ".ci" / "setup").read_text()
    assert all(
        font.package in setup and font.file in setup
        for pair in LOOK_FONTS.values()
        for font in pair
        if font.package != "fonts-noto-core"
    )
    assert all(facts.package in setup for facts in SCRIPTS.values())
    names = [instruction for instruction, _ in image.steps]
    user = next(value for instruction, value in image.steps if instruction == "USER")
    assert user == "10001"
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert names.count("COPY") == 4
    # what changes often comes last, or every change would install everything again
    copied = [what for _, (what, *_), _ in copies(image)]
    assert copied == ["/venv", "functions/__init__.py", "gpu_renderer", "shared/sutradhar"]


def test_every_file_that_is_copied_reaches_docker() -> None:
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for stage in stages():
        for source, names, _ in copies(stage):
            for name in names if not source else ():
                assert (ROOT / name).exists()
                assert any(name == entry or name.startswith(f"{entry}/") for entry in allowed), name


def test_every_package_of_it_has_one_version() -> None:
    def names(path: str) -> set[str]:
        lines = [line for line in (ROOT / path).read_text().splitlines() if line and not line.startswith("#")]
        return {line.partition("==")[0].lower().replace("_", "-") for line in lines}

    requirements = names("gpu_renderer/requirements.txt")
    assert requirements
    assert requirements <= names("constraints.txt")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    observers = {re.split("[<>=]", text)[0] for extra in ("sentry", "tracing") for text in extras[extra]}
    assert observers <= requirements  # or else the renderer's errors and spans would be sent nowhere


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], dict[str, str]]:
    """Start command and environment of the image replayed in IMAGE_CHROOT; or else of a folder made by the Dockerfile's
    own pip, COPY, ENV and ENTRYPOINT, with this machine's system packages."""
    packages, last = stages()
    env = environment(last, {"PATH": "/usr/local/bin:/usr/bin:/bin"})
    entry = json.loads(next(value for instruction, value in last.steps if instruction == "ENTRYPOINT"))
    if chroot := os.environ.get("IMAGE_CHROOT"):
        user = next(value for instruction, value in last.steps if instruction == "USER")
        return ["/usr/sbin/chroot", f"--userspec={user}:{user}", chroot, "/usr/bin/env", "-C", "/tmp", *entry], env
    root = tmp_path_factory.mktemp("image")
    venv.create(root / "venv", with_pip=True)
    install = next(value for instruction, value in packages.steps if "pip install" in value)
    arguments = install.partition("/venv/bin/pip ")[2].split()
    for _, names, target in copies(packages):
        for name in names:
            copy(ROOT / name, root / target.strip("/"), target.endswith("/"))
    argv = [
        str(root / "venv/bin/pip"),
        *(word.replace("/build/", f"{root}/build/") for word in arguments),
        "--no-compile",
    ]
    subprocess.run(argv, check=True, capture_output=True)
    for source, names, target in copies(last):
        for name in names if not source else ():
            copy(ROOT / name, root / target.strip("/"), target.endswith("/"))
    env = environment(last, {"PATH": os.environ["PATH"]})
    env = {name: re.sub(r"(^|:)/(venv|app)\b", rf"\1{root}/\2", value) for name, value in env.items()}
    return [shutil.which(entry[0], path=env["PATH"]) or "", *entry[1:]], env


def test_nothing_in_it_has_a_version_of_its_own_choice(image: tuple[list[str], dict[str, str]]) -> None:
    argv, env = image
    freeze = [*argv[: argv.index("-m")], "-m", "pip", "freeze"]
    done = subprocess.run(freeze, env=env, capture_output=True, text=True, check=True)
    installed = {line.lower().replace("_", "-") for line in done.stdout.split()}
    known = {line.lower().replace("_", "-") for line in (ROOT / "constraints.txt").read_text().split()}
    assert len(installed) > 10
    assert installed <= known


def test_its_start_command_works_with_what_it_has(image: tuple[list[str], dict[str, str]], tmp_path: Path) -> None:
    argv, env = image
    assert argv[0].endswith(("/venv/bin/python3", "/chroot"))
    done = subprocess.run([*argv, "--check"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(check["ok"] for check in json.loads(done.stdout))


def test_it_serves_preview_frames(image: tuple[list[str], dict[str, str]], tmp_path: Path) -> None:
    """The function frame is this image with the command of terraform/frame.tf."""
    argv, env = image
    (arguments,) = re.findall(r"args += (\[.*\])", (ROOT / "terraform/frame.tf").read_text())
    assert json.loads(arguments) == ["--target=frame", "--source=/app/functions/main.py"]
    port, source = find_free_port(), f"{env['PYTHONPATH']}/functions/main.py"
    command = [*argv[: argv.index("-m")], "-m", "functions_framework", "--target=frame", f"--source={source}"]
    settings = {"SUTRADHAR_HOME": str(tmp_path), "HOST": "127.0.0.1", "PORT": str(port)}
    with subprocess.Popen(command, cwd=tmp_path, env={**env, **settings}, stderr=subprocess.DEVNULL) as process:
        server = FunctionServer(port, process, 0)
        server.wait()
        timeline = make_timeline(FileBlobStore(tmp_path / "blobs"))
        request = FrameRequest(timeline=timeline, frame=3).model_dump_json()
        answer = httpx.post(server.url, content=request, headers={"Content-Type": "application/json"}, timeout=30)
        process.terminate()
    assert (answer.status_code, answer.headers["Content-Type"], answer.headers["Frame-Lost"]) == (200, "image/jpeg", "")


@pytest.mark.usefixtures("emulators")
def test_it_renders_a_video_from_the_bucket_into_the_bucket(
    image: tuple[list[str], dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from google.cloud import pubsub_v1, storage

    from sutradhar.backends.gcp.blobs import GcsBlobStore
    from tests import emulated_cloud

    argv, env = image
    project = emulated_cloud.project()
    storage.Client(project=project).create_bucket(project)
    with pubsub_v1.PublisherClient() as publisher, pubsub_v1.SubscriberClient() as subscriber:
        topic, subscription = f"projects/{project}/topics/t-finish", f"projects/{project}/subscriptions/t-finish"
        publisher.create_topic(name=topic)
        subscriber.create_subscription(name=subscription, topic=topic)
        blobs = GcsBlobStore(project, project, "")
        request = RenderRequest(
            render_id="job-1-1",
            job_id="job-1",
            prefix="jobs/job-1/renders/1",
            title="Tea",
            mode="PROXY",
            timeline=make_timeline(blobs),
        )
        blobs.put("request.json", request.to_record().encode())
        cloud = {
            "BACKEND": "gcp",
            "GOOGLE_CLOUD_PROJECT": project,
            "REGION": "r",
            "ASSET_BUCKET": project,
            "TOPIC_PREFIX": "t-",
            "RENDER_REQUEST": "request.json",
            "CLOUD_RUN_EXECUTION": "e",
            "ENCODER": "libx264",
            **{name: value for name, value in os.environ.items() if name.endswith("_EMULATOR_HOST")},
        }
        done = subprocess.run(argv, cwd=tmp_path, env={**env, **cloud}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        summary = RenderSummary.from_record(blobs.get(request.summary_blob))
        assert summary.frames == request.timeline.frames
        assert blobs.get(request.video_blob)[4:8] == b"ftyp"
        blobs.close()
        messages: list[str] = []
        while not messages or '"RenderFinished"' not in messages[-1]:
            pulled = subscriber.pull(subscription=subscription, max_messages=10, timeout=20)
            assert pulled.received_messages
            messages += [message.message.data.decode() for message in pulled.received_messages]
        assert RenderFinished.from_record(messages[-1]).summary_blob == request.summary_blob
