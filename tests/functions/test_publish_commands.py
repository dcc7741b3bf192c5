"""Publish into a folder from the terminal: now, at a time, and with changes until then."""

import json
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from functions.cli import app
from functions.cli.publication_input import complete_publication
from functions.cli.publication_progress import follow_publication
from functions.cli.running_servers import announce_server
from sutradhar import bootstrap
from sutradhar.destinations.folder import FolderDestination
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline import submit
from sutradhar.pipeline.audit import AUDIT
from sutradhar.pipeline.publishing.schedule import retry_publication
from sutradhar.pipeline.publishing.store import PUBLICATIONS, list_newest_of
from tests.conftest import forget
from tests.finished_job import store_finished_job

pytestmark = pytest.mark.usefixtures("signals")
LATER = ("--to", "folder", "--at", "2100-12-24 18:30")


@pytest.fixture
def folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the destination; job-1 has a video."""
    monkeypatch.setenv("PUBLISH_FOLDER", str(home / "published"))
    monkeypatch.setenv("SCHEDULE_TZ", "Asia/Kolkata")
    forget()
    home.mkdir()
    store_finished_job(bootstrap.services())
    return home / "published"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second destination, to which nothing is sent."""
    monkeypatch.setenv("PUBLISH_BUCKET", "gs://videos/of/mine")


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def run_json(*words: str) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def says(result: Result) -> str:
    return " ".join(result.stderr.split())


def test_publish_brings_the_video_to_its_end_and_prints_its_place(folder: Path) -> None:
    done = run("publish", "job-1", "--title", "A cup [1]", "--tag", "tea", "--tag", "green")
    assert done.exit_code == 0, done.output
    place = Path(done.stdout.strip())
    assert (place.parent, (place / "video.mp4").stat().st_size) == (folder, 5)
    manifest = json.loads((place / "manifest.json").read_text())
    assert (manifest["title"], manifest["tags"]) == ("A cup [1]", ["tea", "green"])
    shown = says(run("status", "job-1"))
    assert ("To folder: published, " in shown, str(place) in shown) == (True, True)
    again = run("publish", "job-1")
    assert again.exit_code == 1
    assert str(place) in says(again)
    acts = bootstrap.backend().documents.list(AUDIT, owner="terminal", limit=10).records
    assert [(one.action, one.job_id) for one in acts] == [("publish_job", "job-1")]


def test_a_later_time_is_ordered_in_its_zone_and_says_what_has_to_run(folder: Path) -> None:
    ordered = run("publish", "job-1", *LATER)
    assert ordered.exit_code == 0
    assert "Fri 24 December 2100, 18:30 (Asia/Kolkata)" in says(ordered)
    assert "`sutradhar serve` must run at that minute" in says(ordered)
    (one,) = run_json("publication", "show", "job-1")["publications"]
    assert (one["state"], one["publish_at"]) == ("scheduled", "2100-12-24T13:00:00Z")
    assert one["links"]["self"] == f"/publications/{one['id']}"
    assert one["id"] in says(run("publish", "job-1"))
    with announce_server(bootstrap.settings().home, "http://127.0.0.1:8099"):
        assert "http://127.0.0.1:8099" in says(run("publication", "change", "job-1", "--tag", "x"))


def test_of_a_local_time_that_occurs_twice_the_first_is_taken_with_a_note(folder: Path) -> None:
    twice = ("--at", "2099-10-25 02:30", "--zone", "Europe/Berlin")
    ordered = run("publish", "job-1", *twice)
    assert ordered.exit_code == 0
    assert "note: 2099-10-25T02:30:00 occurs twice in Europe/Berlin: the earlier one" in says(ordered)
    run_json("publication", "change", "job-1", "--at", "2099-10-26 02:30")
    changed = run_json("publication", "change", "job-1", *twice)
    assert (changed["publish_at"], len(changed["notices"])) == ("2099-10-25T00:30:00Z", 1)


def test_the_time_of_an_upload_that_comes_first_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FolderDestination, "get_lead_time", lambda *_: timedelta(minutes=15))
    assert "`sutradhar serve` must run from 18:15 until then" in says(run("publish", "job-1", *LATER))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--at", "2027-03-28 02:30", "--zone", "Europe/Berlin"), "--at 2027-03-28T02:30:00 does not exist in Europe"),
        (("--at", "2020-01-01 10:00"), "--at 2020-01-01T10:00:00+05:30 has passed"),
        (("--at", "tomorrow"), "--at must be a date and a time"),
        (("--zone", "Mars/Olympus"), "--zone must be an IANA time zone"),
        (("--to", "moon"), "--to must be one of bucket, folder"),
        (("--title", "x" * 101), "--title must have at most 100 characters (got 101)"),
        (("--tag", "a", "--tag", "b\nc"), "--tag must be one line"),
        (("--privacy", "secret"), "--privacy must be public, unlisted or private"),
        (("--priority", "101"), "--priority must be from -100 to 100"),
        (("--playlist", "PL12"), "--playlist a folder has no playlists"),
    ],
)
def test_a_wrong_option_is_named_as_it_is_written(folder: Path, words: tuple[str, ...], message: str) -> None:
    refused = run("publish", "job-1", *words, "--json")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert message in says(refused)


