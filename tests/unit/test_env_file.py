"""`.env` is read, the environment overrides it, and a notice names every variable without effect."""

import os
import re
import subprocess
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import pytest

from functions.cli.env_file import find_idle_variables, load_env_file
from sutradhar import telemetry
from sutradhar.config import Settings, list_variables
from sutradhar.domain.core.errors import InvalidRequest

ROOT = Path(__file__).parents[2]
INTERNAL = {
    "CARRIED_FIELDS",
    "CLOUD_RUN_ENDPOINT",
    "CLOUD_RUN_EXECUTION",
    "CLOUD_RUN_TASK_COUNT",
    "CLOUD_RUN_TASK_INDEX",
    "PARENT_FD",
    "RENDER_REQUEST",
}
"""Variables that our own runner, Cloud Run, or tests set."""


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Restore the environment after the test."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def test_the_example_lists_every_variable_that_is_read_with_a_comment() -> None:
    text = (ROOT / ".env.example").read_text("utf-8")
    names = re.findall(r"^# ([A-Z][A-Z0-9_]*)=", text, re.MULTILINE)
    assert sorted(names) == sorted(list_variables() - INTERNAL)
    assert len(names) == len(set(names))
    for block in text.split("\n\n"):
        assert re.match(r"# (---|[A-Z][a-z])", block), "a block begins with words"


def test_every_default_of_the_example_can_be_set(env: None, tmp_path: Path) -> None:
    text = (ROOT / ".env.example").read_text("utf-8")
    set_all = re.sub(r"^# ([A-Z][A-Z0-9_]*=.+)$", r"\1", text, flags=re.MULTILINE)
    (tmp_path / ".env").write_text(set_all)
    for name in list_variables():
        os.environ.pop(name, None)
    assert load_env_file(tmp_path / ".env") == []
    defaults = Settings.from_env({})
    settings = Settings.from_env()
    for field in ("renderer", "budget", "worker", "api", "process.log_level", "api_limits", "providers"):
        assert attrgetter(field)(settings) == attrgetter(field)(defaults)


def test_git_leaves_the_secrets_out() -> None:
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()
    assert ".env" in (ROOT / ".gcloudignore").read_text().splitlines()
    done = subprocess.run(["git", "check-ignore", "-q", ".env.example"], cwd=ROOT, check=False)
    assert done.returncode != 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_file_is_read_and_the_environment_wins(env: None, tmp_path: Path, encoding: str) -> None:
    text = "MAX_JOB_COST=7  # dollars\nexport FPS=\"25\"\nTARGET_RES=4k\r\nSUTRADHAR_HOME='/tmp/मेरी #1'\n"
    (tmp_path / ".env").write_bytes(text.encode(encoding))
    for name in ("MAX_JOB_COST", "FPS", "SUTRADHAR_HOME"):
        os.environ.pop(name, None)
    os.environ["TARGET_RES"] = "720p"
    assert load_env_file(tmp_path / ".env") == []
    settings = Settings.from_env()
    assert (settings.budget.job_cap_usd, settings.plan_defaults.fps, settings.plan_defaults.resolution) == (
        7,
        25,
        "720p",
    )
    assert str(settings.home) == "/tmp/मेरी #1"


def test_an_invalid_line_and_a_misspelt_name_are_reported(env: None, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# mine\nOPENAI_KEY=secret\nthis is nothing\nHTTP_PROXY_FOR_ME=x\nFPS\n")
    notes = load_env_file(path)
    assert len(notes) == 3
    assert "sets OPENAI_KEY, which nothing reads" in notes[0]
    for note, line in zip(notes[1:], (3, 5), strict=True):
        assert f"line {line}, is not NAME=value and was left out" in note
    assert "did you mean OPENAI_API_KEY?" in notes[0]
    assert "secret" not in "".join(notes)
    path.write_bytes(b"FPS=\xe9\n")
    assert "is not text in UTF-8 (line 1)" in load_env_file(path)[0]
    path.unlink()
    assert load_env_file(path) == []
    path.mkdir()
    assert load_env_file(path) == [f"{path} cannot be read"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("BRATGEN_ENABLE_WHISPER", "use WHISPER_MODEL"),
        ("ENABLE_DUAL_SUBTITLES", "use subtitle_languages in the plan"),
        ("ENABLE_LIBRARY", "always on"),
        ("ENABLE_SCHEDULING", "always on"),
        ("ENABLE_TEMPLATES", "always on"),
        ("ENABLE_THUMBNAIL", "a thumbnail is always made"),
        ("ENVIRONMENT", "a home or a project of its own"),
        ("PROFILING_ENABLED", "the times of each step"),
        ("PUBSUB_SUBSCRIPTION_NAME", "TOPIC_PREFIX names the topics"),
        ("PUBSUB_TOPIC_NAME", "TOPIC_PREFIX names the topics"),
        ("SUNO_API_KEY", "docs/providers.md"),
        ("ENABLE_YOUTUBE_UPLOAD", '"enable_youtube_upload": true in the plan'),
        ("YOUTUBE_API_KEY", "run `sutradhar youtube login`"),
        ("YOUTUBE_CHANNEL_ID", "the channel that `sutradhar youtube login` signs in to"),
        ("YOUTUBE_CLIENT_ID", "set YOUTUBE_CLIENT_SECRETS"),
        ("YOUTUBE_CLIENT_SECRET", "set YOUTUBE_CLIENT_SECRETS"),
        ("YOUTUBE_REFRESH_TOKEN", "run `sutradhar youtube login`"),
    ],
)
def test_a_variable_without_effect_is_named_with_what_to_use(name: str, words: str) -> None:
    notice = find_idle_variables({name: "s3cret"})
    assert notice
    assert name in notice
    assert words in notice
    assert "s3cret" not in notice


