"""The doctor reports a missing or broken reader of media files, with advice."""

from typing import Any

import pytest

from sutradhar import doctor
from sutradhar.domain.plan.upload import MediaInfo
from sutradhar.providers.media.upload_reader import MediaFiles


class Broken(MediaFiles):
    def __init__(self, answer: MediaInfo | Exception) -> None:
        self.answer = answer

    def probe(self, *_arguments: Any) -> MediaInfo:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_it_opens_a_video_and_a_song() -> None:
    assert doctor.check_media_files(MediaFiles()).ok


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (ModuleNotFoundError("No module named 'av'"), "cannot open video.mp4: No module named 'av'"),
        (MediaInfo(kind="image", width=96, height=96), "video.mp4 is read as image"),
        (MediaInfo(kind="video", width=96, height=96, duration_sec=0.5), "song.mp3 is read as video"),
    ],
)
def test_the_doctor_names_the_broken_reader(answer: MediaInfo | Exception, detail: str) -> None:
    check = doctor.check_media_files(Broken(answer))
    assert (check.ok, check.needed, check.detail) == (False, True, detail)
    assert ".ci/setup" in check.advice
