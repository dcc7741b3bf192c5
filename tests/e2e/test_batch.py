"""`sutradhar batch`, from a table to videos in folders with an index; stopped and started again."""

import csv
import json
import signal
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.conftest import Terminal

PLAN = {
    "title": "{{city}}",
    "music": False,
    "watermark": None,
    "subtitle_languages": [],
    "render": {"mode": "PROXY"},
    "scenes": [{"image": "{{photo}}", "duration_sec": 1}],
}
TABLE = "id;city;photo\ngoa;Goa;tea.png\n=1+1;गोवा;tea.png\n"


@pytest.fixture
def table(terminal: Terminal) -> Path:
    """A table beside its plan and an image that both rows show."""
    Image.effect_noise((320, 200), 90).convert("RGB").save(terminal.folder / "tea.png")
    terminal.plan.write_text(json.dumps(PLAN), "utf-8")
    path = terminal.folder / "rows.csv"
    path.write_text(TABLE, "utf-8-sig")
    return path


def read_index(folder: Path) -> list[dict[str, str]]:
    with (folder / "index.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_table_becomes_videos_also_after_a_stop(terminal: Terminal, table: Path) -> None:
    words = ("batch", str(table), "--plan", str(terminal.plan), "--out", str(terminal.out))
    first = terminal.out / "0001 goa" / "video.mp4"
    stopped = terminal.start(*words)
    end = time.monotonic() + 200
    while not first.exists() and time.monotonic() < end and stopped.poll() is None:
        time.sleep(0.05)
    stopped.send_signal(signal.SIGTERM)
    printed, _ = stopped.communicate(timeout=60)
    assert first.exists(), printed
    done = terminal.run(*words)
    assert done.returncode == 0, done.stdout
    assert "2 of 2 videos finished" in done.stdout
    for name in ("0001 goa", "0002 =1+1"):
        assert (terminal.out / name / "video.mp4").stat().st_size > 1000
        assert (terminal.out / name / "thumbnail.png").exists()
    index = read_index(terminal.out)
    assert [(row["id"], row["state"], row["title"], row["folder"]) for row in index] == [
        ("goa", "succeeded", "Goa", "0001 goa"),
        ("'=1+1", "succeeded", "गोवा", "0002 =1+1"),
    ]
    (batch,) = json.loads(terminal.run("batches", "list", "--json").stdout)["batches"]
    assert (batch["state"], batch["counts"]["succeeded"]) == ("done", 2)
    assert len(terminal.jobs()) == 2


def test_every_wrong_cell_is_printed_and_nothing_begins(terminal: Terminal, table: Path) -> None:
    table.write_text("id,city,photo\na,Goa,tea.png\na,Pune,coffee.png\n")
    refused = terminal.run("batch", str(table), "--plan", str(terminal.plan), "--out", str(terminal.out))
    assert refused.returncode == 2
    assert "coffee.png" in refused.stdout
    assert "row 1 has the id 'a' too" in " ".join(refused.stdout.replace("│", " ").split())
    assert "Nothing begins: 2 values in 2 rows are wrong." in refused.stdout
    assert not terminal.out.exists()