def test_every_home_has_a_folder_to_publish_into(home: Path) -> None:
    home.mkdir()
    store_finished_job(bootstrap.services())
    published = run_json("publish", "job-1")
    assert (published["destination"], published["state"]) == ("folder", "published")
    assert [path.name for path in (home / "published").glob("*/manifest.json")] == ["manifest.json"]


def test_the_folder_of_the_home_gives_way_to_a_destination_that_was_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    monkeypatch.setenv("PUBLISH_WEBHOOK_URL", "https://receiver.example/videos")
    monkeypatch.setenv("PUBLIC_URL", "https://videos.example")
    monkeypatch.setenv("PUBLISH_WEBHOOK_SECRET", "whsec_" + "A" * 32)
    store_finished_job(bootstrap.services())
    ordered = run_json("publish", "job-1", "--at", "2100-12-24 18:30")
    assert ordered["destination"] == "webhook"


def test_the_calendar_shows_the_days_of_each_zone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    assert "Nothing is published" in run("calendar").stdout
    store_finished_job(bootstrap.services(), "job-2")
    first = run_json("publish", "job-1", *LATER)
    second = run_json("publish", "job-2", "--at", "2100-12-24 23:00", "--zone", "America/New_York", "--title", "Mate")
    span = ("--from", "2100-12-20", "--to", "2100-12-25")
    listed = run_json("calendar", *span)
    assert [one["id"] for one in listed["publications"]] == [first["id"], second["id"]]
    assert (listed["from"], listed["to"]) == ("2100-12-19T18:30:00Z", "2100-12-25T18:30:00Z")
    shown = run("calendar", *span).stdout
    assert "December 2100" in shown
    assert shown.count("18:30 Tea") == 1  # in the month
    assert shown.count("Fri 24 Dec 2100") == 1  # both local times are of this day
    assert all(text in shown for text in ("18:30 Asia/Kolkata", "23:00 America/New_York", second["id"]))
    assert run_json("calendar", "--from", "2100-12-25")["publications"][0]["id"] == second["id"]
    assert "--from must be a date" in says(run("calendar", "--from", "soon"))


