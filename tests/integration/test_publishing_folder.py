"""The folder of a publisher: the names that its videos get, and what a user reads if it cannot be written."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from sutradhar.destinations.folder import FolderDrop
from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.publishing.details import DetailsPatch
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.job_deletion import delete_job
from sutradhar.pipeline.publishing.schedule import change_publication, retry_publication
from sutradhar.pipeline.publishing.store import get_publication
from tests.integration.publisher import Publisher

MARKER_LENGTH = 12


def order(publisher: Publisher, title: str) -> Publication:
    publication = publisher.order(minutes=0)
    return change_publication(publisher.services, publication.id, None, details=DetailsPatch(title=title))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("समुद्र पर हनुमान की छलांग", "समुद्र-पर-हनुमान-की-छलांग"),
        ("क्\u200dष: ज्ञान 2", "क्ष-ज्ञान-2"),
        ("🍵🍵 ...", "video"),
        ("../../etc/passwd", "etc-passwd"),
        ("❤\ufe0f Tea", "Tea"),
        ("Tea — a/b\\c: \u202eod", "Tea-a-b-c-od"),
        ("𐎠" * 100, "𐎠" * 60),  # 253 bytes with its end, of 255 that a file system takes
    ],
)
def test_a_folder_has_the_letters_of_the_title(publisher: Publisher, title: str, name: str) -> None:
    publisher.end_render()
    order(publisher, title)
    publisher.tick()
    (manifest,) = publisher.list_published()
    assert manifest.parent.name[: -MARKER_LENGTH - 1] == name


def test_a_second_publication_finds_the_folder_of_a_title_without_letters(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.EIO, "no")

    publisher.end_render()
    first = order(publisher, "🍵")
    monkeypatch.setattr(FolderDrop, "write", refuse)
    for minutes in (0, 2 * 24 * 60):
        publisher.tick(minutes)
    assert publisher.state(first) == "failed"
    monkeypatch.undo()
    second = order(publisher, "Tea")
    publisher.tick()
    assert (publisher.state(second), len(list(publisher.folder.iterdir()))) == ("published", 1)


@pytest.mark.parametrize(
    ("number", "cause", "advice"),
    [
        (errno.EACCES, "this process may not write there", "let its user write into PUBLISH_FOLDER"),
        (errno.EROFS, "this process may not write there", "let its user write into PUBLISH_FOLDER"),
        (errno.ENOSPC, "its disk is full", "make room on the disk"),
        (errno.EIO, "Input/output error", "whose disk is connected"),
    ],
)
def test_a_folder_that_cannot_be_written_says_what_to_do_and_goes_on(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, number: int, cause: str, advice: str
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    publisher.end_render()
    publication = order(publisher, "Tea")
    monkeypatch.setattr(Path, "mkdir", refuse)
    publisher.tick()
    failure = get_publication(publisher.services, publication.id).failure
    assert failure is not None
    assert (failure.reason, failure.cause) == ("network", f"the folder cannot be written: {cause}")
    assert advice in failure.advice
    monkeypatch.undo()
    publisher.tick(1)
    assert (publisher.state(publication), len(publisher.list_published())) == ("published", 1)


def test_a_path_that_is_a_file_is_told(publisher: Publisher) -> None:
    publisher.end_render()
    publication = order(publisher, "Tea")
    publisher.folder.write_text("a file")
    publisher.tick()
    failure = get_publication(publisher.services, publication.id).failure
    assert failure is not None
    assert "is a file" in failure.cause
    assert "remove that file" in failure.advice


def test_a_video_whose_file_is_gone_has_to_be_made_again(publisher: Publisher) -> None:
    publisher.end_render()
    publication = order(publisher, "Tea")
    result = publisher.job(publisher.job_id).result
    assert result is not None
    publisher.services.blobs.delete(result.video)
    publisher.tick()
    after = get_publication(publisher.services, publication.id)
    assert after.failure is not None
    assert (after.state, after.failure.reason) == ("failed", "not_found")
    assert after.failure.cause == "the file video.mp4 of the video is gone"
    assert after.failure.advice.startswith("make the video again")
    assert retry_publication(publisher.services, publication.id, None).state == "uploading"


def test_the_half_of_a_file_that_a_killed_worker_left_goes(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: Any) -> None:
        raise Killed

    publisher.end_render()
    publication = order(publisher, "Tea")
    with monkeypatch.context() as context:
        context.setattr("sutradhar.destinations.folder.shutil.copyfileobj", kill)
        context.setattr(Path, "unlink", lambda *_, **__: None)  # nothing runs after SIGKILL
        with pytest.raises(Killed):
            publisher.tick()
    (half,) = publisher.folder.glob("*/.*")
    publisher.tick(4)
    assert (publisher.state(publication), half.exists()) == ("published", False)
    assert list(publisher.folder.glob("*/.*")) == []


def test_the_words_of_a_deleted_job_are_left(publisher: Publisher) -> None:
    publisher.end_render()
    publication = order(publisher, "Tea")
    publisher.tick()
    delete_job(publisher.services, publisher.job_id)
    publisher.work()
    with pytest.raises(Conflict, match="were deleted"):
        change_publication(publisher.services, publication.id, None, details=DetailsPatch(title="Mate"))
    assert publisher.state(publication) == "published"
