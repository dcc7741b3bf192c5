"""Every command of the README is run here as it stands there, with shorter videos."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from functions.dev.emulated_cloud.emulators import find_free_port

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines() if line.strip()
]
# these start the run of this test, or are run by hand because they take too long
EMULATED = ".venv/bin/sutradhar serve --backend=gcp-emulators"
"""Run by tests/emulators/test_serve.py."""
OWN_FILES = ".venv/bin/sutradhar make --plan holiday.json --out out/holiday"
SONG, RECORDING = ".venv/bin/sutradhar make --song", ".venv/bin/sutradhar make --voice"
ELSEWHERE = {"make test", "make emulator-test"}


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a user's shell, without the variables of a `make` that may run this test."""
    own = {"SUTRADHAR_HOME": str(tmp_path / "home"), "OUT": str(tmp_path / "out"), "LENGTH": "12"}
    return {**{k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "MFLAGS"}, **own}


def shell(command: str, env: dict[str, str], **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env={**env, **more}, capture_output=True, text=True, timeout=300, check=False
    )


def begins(word: str) -> list[str]:
    return [c for c in COMMANDS if c.startswith(word)]


def test_no_command_of_the_readme_is_forgotten() -> None:
    covered = [
        *begins("make demo"),
        *begins(".venv/bin/sutradhar"),
        *begins("curl"),
        *begins("make serve"),
        *begins("make package"),
    ]
    covered += ELSEWHERE
    assert sorted(covered) == sorted(COMMANDS)


def test_it_opens_with_a_image_of_the_studio_and_the_command_that_starts_it() -> None:
    image, command = re.search(r"!\[.*\]\((.*)\)", README), re.search(r"```sh\n(.*)\n", README)
    assert image is not None
    assert command is not None
    assert image.start() < command.start()
    assert (ROOT / image[1]).parent == ROOT / "docs/studio"
    assert (ROOT / image[1]).is_file()
    assert command[1] == "make serve"


def test_every_make_target_exists() -> None:
    everyday = {"down", "restart", "logs", "status", "health", "smoke", "backup", "clean", "build-images"}
    for target in everyday | set(re.findall(r"`make ([a-z]+)`", README)) | {c.split()[1] for c in begins("make")}:
        done = shell(f"make -n {target}", dict(os.environ))
        assert done.returncode == 0, done.stderr


def test_restart_stops_the_server_and_serves() -> None:
    commands = [line.split() for line in shell("make -n restart", dict(os.environ)).stdout.splitlines()]
    assert [command[1] for command in commands if command[0] == "sutradhar"] == ["stop", "serve"]


@pytest.mark.parametrize("command", begins("make demo"))
def test_demo(command: str, env: dict[str, str], tmp_path: Path) -> None:
    """It makes a video, publishes it into a folder, and shows that in the calendar."""
    done = shell(re.sub(r" OUT=\S+", f" OUT={env['OUT']}", command), env)
    assert done.returncode == 0, done.stdout + done.stderr
    file_names = {p.name for p in Path(env["OUT"]).iterdir()}
    other = "ta" if "LANGUAGE=ta" in command else "hi"
    assert {"video.mp4", "thumbnail.png", "job_summary.json", "captions.en.srt", f"captions.{other}.vtt"} <= file_names
    summary = json.loads((Path(env["OUT"]) / "job_summary.json").read_text())
    assert all(f["ok"] for f in summary["findings"])
    (published,) = (Path(env["OUT"]) / "published").iterdir()
    manifest = json.loads((published / "manifest.json").read_text("utf-8"))
    assert "video.mp4" in manifest["files"]
    assert (published / "video.mp4").read_bytes() == (Path(env["OUT"]) / "video.mp4").read_bytes()
    assert str(published) in done.stdout
    publications = json.loads(shell(".venv/bin/sutradhar calendar --json", env).stdout)["publications"]
    assert [(one["state"], one["title"]) for one in publications] == [("published", manifest["title"])]
    assert re.search(r"folder\W+published\W", done.stdout)
    assert publications[0]["id"] in done.stdout
    if command == "make demo":
        again = shell(command, env)
        assert (again.returncode, "not published twice" in again.stderr) == (0, True), again.stderr
        assert list(published.parent.iterdir()) == [published]


