"""The log of an execution takes all that the renderer writes, and keeps the end of it."""

import os
from pathlib import Path
from threading import Thread

from sutradhar.backends.local.execution_log import ExecutionLog


def test_the_last_lines_come_from_both_files(tmp_path: Path) -> None:
    (tmp_path / "a.1.log").write_text("one\ntwo\n")
    (tmp_path / "a.log").write_bytes(b"three\nfo\xffr\n")
    assert ExecutionLog(tmp_path / "a.log").read_last_lines(3) == ["two", "three", "fo\ufffdr"]
    assert ExecutionLog(tmp_path / "none.log").read_last_lines(3) == []


def test_a_full_disk_does_not_stop_the_renderer(tmp_path: Path) -> None:
    (tmp_path / "a.log").symlink_to("/dev/full")
    reading, writing = os.pipe()
    copier = Thread(target=ExecutionLog(tmp_path / "a.log").copy, args=(os.fdopen(reading, "rb"),), daemon=True)
    copier.start()
    with os.fdopen(writing, "wb") as renderer:
        renderer.write(b"a line\n" * 100_000)  # more than a pipe holds
    copier.join(10)
    assert not copier.is_alive()
