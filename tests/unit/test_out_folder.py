"""The folder of a video is checked before work begins, and holds one video at a time."""

import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from functions.cli.out_folder import deliver_files, deliver_refused, prepare_out, require_free_disk, require_room
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.bootstrap import local_backend
from sutradhar.config import Settings
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.result import CaptionFiles, Result
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.ports.backend import Backend


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    opened = local_backend(Settings.from_env({"SUTRADHAR_HOME": str(tmp_path / "home")}))
    yield opened
    opened.close()


def store_finished_job(backend: Backend, job_id: str, title: str, *languages: str) -> Job:
    """Store a finished job with its files, each of which holds the job's id, and return the job."""
    prefix = f"jobs/{job_id}"
    files = {
        "video.mp4": job_id,
        "thumbnail.png": job_id,
        "job_summary.json": json.dumps({"render_id": f"{job_id}-1"}),
        "provenance.json": json.dumps({"job_id": job_id, "title": title}),
    }
    captions = {}
    for language in languages:
        names = [f"{prefix}/captions.{language}.{kind}" for kind in ("srt", "vtt")]
        captions[language] = CaptionFiles(srt=names[0], vtt=names[1], cues=1)
        files |= {f"captions.{language}.srt": job_id, f"captions.{language}.vtt": job_id}
    for name, text in files.items():
        backend.blobs.put(f"{prefix}/{name}", text.encode())
    plan = RenderPlan.parse({"topic": title, "title": title})
    job = Job.new(job_id, plan, request_hash=title, now=datetime.now(UTC))
    result = Result(
        video=f"{prefix}/video.mp4",
        thumbnail=f"{prefix}/thumbnail.png",
        summary=f"{prefix}/job_summary.json",
        provenance=f"{prefix}/provenance.json",
        captions=captions,
        duration_sec=1,
        size=1,
    )
    return backend.jobs.create(job.evolve(result=result))[0]


def test_nothing_of_an_earlier_video_lies_beside_a_new_one(backend: Backend, tmp_path: Path) -> None:
    out = prepare_out(tmp_path / "बाहर #1")
    paths, notes = deliver_files(store_finished_job(backend, "job-a", "The fox", "en", "hi"), backend, out)
    assert notes == []
    assert len(paths) == 8
    (out / "my notes.txt").write_text("mine")
    (out / "captions.txt").write_text("mine")
    prepare_out(out)
    paths, notes = deliver_files(store_finished_job(backend, "job-b", "The crow", "en"), backend, out)
    assert "held another video (The fox)" in notes[0]
    assert {path.name for path in out.iterdir()} == {path.name for path in paths} | {"my notes.txt", "captions.txt"}
    assert (out / "captions.en.srt").read_text() == "job-b"


def test_the_words_of_a_song_are_delivered(backend: Backend, tmp_path: Path) -> None:
    job = store_finished_job(backend, "job-a", "The fox", "en")
    assert job.result
    lyrics = job.result.captions["en"].evolve(lrc="jobs/job-a/lyrics.lrc")
    backend.blobs.put(lyrics.lrc, b"[00:01.00]Fox")
    deliver_files(job.evolve(result=job.result.evolve(captions={"en": lyrics})), backend, tmp_path / "out")
    assert (tmp_path / "out/captions.en.lrc").read_text() == "[00:01.00]Fox"
    deliver_files(store_finished_job(backend, "job-b", "The fox", "en"), backend, tmp_path / "out")
    assert not (tmp_path / "out/captions.en.lrc").exists()


