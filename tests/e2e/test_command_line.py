"""The command reports errors about places, options, plan files and names before it makes anything (real processes)."""

import json
import signal
import socket
import subprocess
import sys

import pytest

from functions.dev.emulated_cloud.emulators import find_free_port
from tests.e2e.conftest import Terminal


def test_make_with_nothing_shows_its_help(terminal: Terminal) -> None:
    done = terminal.run("make")
    assert "Usage: sutradhar make" in done.stdout or "Usage: python -m functions.cli make" in done.stdout
    assert "--plan" in done.stdout
    assert not terminal.home.exists()


@pytest.mark.parametrize("command", ["make", "status", "upload"])
def test_an_unwritable_home_is_reported_before_work(terminal: Terminal, command: str) -> None:
    terminal.env["SUTRADHAR_HOME"] = "/proc/nowhere"
    words = {"make": ["--plan", str(terminal.plan)], "status": [], "upload": [str(terminal.plan)]}[command]
    done = terminal.run(command, *words)
    assert done.returncode in (1, 2)
    assert "SUTRADHAR_HOME" in done.stdout
    assert "Traceback" not in done.stdout


def test_options_overrule_a_plan_that_is_fenced_and_starts_elsewhere(terminal: Terminal) -> None:
    plan = {
        "scenes": [{"narration": "The fox [red] jumped.", "image_prompt": "a fox"}],
        "voice": "F",
        "language": "en",
        "render": {"mode": "FINAL", "fps": 25},
        "watermark": False,
        "aspect": "16:9",
    }
    terminal.plan.write_text(f"Here it is:\n```json\n{json.dumps(plan)}\n```\n", "utf-16")
    words = ("--mode", "proxy", "--voice", "male", "--length", "30", "--seed", "7")
    done = terminal.run("plan", "--plan", str(terminal.plan), *words)
    assert done.returncode == 0, done.stdout
    assert "length_sec 30 is not used" in done.stdout
    printed = json.loads(done.stdout[done.stdout.index("{\n") :])
    assert printed["render"] == {"mode": "PROXY", "fps": 25}
    assert (printed["voice"], printed["seed"], printed["watermark"]) == ("M", 7, None)
    assert "aspect" not in printed  # the command line does not give it, so the plan's own value stays


