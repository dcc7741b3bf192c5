"""A backup has all of a home, also of one at work, and becomes a home again."""

import json
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from functions.cli import app
from sutradhar import bootstrap
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.submit import submit
from tests.conftest import forget


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_home_is_restored_from_its_backup(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job, _ = submit(bootstrap.services(), RenderPlan(topic="A river"))
    bootstrap.backend().blobs.put("assets/a.png", b"pixels")
    saved = run("backup", tmp_path / "b.tar", "--json")  # the backend of this process stays open
    assert json.loads(saved.stdout)["bytes"] == (tmp_path / "b.tar").stat().st_size
    bootstrap.backend().close()
    monkeypatch.setenv("SUTRADHAR_HOME", str(tmp_path / "other"))
    forget()
    assert run("restore", tmp_path / "b.tar").exit_code == 0
    assert bootstrap.backend().jobs.get(job.id) == job
    assert bootstrap.backend().blobs.get("assets/a.png") == b"pixels"
    again = run("restore", tmp_path / "b.tar")
    assert again.exit_code == 1
    assert "has jobs already" in again.stderr


def test_nothing_is_overwritten_and_no_half_file_is_left(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = run("backup", tmp_path / "b.tar")
    assert (empty.exit_code, "no jobs" in empty.stderr) == (1, True)
    submit(bootstrap.services(), RenderPlan(topic="A river"))
    monkeypatch.setattr(tarfile.TarFile, "add", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    full = run("backup", tmp_path / "b.tar")
    assert full.exit_code == 1
    assert "the disk is full" in full.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    (tmp_path / "b.tar").write_text("mine")
    assert run("backup", tmp_path / "b.tar").exit_code == 1
    assert (tmp_path / "b.tar").read_text() == "mine"


@pytest.mark.parametrize(("content", "says"), [(None, "there is no file"), (b"text" * 500, "damaged, or no backup")])
def test_what_is_no_backup_is_refused(home: Path, tmp_path: Path, content: bytes | None, says: str) -> None:
    if content is not None:
        (tmp_path / "b.tar").write_bytes(content)
    result = run("restore", tmp_path / "b.tar")
    assert result.exit_code == 2
    assert says in " ".join(result.stderr.split())


def test_a_file_that_leaves_the_home_is_not_written(home: Path, tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"")
    with tarfile.open(tmp_path / "b.tar", "w") as tar:
        tar.add(tmp_path / "state.db", "state.db")
        tar.add(tmp_path / "state.db", "../outside")
    assert run("restore", tmp_path / "b.tar").exit_code == 2
    assert not (tmp_path / "outside").exists()
    assert not (home / "state.db").exists()
