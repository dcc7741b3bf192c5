"""Contract of the blob store of every backend."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.core.errors import NotFound
from tests.contract.conftest import StoreFixture


def test_a_blob_comes_back_as_it_was(kit: StoreFixture, tmp_path: Path) -> None:
    kit.blobs.put("a/b.bin", b"one")
    kit.blobs.put("a/b.bin", b"three")
    (tmp_path / "source").write_bytes(b"from a file")
    kit.blobs.put_file("a/c.bin", tmp_path / "source")
    assert kit.blobs.get("a/b.bin") == kit.raw_blob("a/b.bin") == b"three"
    assert kit.blobs.fetch("a/c.bin", tmp_path / "copy").read_bytes() == b"from a file"
    assert kit.blobs.size("a/b.bin") == 5
    assert kit.blobs.exists("a/b.bin")
    assert not kit.blobs.exists("a")
    with kit.blobs.open("a/b.bin") as file:
        file.seek(2)
        assert file.read() == b"ree"
    for _ in range(2):
        kit.blobs.delete("a/b.bin")
        assert not kit.blobs.exists("a/b.bin")
    assert kit.blobs.exists("a/c.bin")


def test_a_file_can_be_uploaded_directly_if_the_store_has_urls(kit: StoreFixture) -> None:
    address = kit.blobs.upload_url("uploads/1", "video/mp4", 5)
    assert kit.blobs.has_upload_urls == (address is not None)
    if address is None:
        assert isinstance(kit.blobs, FileBlobStore)
        return
    # the emulator writes its own name for the host that it is at
    assert httpx.put(address, content=b"bytes", headers={"Content-Type": "video/mp4"}).is_success
    assert kit.blobs.get("uploads/1") == b"bytes"


def test_a_video_is_uploaded_and_downloaded_in_pieces(kit: StoreFixture, tmp_path: Path) -> None:
    (tmp_path / "film").write_bytes(os.urandom(9_000_001))  # over 8 MiB the clients send it in several requests
    kit.blobs.put_file("jobs/1/video.mp4", tmp_path / "film")
    copy = kit.blobs.fetch("jobs/1/video.mp4", tmp_path / "copy")
    assert copy.read_bytes() == (tmp_path / "film").read_bytes()
    with kit.blobs.open("jobs/1/video.mp4") as file:
        file.seek(8_999_990)
        assert file.read(6) == (tmp_path / "film").read_bytes()[8_999_990:8_999_996]
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []  # no half file is left


def test_of_many_who_put_a_new_blob_one_succeeds(kit: StoreFixture, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda n: kit.blobs.put_new("locks/a", str(n).encode()), range(8)))
    assert won.count(True) == 1
    assert kit.raw_blob("locks/a") == str(won.index(True)).encode()
    assert not kit.blobs.put_new("locks/a", b"late")
    file = tmp_path / "new"
    file.write_bytes(b"of a file")
    assert [kit.blobs.put_new(name, file) for name in ("locks/a", "locks/b", "locks/b")] == [False, True, False]
    assert kit.blobs.get("locks/b") == b"of a file"


def test_a_copied_blob_stays_when_the_first_one_changes(kit: StoreFixture, tmp_path: Path) -> None:
    kit.blobs.put("a/b.bin", b"one")
    kit.blobs.put("c/d.bin", b"older")
    kit.blobs.copy("a/b.bin", "c/d.bin")
    kit.blobs.put("a/b.bin", b"two")
    assert (kit.raw_blob("c/d.bin"), kit.raw_blob("a/b.bin")) == (b"one", b"two")
    with pytest.raises(NotFound):
        kit.blobs.copy("nope", "c/d.bin")
    assert kit.raw_blob("c/d.bin") == b"one"


def test_a_blob_name_cannot_leave_the_store(kit: StoreFixture) -> None:
    for name in ("../outside", "/etc/hostname", "a/../../b", ""):
        with pytest.raises(NotFound):
            kit.blobs.get(name)


def test_blobs_are_listed_by_the_beginning_of_their_names(kit: StoreFixture) -> None:
    names = ["a", "jobs/1/a.srt", "jobs/1/b/c", "jobs/1-x", "jobs/10/a", "jobs/1/b-c", "ё/हि"]
    for size, name in enumerate(names):
        kit.blobs.put(name, b"x" * size)
    listed = list(kit.blobs.list(""))
    assert [blob.name for blob in listed] == sorted(names, key=str.encode)
    assert {blob.name: blob.size for blob in listed} == {name: size for size, name in enumerate(names)}
    now = datetime.now(UTC)
    assert all(abs(now - blob.changed_at) < timedelta(minutes=1) for blob in listed)

    def names_of(prefix: str) -> list[str]:
        return [blob.name for blob in kit.blobs.list(prefix)]

    assert names_of("jobs/1/") == ["jobs/1/a.srt", "jobs/1/b-c", "jobs/1/b/c"]
    assert names_of("jobs/1") == ["jobs/1-x", "jobs/1/a.srt", "jobs/1/b-c", "jobs/1/b/c", "jobs/10/a"]
    assert names_of("jobs/1/b/") == ["jobs/1/b/c"]
    for prefix in ("nope/", "jobs/2", "../", "a/"):
        assert names_of(prefix) == []


def test_blobs_may_be_deleted_while_they_are_listed(kit: StoreFixture) -> None:
    for number in range(5):
        kit.blobs.put(f"jobs/1/{number}", b"x")
    for blob in kit.blobs.list("jobs/1/"):
        kit.blobs.delete(blob.name)
    assert list(kit.blobs.list("jobs/")) == []


def test_a_blob_is_stored_while_its_folder_is_emptied(kit: StoreFixture) -> None:
    def race(number: int) -> None:
        for _ in range(20):
            kit.blobs.put(f"folder/deep/{number}", b"x")
            kit.blobs.delete(f"folder/deep/{number}")
        kit.blobs.put_new(f"folder/deep/{number}", b"last")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(race, range(4)))
    assert [blob.name for blob in kit.blobs.list("folder/")] == [f"folder/deep/{number}" for number in range(4)]
