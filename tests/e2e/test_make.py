"""`sutradhar make`, from a plan to the files, killed, stopped and started again."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sutradhar import bootstrap
from sutradhar.pipeline.audit import AUDIT
from tests.conftest import forget
from tests.e2e.conftest import Terminal

FILES = {
    "video.mp4",
    "thumbnail.png",
    "job_summary.json",
    "captions.en.srt",
    "captions.en.vtt",
    "captions.hi.srt",
    "captions.hi.vtt",
    "provenance.json",
}


def probe(path: Path) -> dict[str, str]:
    argv = [
        "ffprobe",
        "-v",
        "error",
        "-show_entries",
        "stream=codec_name,width,height,nb_frames",
        "-of",
        "json",
        str(path),
    ]
    streams = json.loads(subprocess.run(argv, capture_output=True, check=True).stdout)["streams"]
    return {k: str(v) for stream in reversed(streams) for k, v in stream.items()}


def test_a_plan_becomes_a_checked_video(home: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    done = terminal.make()
    out, _ = done.communicate(timeout=300)
    assert done.returncode == 0, out
    assert {p.name for p in terminal.out.iterdir()} == FILES
    assert all(str(terminal.out / name) in out for name in FILES)
    summary = json.loads((terminal.out / "job_summary.json").read_text())
    assert all(f["ok"] for f in summary["findings"]), summary["findings"]
    stream = probe(terminal.out / "video.mp4")
    assert (stream["codec_name"], stream["width"], stream["height"]) == ("h264", "1280", "720")
    assert int(stream["nb_frames"]) == summary["frames"]
    assert "प्रह्लाद" not in (terminal.out / "captions.hi.srt").read_text()
    assert "लोमड़ी" in (terminal.out / "captions.hi.srt").read_text()
    assert terminal.leftovers() == []
    monkeypatch.setenv("SUTRADHAR_HOME", str(terminal.home))
    forget()
    (order,) = bootstrap.backend().documents.list(AUDIT, owner="terminal", limit=10).records
    assert (order.action, order.facts["scenes"]) == (
        "create_render",
        len(json.loads(terminal.plan.read_text())["scenes"]),
    )

    first = (terminal.out / "video.mp4").read_bytes()
    again = terminal.make()
    out, _ = again.communicate(timeout=300)
    assert again.returncode == 0, out
    assert terminal.calls() == 5, "the second film asked for something that was there"
    reused = json.loads((terminal.out / "job_summary.json").read_text())["segments"]
    assert (reused["encoded"], reused["reused"]) == (0, reused["total"])
    assert (terminal.out / "video.mp4").read_bytes() == first
    check_marks(terminal)


def check_marks(terminal: Terminal) -> None:
    """A certificate that is made later signs the same video, and a copy without encoding loses the signature."""

    def decode() -> bytes:
        argv = ["ffmpeg", "-v", "error", "-i", str(video), "-f", "framemd5", "-"]
        return subprocess.run(argv, capture_output=True, check=True).stdout

    video, thumbnail = terminal.out / "video.mp4", terminal.out / "thumbnail.png"
    frames, unsigned = decode(), terminal.run("marks", "verify", str(video), str(thumbnail))
    assert (unsigned.returncode, unsigned.stdout.count("its XMP says")) == (1, 2), unsigned.stdout
    assert terminal.run("marks", "setup").returncode == 0
    out, _ = (process := terminal.make()).communicate(timeout=300)
    assert process.returncode == 0, out
    summary = json.loads((terminal.out / "job_summary.json").read_text())
    assert (summary["segments"]["encoded"], summary["marks"]["state"]) == (0, "signed")
    assert decode() == frames, "marks change no frame and no sample"
    verified = terminal.run("marks", "verify", str(video), str(thumbnail))
    assert (verified.returncode, verified.stdout.count("trusted")) == (0, 2), verified.stdout
    copy = terminal.folder / "copy.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(video), "-c", "copy", str(copy)], check=True)
    gone = terminal.run("marks", "verify", str(copy))
    assert (gone.returncode, "no content credentials" in " ".join(gone.stdout.split())) == (1, True), gone.stdout


def test_killed_at_ten_random_moments_it_still_ends_and_pays_once(terminal: Terminal) -> None:
    """SIGKILL of the whole command; at most one call more for every kill."""
    terminal.env["ASSET_WORKERS"] = "1"  # the number of a machine with a key, where calls are paid
    chance = random.Random(7)
    undisturbed, kills = 5, 0
    while kills < 10:
        process = terminal.make()
        try:
            # five times early on, then up to the end of the video
            process.communicate(timeout=chance.uniform(0.4, 1.5 if kills < 5 else 3.0))
            break
        except subprocess.TimeoutExpired:
            kills += 1
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
    process = terminal.make()
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 0, out
    jobs = terminal.jobs()
    assert all(job["state"] == "SUCCEEDED" for job in jobs), jobs
    assert undisturbed <= terminal.calls() <= undisturbed + kills
    assert kills >= 5, "the film was done before it could be killed often enough"
    assert terminal.leftovers() == []
    assert {p.name for p in terminal.out.iterdir()} >= FILES


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["at once", "while it makes", "while it renders"])
def test_stopped_it_leaves_nothing_behind_and_says_how_to_go_on(
    terminal: Terminal, stop: signal.Signals, moment: str
) -> None:
    process = terminal.make()
    if moment == "at once":
        wait_until((terminal.home / "alive").exists, process)
    else:
        state = "PRODUCING" if moment == "while it makes" else "RENDERING"
        wait_until(lambda: any(job["state"] == state for job in terminal.jobs()), process)
    process.send_signal(stop)
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, "run the same command again" in out) == (130, True), out
    assert terminal.leftovers() == []
    assert not terminal.out.exists() or list(terminal.out.iterdir()) == []


def wait_until(what: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 60
    while not what():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def test_odd_text_is_drawn_and_said_and_hurts_nothing(terminal: Terminal) -> None:
    odd = "It's 5% {of} \"it\": a \\ b, %{pts} 'c'; $HOME `d` [VISUAL: a hill] 🍵 Prahlad (प्रह्लाद) && 1 < 2."
    scenes = [
        {"narration": odd, "image_prompt": odd, "translations": {"hi": "यह 5% {है} \"यह\": क \\ ख, %{pts} 'ग' <b>।"}},
        {"narration": 'HOST (voiceover): "Then\x00 it ended."', "image_prompt": "x", "translations": {"hi": "अंत।"}},
    ]
    plan = {"title": odd[:60], "scenes": scenes, "render": {"mode": "PROXY"}, "watermark": {"text": "50% {off}: 'x'"}}
    terminal.plan.write_text(json.dumps(plan), "utf-8")
    done = terminal.run("make", "--plan", str(terminal.plan), "--out", str(terminal.out))
    assert done.returncode == 0, done.stdout
    captions = " ".join((terminal.out / "captions.en.srt").read_text("utf-8").split())
    for word in ('It\'s 5% {of} "it":', "\\ b, %{pts} 'c';", "$HOME d Prahlad", "(प्रह्लाद)", "Then it ended."):
        assert word in captions, captions
    assert "1 < 2" in captions
    assert "VISUAL" not in captions
    assert "HOST" not in captions
    assert "1 &lt; 2" in (terminal.out / "captions.en.vtt").read_text("utf-8")


def test_a_wrong_plan_is_refused_before_anything_is_made(terminal: Terminal) -> None:
    terminal.plan.write_text(json.dumps({"topic": "x", "colour": 1, "voice": "Q"}))
    done = terminal.run("make", "--plan", str(terminal.plan))
    assert done.returncode == 2
    assert "colour" in done.stdout
    assert "voice" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_voice_that_crashes_fails_the_job_with_stage_scene_cause_and_advice(terminal: Terminal) -> None:
    """...and a second run goes on from what was made."""
    terminal.env["NARRATORS"] = "espeak_ng"
    make = ("make", "--plan", str(terminal.plan), "--out", str(terminal.out))
    failed = terminal.run(*make, module="tests.e2e.crashing_voice")
    assert failed.returncode == 1
    for word in ("narration in scene", "espeak", "What to do", "Kept: 3 of 5"):
        assert word in failed.stdout, failed.stdout
    before = terminal.calls()
    done = terminal.run(*make)
    assert done.returncode == 0, done.stdout
    assert "Continuing" in done.stdout
    assert terminal.calls() == before + 2  # the two voices


def test_without_ffmpeg_it_says_so_and_how_to_get_it(terminal: Terminal) -> None:
    empty = terminal.folder / "empty"
    empty.mkdir()
    terminal.env["PATH"] = str(empty)
    failed = terminal.run("make", "--plan", str(terminal.plan), "--out", str(terminal.out))
    assert failed.returncode == 1
    assert "ffmpeg is not installed" in failed.stdout
    assert "apt-get install ffmpeg" in failed.stdout


def test_plan_prints_what_make_takes(terminal: Terminal) -> None:
    printed = terminal.run("plan", "The fox and the grapes", "--length", "30")
    assert printed.returncode == 0, printed.stdout
    plan = json.loads(printed.stdout)
    assert 3 <= len(plan["scenes"]) <= 8
    terminal.plan.write_text(printed.stdout)
    again = terminal.run("plan", "--plan", str(terminal.plan))
    assert json.loads(again.stdout)["scenes"] == plan["scenes"]


def test_status_and_doctor_answer(terminal: Terminal) -> None:
    assert "No jobs yet" in terminal.run("status").stdout
    doctor = terminal.run("doctor")
    assert doctor.returncode == 0, doctor.stdout
    for word in ("ffmpeg", "espeak_ng", "fonts", "disk"):
        assert word in doctor.stdout