def test_variables_of_the_systems_before_are_named_in_one_notice() -> None:
    notice = find_idle_variables(
        {
            "SUNO_API_KEY": "s3cret",
            "GCS_BUCKET": "b",
            "GCS_BUCKET_NAME": "b",
            "BRATGEN_ENABLE_WHISPER": "1",
            "BRATGEN_STORAGE": "x",
            "YOUTUBE_API_KEY": "k",
            "ENABLE_LIBRARY": "1",
            "PUBSUB_TOPIC_NAME": "t",
            "CORS_ORIGINS": "*",
            "ENVIRONMENT": "prod",
            "PORT": "8000",
            "LOG_LEVEL": "info",
            "MAX_SCENES": "5",
            "PUBSUB_EMULATOR_HOST": "x:1",
            "HOME": "/",
            "FPS": "25",
            "ENABLE_THUMBNAIL": "",
        }
    )
    assert notice is not None
    parts = [
        "SUNO_API_KEY: there is no such provider",
        "ENVIRONMENT: each deployment has",
        "BRATGEN_ENABLE_WHISPER: use WHISPER_MODEL",
        "BRATGEN_STORAGE: nothing here",
        "YOUTUBE_API_KEY: YouTube takes no uploads with an API key",
    ]
    for part in parts:
        assert part in notice
    for name in ("PORT", "GCS_BUCKET", "LOG_LEVEL", "MAX_SCENES", "PUBSUB_EMULATOR_HOST", "ENABLE_THUMBNAIL", "s3cret"):
        assert name not in notice
    assert find_idle_variables({"HOME": "/", "PATH": "/bin"}) is None


def test_a_misspelt_variable_of_the_environment_is_named_and_other_programs_are_left_alone() -> None:
    notice = find_idle_variables({"MAX_SCENE": "3", "RENDERMODE": "PROXY", "OPENAI_KEY": "k", "TARGET_RESS": "4k"})
    assert notice is not None
    for wrong, right in (
        ("MAX_SCENE", "MAX_SCENES"),
        ("RENDERMODE", "RENDER_MODE"),
        ("OPENAI_KEY", "OPENAI_API_KEY"),
        ("TARGET_RESS", "TARGET_RES"),
    ):
        assert f"{wrong}: did you mean {right}?" in notice
    others = "GOOGLE_API_KEY GOOGLE_CLOUD_PROJECT AWS_SECRET_KEY PYTHONPATH LANG LANGUAGE TERM PWD EDITOR HOSTNAME"
    others += " SHLVL PAGER OPENAI_API_BASE OPENAI_BASE_URL ANTHROPIC_API_KEY CUDA_VISIBLE_DEVICES TMPDIR"
    assert find_idle_variables(dict.fromkeys(others.split(), "x")) is None


@pytest.mark.parametrize(
    ("set_to", "level"),
    [("", "debug"), ("INFO", "info"), ("warn", "warning"), ("Critical", "error"), ("debug", "debug")],
)
def test_the_log_level_is_read(set_to: str, level: str) -> None:
    assert Settings.from_env({"LOG_LEVEL": set_to}).process.log_level == level


@pytest.mark.parametrize(
    ("name", "value"), [("LOG_LEVEL", "loud"), ("PORT", "0"), ("PORT", "eighty"), ("PORT", "70000")]
)
def test_a_wrong_port_or_level_is_named(name: str, value: str) -> None:
    with pytest.raises(InvalidRequest, match=f"{name}: must be .*{value}"):
        Settings.from_env({name: value})


def test_a_log_on_a_full_disk_stops_nothing() -> None:
    telemetry.write_to(Path("/dev/full"))
    try:
        telemetry.log("lost", name="\udcff")
    finally:
        telemetry.write_to(None)


def test_lines_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure("warning")
    try:
        telemetry.log("quiet")
        telemetry.log("loud", level="error")
    finally:
        telemetry.configure("debug")
    log_lines = capsys.readouterr().err
    assert "loud" in log_lines
    assert "quiet" not in log_lines
