"""Make a video of the user's own clip, image and song, from the terminal."""

import json
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image

from tests.e2e.conftest import Terminal

GREEN, RED = (20, 160, 60), (200, 30, 40)


def frame(video: Path, second: float) -> tuple[int, ...]:
    """Its colour in the middle."""
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
        "crop=8:8,scale=1:1",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
    ]
    return tuple(subprocess.run(argv, capture_output=True, check=True).stdout)


def pitch(video: Path) -> float:
    """Hz of what is heard most."""
    argv = ["ffmpeg", "-v", "error", "-i", str(video), "-ac", "1", "-ar", "8000", "-f", "f32le", "-"]
    samples = np.frombuffer(subprocess.run(argv, capture_output=True, check=True).stdout, np.float32)
    return float(np.abs(np.fft.rfft(samples)).argmax() * 8000 / len(samples))


def test_own_files_are_named_by_their_paths(terminal: Terminal) -> None:
    folder = terminal.folder / "mine"
    folder.mkdir()
    green = f"color=0x{bytes(GREEN).hex()}:s=640x360:r=25:d=2"
    for argv in (
        ["-i", green, "-pix_fmt", "yuv420p", "beach.mov"],
        ["-i", "sine=frequency=440:duration=9", "song.m4a"],
    ):
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", *argv], cwd=folder, check=True)
    Image.new("RGB", (900, 600), RED).save(folder / "me.webp")
    plan = {
        "title": "Mine",
        "language": "en",
        "subtitle_languages": ["en"],
        "music": "song.m4a",
        "watermark": None,
        "render": {"mode": "PROXY"},
        "scenes": [{"clip": "beach.mov", "duration_sec": 4}, {"image": "me.webp", "duration_sec": 4}],
    }
    path = folder / "plan.json"
    path.write_text(json.dumps(plan))
    done = terminal.run("make", "--plan", str(path), "--out", str(terminal.out))
    assert done.returncode == 0, done.stdout
    video = terminal.out / "video.mp4"
    assert np.abs(np.subtract(frame(video, 1), GREEN)).max() < 12
    assert np.abs(np.subtract(frame(video, 3), GREEN)).max() < 12  # it is shorter than its scene and starts over
    assert np.abs(np.subtract(frame(video, 7), RED)).max() < 12
    assert abs(pitch(video) - 440) < 2
    provenance = json.loads((terminal.out / "provenance.json").read_text())
    assert [asset["provider"] for asset in provenance["assets"]] == ["upload/2"] * 3
    assert (provenance["synthetic"], provenance["credits"]) == (False, [])
    # the same plan again makes the same video, and nothing is kept twice
    assert terminal.run("make", "--plan", str(path), "--out", str(terminal.out)).returncode == 0
    assert len(list((terminal.home / "blobs" / "uploads").glob("up-*"))) == 3


def test_a_file_that_cannot_be_used_is_named(terminal: Terminal) -> None:
    terminal.plan.write_text(json.dumps({"title": "x", "scenes": [{"clip": "nowhere.mp4", "duration_sec": 2}]}))
    done = terminal.run("make", "--plan", str(terminal.plan))
    assert (done.returncode, "scene 1, clip (nowhere.mp4) is not there" in done.stdout) == (2, True), done.stdout
    (terminal.folder / "notes.mp4").write_text("a film")
    done = terminal.run("upload", str(terminal.folder / "notes.mp4"))
    assert done.returncode == 2
    assert "notes.mp4 is a text file" in " ".join(done.stdout.split())
    Image.new("RGB", (100, 100)).save(terminal.folder / "me.png")
    done = terminal.run("upload", str(terminal.folder / "me.png"))
    assert done.returncode == 0
    assert "me.png: image 100x100" in done.stdout
    assert done.stdout.split()[-1].startswith("up-")