def test_the_terminal_commands(env: dict[str, str], tmp_path: Path) -> None:
    """They make a video, order its publication, change and cancel that, and publish it in the end."""
    env["PUBLISH_FOLDER"] = str(tmp_path / "published")
    for command in begins(".venv/bin/sutradhar"):
        if command in (EMULATED, OWN_FILES, *begins(SONG), *begins(RECORDING)):
            continue
        if "$JOB" in command and "JOB" not in env:
            jobs = json.loads(shell(".venv/bin/sutradhar status --json", env).stdout)["jobs"]
            env["JOB"] = jobs[0]["job_id"]
        here = command.replace("plan.json", str(tmp_path / "plan.json")).replace("out/water", env["OUT"])
        here = here.replace("2026-12-24", "2100-12-24")  # this test runs after that day too
        done = shell(here.replace("--length 30", "--length 10"), env)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert (Path(env["OUT"]) / "video.mp4").exists()
    (manifest,) = (tmp_path / "published").glob("*/manifest.json")
    assert (manifest.with_name("video.mp4")).stat().st_size > 100_000


def test_the_plan_of_the_users_own_files(env: dict[str, str], tmp_path: Path) -> None:
    (plan,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    (tmp_path / "holiday.json").write_text(plan, "utf-8")
    (tmp_path / "Pictures").mkdir()
    beach = [
        "color=red:s=320x180:r=25:d=6[a];color=lime:s=320x180:r=25:d=8[b];[a][b]concat",
        "sine=frequency=1000:d=14",
    ]
    song = ["sine=frequency=330:duration=12[a];sine=frequency=550:duration=12[b];[a][b]concat=v=0:a=1"]
    upright = ["color=red:s=240x160[a];color=blue:s=240x160[b];[a][b]vstack"]
    for sources, options in (
        (beach, "-pix_fmt yuv420p beach.mp4"),
        (song, "song.mp3"),
        (upright, "-frames:v 1 Pictures/me.jpg"),
    ):
        inputs = [word for source in sources for word in ("-f", "lavfi", "-i", source)]
        subprocess.run(["ffmpeg", "-v", "error", *inputs, *options.split()], cwd=tmp_path, check=True)
    assert OWN_FILES in COMMANDS
    here = OWN_FILES.replace("holiday.json", str(tmp_path / "holiday.json")).replace("out/holiday", env["OUT"])
    done = shell(f"{here} --mode PROXY", env, HOME=str(tmp_path))
    assert done.returncode == 0, (done.stdout, done.stderr)
    provenance = json.loads((Path(env["OUT"]) / "provenance.json").read_text())
    assert [asset["provider"].partition("/")[0] for asset in provenance["assets"]].count("upload") == 4
    used = [asset["used"] for asset in provenance["assets"] if "used" in asset]
    assert (used[0]["fit"], used[1]["start_sec"], used[1]["end_sec"], used[3]) == ("fit", 8, 12, {"start_sec": 12})
    video = Path(env["OUT"]) / "video.mp4"
    assert near(colour(video, 1.5, 0.5, 0.05), (254, 0, 0))  # the upright photo, whole
    assert near(colour(video, 1.5, 0.5, 0.95), (0, 0, 254))
    assert near(colour(video, 5, 0.2, 0.3), (0, 255, 0))  # the clip from its second 8 on
    assert near(colour(video, 8, 0.2, 0.3), (254, 0, 0))  # and from its second 2 on
    assert tone(video, 0.5, 550) > tone(video, 0.5, 330) + 30  # the song from its second 12 on
    assert tone(video, 4, 1000) > -20  # the clip's own sound
    assert tone(video, 7.8, 1000) < tone(video, 4, 1000) - 10  # low under the narration
    assert not (Path(env["OUT"]) / "captions.hi.srt").exists()


def colour(video: Path, second: float, x: float, y: float) -> list[int]:
    at = f"crop=8:8:(iw-8)*{x}:(ih-8)*{y},scale=1:1"
    argv = [
        "ffmpeg",
        "-v",
        "error",
        "-ss",
        str(second),
        "-i",
        str(video),
        "-frames:v",
        "1",
        "-vf",
        at,
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
    ]
    return list(subprocess.run(argv, capture_output=True, check=True).stdout)


def near(color: list[int], expected_color: tuple[int, int, int]) -> bool:
    return max(abs(a - b) for a, b in zip(color, expected_color, strict=True)) < 25


def tone(video: Path, second: float, hz: int) -> float:
    """Level of a tone in the second after that, in dBFS."""
    argv = [
        "ffmpeg",
        "-v",
        "error",
        "-ss",
        str(second),
        "-t",
        "1",
        "-i",
        str(video),
        "-ac",
        "1",
        "-ar",
        "8000",
        "-f",
        "f32le",
        "-",
    ]
    samples = np.frombuffer(subprocess.run(argv, capture_output=True, check=True).stdout, np.float32)
    window = np.hanning(len(samples))
    turned = samples * window * np.exp(-2j * np.pi * hz * np.arange(len(samples)) / 8000)
    return float(20 * np.log10(max(2 * abs(turned.sum()) / window.sum(), 1e-6)))


@pytest.fixture
def server(env: dict[str, str]) -> Iterator[str]:
    """`make serve`, ended as Ctrl-C in its terminal ends it."""
    port = find_free_port()
    (command,) = begins("make serve")
    process = subprocess.Popen(
        ["bash", "-c", f"{command} PORT={port}"],
        cwd=ROOT,
        env=env,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    url = f"http://127.0.0.1:{port}"
    end = time.monotonic() + 30
    while shell(f"curl -fs {url}/healthz", env).returncode != 0:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "it does not answer"
        time.sleep(0.1)
    yield url
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert "Stopped" in out
    assert shell(f"curl -s {url}/healthz", env).returncode != 0, "something still serves"


def test_the_api(server: str, env: dict[str, str], tmp_path: Path) -> None:
    page = shell(f"curl -sfL {server}/", env)
    assert "<title>Sutradhar</title>" in page.stdout
    post, status, download, cancel, retry, *health = (
        c.replace("http://127.0.0.1:8080", server) for c in begins("curl")
    )
    job = json.loads(shell(post, env).stdout)["job_id"]
    cancelled = json.loads(shell(post, env).stdout)["job_id"]
    assert json.loads(shell(cancel, env, JOB=cancelled).stdout)["state"] == "canceled"
    last_status: dict[str, Any] = {}
    end = time.monotonic() + 180
    while time.monotonic() < end and last_status.get("state") not in ("success", "error"):
        time.sleep(0.3)
        now = json.loads(shell(status, env, JOB=job).stdout)
        assert now["progress_pct"] >= last_status.get("progress_pct", 0)
        last_status = now
    assert last_status["state"] == "success", last_status
    assert json.loads(shell(retry, env, JOB=job).stdout)["status"] == 409
    assert shell(download.replace("video.mp4", str(tmp_path / "video.mp4")), env, JOB=job).returncode == 0
    assert (tmp_path / "video.mp4").stat().st_size > 100_000
    assert json.loads(shell(status, env, JOB=cancelled).stdout)["state"] == "canceled"
    *alive, metrics = (json.loads(shell(c, env).stdout) for c in health)
    assert [answer["status"] for answer in alive] == ["ok", "ready"]
    assert (metrics["jobs_started"], metrics["jobs_completed"], metrics["jobs_canceled"]) == (2, 1, 1)


def test_the_archive_of_the_functions(env: dict[str, str]) -> None:
    (command,) = begins("make package")
    done = shell(command, env)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.split()[-1]).is_file()  # before it, what was installed


def test_a_topic_reaches_the_command_as_it_was_typed(env: dict[str, str]) -> None:
    """...and not as make or the shell would read it."""
    typed = 'what $5 $(HOME) "buys" it\'s'
    ask = ["make", "--eval", 'show: ; @printf %s "$$TOPIC"', "show", f"TOPIC={typed}"]
    done = subprocess.run(ask, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == typed


def test_demo_stopped_with_ctrl_c_says_how_to_go_on(env: dict[str, str]) -> None:
    process = subprocess.Popen(
        ["make", "demo"],
        cwd=ROOT,
        env=env,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    assert "story" in process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)  # a terminal signals the whole group
    out, _ = process.communicate(timeout=30)
    assert "run the same command again" in out
    assert not Path(env["OUT"]).exists()
    alive = shell(f"pgrep -s {process.pid}", env)
    assert alive.stdout == ""