@pytest.mark.parametrize("columns", ["66", "80", "110", "150"])
def test_no_terminal_cuts_an_id_or_a_state_of_the_calendar(
    folder: Path, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    store_finished_job(bootstrap.services(), "job-570887f1205c953c")
    words = ("--at", "2100-12-24 18:30", "--zone", "America/New_York", "--title", "क्\u200dषमा and so on " * 4)
    publication = run_json("publish", "job-570887f1205c953c", *words)
    shown = run("calendar", "--from", "2100-12-20").stdout
    whole = (publication["id"], publication["job_id"], "America/New_York", "folder", "scheduled", "क्\u200dषमा")
    assert [text for text in whole if text not in shown] == []
    assert max(map(cell_len, shown.splitlines())) <= int(columns)


def test_a_wrong_setting_is_named_as_it_is_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHEDULE_TZ", "Mars")
    for command in (("calendar",), ("publish", "job-1"), ("publication", "change", "job-1", "--title", "x")):
        assert says(run(*command)).startswith("SCHEDULE_TZ must be an IANA time zone")


def test_words_change_alone_and_the_time_alone(folder: Path) -> None:
    before = run_json("publish", "job-1", *LATER, "--description", "Words.", "--tag", "tea")
    changed = run_json("publication", "change", "job-1", "--title", "Chai", "--tag", "")
    same = ("description", "publish_at", "timezone", "privacy", "state", "id")
    assert {name: changed[name] for name in same} == {name: before[name] for name in same}
    assert (changed["title"], changed["tags"]) == ("Chai", [])
    moved = run_json("publication", "change", before["id"], "--at", "2100-12-25 10:00")
    assert (moved["publish_at"], moved["title"]) == ("2100-12-25T04:30:00Z", "Chai")
    assert run("publication", "change", "job-1").exit_code == 2
    acts = bootstrap.backend().documents.list(AUDIT, owner="terminal", limit=10).records
    assert [one.action for one in reversed(acts)] == ["schedule_job", "change_publication", "change_publication"]


def test_a_publication_is_canceled_twice_and_then_ordered_anew(folder: Path) -> None:
    first = run_json("publish", "job-1", *LATER)
    for _ in range(2):
        assert run_json("publication", "cancel", "job-1")["state"] == "canceled"
    for words in (("change", "job-1", "--title", "x"), ("retry", "job-1")):
        refused = run("publication", *words)
        assert (refused.exit_code, "been canceled" in says(refused)) == (1, True)
    assert run_json("publish", "job-1", *LATER)["id"] != first["id"]


def test_of_several_destinations_the_fitting_one_is_meant(bucket: None, folder: Path) -> None:
    assert "--to must be given: bucket, folder" in says(run("publish", "job-1"))
    for name in ("folder", "bucket"):
        run_json("publish", "job-1", "--to", name, "--at", "2100-12-24 18:30")
    assert len(run_json("publication", "show", "job-1")["publications"]) == 2
    unclear = run("publication", "cancel", "job-1")
    assert (unclear.exit_code, "--to must be given, since the job goes to" in says(unclear)) == (2, True)
    assert run_json("publication", "cancel", "job-1", "--to", "bucket")["destination"] == "bucket"
    assert run_json("publication", "cancel", "job-1")["destination"] == "folder"  # the only one that is left


def test_an_unknown_job_or_publication_is_one_clear_error(folder: Path) -> None:
    for words in (("publish", "job-none"), ("publication", "show", "pub-none"), ("publication", "cancel", "job-none")):
        refused = run(*words)
        assert (refused.exit_code, words[-1] in says(refused)) == (1, True)
    assert "`sutradhar publish job-1` makes one" in says(run("publication", "show", "job-1"))


def test_a_failure_is_told_and_the_publication_goes_on(folder: Path) -> None:
    folder.write_text("a file where the folder should be")

    def mend() -> None:
        (one,) = list_newest_of(bootstrap.services(), "job-1")
        while one.failure is None or one.claimed_until is not None:
            (one,) = list_newest_of(bootstrap.services(), "job-1")
        folder.unlink()
        retry_publication(bootstrap.services(), one.id, None)

    timer = threading.Timer(0.5, mend)
    timer.start()
    done = run("publish", "job-1")
    timer.join()
    assert (done.exit_code, Path(done.stdout.strip()).parent) == (0, folder)
    assert "network: the folder cannot be written" in says(done)


def test_after_ctrl_c_the_same_command_tries_again_at_once(folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    argv = [sys.executable, "-m", "functions.cli", "publish", "job-1"]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert "network: the folder cannot be written" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert "The publication stays ordered: run the same command again" in " ".join(process.stderr.read().split())
    assert process.returncode == 130
    folder.unlink()
    done = run("publish", "job-1")
    assert (done.exit_code, Path(done.stdout.strip()).parent) == (0, folder)
    assert "Continuing pub-" in done.stderr


def test_a_shell_completes_publications_by_their_title(folder: Path) -> None:
    one = run_json("publish", "job-1", *LATER)
    assert complete_publication("pub-") == [(one["id"], "scheduled: Tea")]
    assert [name for name, _ in complete_publication("job")] == ["job-1"]


def test_the_publication_of_a_job_without_a_video_fails(folder: Path) -> None:
    services = bootstrap.services()
    job, _ = submit.submit(services, RenderPlan(topic="A river", length_sec=10))
    timer = threading.Timer(0.3, submit.cancel, [services, job.id])
    timer.start()
    failed = run("publish", job.id)
    timer.join()
    assert failed.exit_code == 1
    assert "the job was canceled" in says(failed)
    assert "What to do: duplicate the job" in says(failed)
    assert "publication retry" not in says(failed), "it would fail again"


def test_the_quota_is_a_table_or_a_document(folder: Path) -> None:
    left = {(one["destination"], one["bucket"]): one["left"] for one in run_json("quota")["quotas"]}
    assert left["youtube", "uploads"] == 100
    assert "uploads" in run("quota").stdout


def test_a_job_that_waits_for_its_owner_is_published_afterwards(folder: Path) -> None:
    finished, now = bootstrap.services().jobs.get("job-1"), bootstrap.backend().clock.now()
    job = Job.new("job-2", finished.requested_plan, "other", now)
    times = dict.fromkeys((JobState.PLANNING, JobState.PRODUCING, JobState.AWAITING_APPROVAL), now)
    job = job.evolve(plan=finished.plan, state=JobState.AWAITING_APPROVAL, entered_at=times)
    bootstrap.services().jobs.create(job)
    ordered = run("publish", job.id)
    assert (ordered.exit_code, ordered.stdout) == (0, "")
    assert f"`sutradhar approve {job.id}`" in says(ordered)
    assert run_json("publication", "show", job.id)["publications"][0]["state"] in ("scheduled", "waiting")


def test_after_a_killed_worker_the_command_ends_with_the_publication(folder: Path) -> None:
    published = run_json("publish", "job-1")
    documents, later = bootstrap.services().documents, datetime.now(UTC) + timedelta(minutes=8)
    change = {"compare_at": later, "due_at": later}
    stored = documents.update(PUBLICATIONS, published["id"], lambda one: one.evolve(**change))
    assert follow_publication(stored) == stored