def test_the_same_job_again_does_not_conflict(backend: Backend, tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver_files(store_finished_job(backend, "job-a", "The fox", "en"), backend, out)
    assert deliver_files(store_finished_job(backend, "job-b", "The fox", "en"), backend, out)[1] == []
    # a video of another home is another video
    shutil.copyfile(out / "provenance.json", out / "copy")
    (out / "provenance.json").write_text(json.dumps({"job_id": "job-elsewhere", "title": None}))
    assert "job-elsewhere" in deliver_files(store_finished_job(backend, "job-c", "The fox", "en"), backend, out)[1][0]


def test_a_refused_video_is_delivered_beside_a_finished_one(backend: Backend, tmp_path: Path) -> None:
    out = tmp_path / "out"
    backend.blobs.put("p/video.mp4", b"refused")
    backend.blobs.put("p/job_summary.json", b'{"render_id": "job-r-1"}')
    path = deliver_refused(backend.blobs, "p", out)
    assert path == (out / "video.refused.mp4").absolute()
    assert {p.name for p in out.iterdir()} == {"video.refused.mp4", "job_summary.json"}
    deliver_files(store_finished_job(backend, "job-a", "The fox"), backend, prepare_out(out))
    assert not path.exists()
    path = deliver_refused(backend.blobs, "p", out)
    assert path == (tmp_path / "out.refused/video.refused.mp4").absolute()
    assert (out / "video.mp4").read_text() == "job-a"


@pytest.mark.parametrize("named", [".", "./", "../here", "sub/.."])
def test_a_folder_may_be_named_by_dots(
    backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    (tmp_path / "here/sub").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    backend.blobs.put("p/video.mp4", b"refused")
    backend.blobs.put("p/job_summary.json", b'{"render_id": "job-r-1"}')
    deliver_files(store_finished_job(backend, "job-a", "The fox"), backend, prepare_out(Path(named)))
    path = deliver_refused(backend.blobs, "p", prepare_out(Path(named)))
    assert path == tmp_path / "here.refused/video.refused.mp4"


@pytest.mark.parametrize("name", ["video.mp4", "captions.en.srt", "thumbnail.png", "provenance.json"])
def test_files_of_the_users_own_are_never_replaced(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}")
    with pytest.raises(InvalidRequest, match=f"holds {name}, which sutradhar did not make"):
        prepare_out(tmp_path)
    assert (tmp_path / name).read_text() == "{}"


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("file", "is a file"),
        ("film.mp4", "looks like a file; write --out"),
        ("file/inside", "cannot be written"),
        ("dangling", "cannot be written"),
        ("x" * 300, "the name is too long"),
        ("/proc/none", "cannot be written"),
    ],
)
def test_an_unwritable_folder_is_reported_before_work(tmp_path: Path, place: str, says: str) -> None:
    (tmp_path / "file").write_text("old")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(InvalidRequest) as caught:
        prepare_out(tmp_path / place)
    assert says in str(caught.value)
    assert "Errno" not in str(caught.value)
    assert sorted(os.listdir(tmp_path)) == before


def test_a_full_disk_is_reported_before_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=12_000_000))
    with pytest.raises(InvalidRequest, match=r"SUTRADHAR_HOME: .* has 12 MB free, and a video needs 300 MB"):
        require_room(tmp_path / "new/home", "SUTRADHAR_HOME", 300_000_000)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_while_a_video_is_made_ends_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_free_disk(tmp_path)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1000))
    with pytest.raises(OSError, match="the disk is full"):
        require_free_disk(tmp_path)


def test_a_disk_that_fills_while_files_are_delivered_leaves_the_earlier_video(
    backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    deliver_files(store_finished_job(backend, "job-a", "The fox", "en"), backend, out)
    real = FileBlobStore.fetch

    def fetch(self: FileBlobStore, name: str, path: Path) -> Path:
        if name.endswith("provenance.json"):
            raise OSError(28, "No space left on device")
        return real(self, name, path)

    monkeypatch.setattr(FileBlobStore, "fetch", fetch)
    with pytest.raises(OSError, match="No space left"):
        deliver_files(store_finished_job(backend, "job-b", "The crow"), backend, out)
    assert (out / "video.mp4").read_text() == "job-a"
    assert not [name for name in os.listdir(out) if name.startswith(".")]