def test_all_errors_are_reported_at_once_in_plain_words(terminal: Terminal) -> None:
    (terminal.folder / "notes [final] [b].mp4").write_text("text")
    plan = {
        "language": "xx",
        "music": "nowhere [/b].mp3",
        "scenes": [{"image": "https://x.org/me.jpg"}, {"clip": {"upload": "notes [final] [b].mp4"}, "camera": "spin"}],
    }
    terminal.plan.write_text(json.dumps(plan))
    done = terminal.run("make", "--plan", str(terminal.plan))
    assert done.returncode == 2, done.stdout
    for line in (
        "scene 1, image (https://x.org/me.jpg) is a URL",
        "scene 2, clip (notes [final] [b].mp4)",
        "scene 2, camera must be",
        "music (nowhere [/b].mp3) is not there",
        "language must be en, hi, bn, ta, ",
    ):
        assert line in done.stdout, done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--plan", "."), "--plan (.) is a folder"),
        (("--plan", "nowhere.json"), "(nowhere.json) is not there"),
        (("a topic", "--script", "plan.json"), "not both"),
        (("a " * 101,), "write --script FILE"),
        (("--script", "nowhere.txt"), "--script (nowhere.txt) is not there"),
        (("a topic", "--plan", "plan.json"), "not both"),
        (("--length", "5"), "give a topic, a plan file"),
        (("", "--mode", "PROXY"), "topic"),
        (("A fox", "--out", "plan.json"), "a folder, and plan.json is a file"),
        (("plan.json",), "write --plan plan.json"),
        (("A fox", "--voice", "loud"), "--voice must be F, M"),
        (("A fox", "--length", "long"), "must be a whole number (got 'long')"),
        (("A fox", "--length", "4"), "--length must be at least 5 (got 4)"),
    ],
)
def test_a_wrong_command_line_gets_one_clear_error(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(terminal.folder)
    done = terminal.run("make", *words)
    assert done.returncode == 2, done.stdout
    assert says in " ".join(done.stdout.replace("│", " ").split()), done.stdout
    assert "Traceback" not in done.stdout


def test_a_script_is_spoken_as_it_stands(terminal: Terminal) -> None:
    script = terminal.folder / "my script.txt"
    for text, narration, left_out in (
        (
            "Down by the river\nI found a penny\n[Chorus]\nCarry me home",
            "Down by the river I found a penny Carry me home",
            "[Chorus]",
        ),
        ("एक नदी थी।", "एक नदी थी।", ""),
        ("Tell me about tea. " * 150, "Tell me about tea. " * 150, ""),  # longer than a prompt may be, and no request
    ):
        script.write_text(text, "utf-8-sig")
        done = terminal.run("plan", "--script", str(script))
        assert done.returncode == 0, done.stdout
        printed = json.loads(done.stdout[done.stdout.index("{\n") :])
        assert " ".join(" ".join(s["narration"] for s in printed["scenes"]).split()) == narration.strip()
        assert ("left out, as nothing to be said" in done.stdout) == bool(left_out)
        assert left_out in done.stdout


def test_the_words_of_a_topic_need_no_quotation_marks(terminal: Terminal) -> None:
    apart, quoted = (
        terminal.run("plan", "The", "sea", "--length", "5"),
        terminal.run("plan", "The sea", "--length", "5"),
    )
    assert apart.returncode == 0
    assert apart.stdout == quoted.stdout


def test_env_of_the_working_directory_is_read_and_idle_variables_are_named(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(terminal.folder)
    port = find_free_port()
    (terminal.folder / ".env").write_text(f"PORT={port}\nMAX_SCENES=1\nSUNO_API_KEY=k\n")
    for name in ("PORT", "MAX_SCENES"):
        terminal.env.pop(name, None)
    refused = terminal.run("make", "--plan", "plan.json")
    assert refused.returncode == 2
    assert "at most 1 (MAX_SCENES)" in refused.stdout
    assert refused.stdout.count("SUNO_API_KEY") == 1
    server = terminal.start("serve")
    assert server.stdout
    lines: list[str] = []
    while not any("Ctrl-C stops it" in line for line in lines):
        lines.append(server.stdout.readline())
        assert lines[-1], lines
    server.send_signal(signal.SIGINT)
    server.communicate(timeout=30)
    assert f"http://127.0.0.1:{port}" in lines[-1]
    assert "do nothing here: SUNO_API_KEY" in "".join(lines)


def test_a_video_that_the_gate_refused_is_delivered_under_a_clear_name(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(terminal.folder)
    plan = {
        "scenes": [{"image_prompt": "a hill", "duration_sec": 1}],
        "music": False,
        "watermark": None,
        "title": "Hill",
        "render": {"mode": "PROXY", "fps": 24},
    }
    terminal.plan.write_text(json.dumps(plan))
    done = terminal.run("make", "--plan", "plan.json", "--out", "film", module="tests.e2e.strict_gate")
    assert done.returncode == 1, done.stdout
    assert f"The refused video: {terminal.folder}/film/video.refused.mp4" in done.stdout
    assert "loudness: -30 LUFS" in done.stdout
    assert {path.name for path in (terminal.folder / "film").iterdir()} == {"video.refused.mp4", "job_summary.json"}
    assert "jobs/job-" not in done.stdout
    (terminal.folder / "film" / "video.refused.mp4").unlink()
    again = terminal.run("make", "--plan", "plan.json", "--out", "film", module="tests.e2e.strict_gate")
    assert again.returncode == 1, again.stdout
    assert "it would refuse it again" in again.stdout
    assert (terminal.folder / "film" / "video.refused.mp4").exists()
    events = [json.loads(line)["event"] for line in (terminal.home / "sutradhar.log").read_text().splitlines()]
    assert events.count("job_moved") == 3, "it was rendered a second time"
    # another version of the gate judges the video again
    done = terminal.run("make", "--plan", "plan.json", "--out", "film")
    assert done.returncode == 0, done.stdout
    names = {path.name for path in (terminal.folder / "film").iterdir()}
    assert "video.mp4" in names
    assert "video.refused.mp4" not in names


def test_ctrl_c_at_any_moment_ends_the_server_too(terminal: Terminal) -> None:
    """An interrupt while the address is being printed left a server behind that kept the port."""
    port = find_free_port()
    code = (
        "import os, signal; from functions.cli import serve as command;"
        " command.print_line = lambda *_: os.kill(os.getpid(), signal.SIGINT);"
        f" command.serve(port={port}, host='127.0.0.1', backend=command.ServedBackend.LOCAL)"
    )
    # a server that is left behind holds the pipe, and the run does not end
    done = subprocess.run(
        [sys.executable, "-c", code], env=terminal.env, capture_output=True, text=True, timeout=60, check=False
    )
    assert "Stopped." in done.stderr
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))
