"""The doctor reports a missing or broken reader of media files, with advice."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sutradhar import doctor
from sutradhar.config import Settings
from sutradhar.destinations.youtube.sign_in import SignInFile
from sutradhar.domain.plan.upload import MediaInfo
from sutradhar.ports.clock import SystemClock
from sutradhar.providers.media.upload_reader import MediaFiles
from tests import mark_certificates
from tests.fakes import FakeClock
from tests.unit.test_youtube_sign_in import SIGN_IN


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


@pytest.mark.parametrize(
    ("days", "ok", "warning"), [(None, True, False), (7, True, False), (1, True, True), (-1, False, True)]
)
def test_a_sign_in_to_youtube_that_ends_soon_is_a_warning(
    tmp_path: Path, days: int | None, ok: bool, warning: bool
) -> None:
    file, now = SignInFile(tmp_path / "youtube.json"), FakeClock().now()
    assert not doctor.check_youtube(file.path, now).needed
    file.write(SIGN_IN.evolve(expires_at=None if days is None else now + timedelta(days=days)))
    check = doctor.check_youtube(file.path, now)
    assert (check.ok, check.warning, "Tea & Tales" in check.detail) == (ok, warning, True)
    assert ("youtube login" in check.advice) == warning


def test_the_certificate_of_the_marks_is_checked(tmp_path: Path) -> None:
    def check(**days: int) -> doctor.Check:
        if days:
            mark_certificates.make_folder(tmp_path, **days)
        return doctor.check_marks(Settings.from_env({"SUTRADHAR_HOME": str(tmp_path)}), SystemClock())

    missing = check()
    assert (missing.ok, missing.needed, missing.advice) == (False, False, "run `sutradhar marks setup`")
    valid = check(days=100)
    assert (valid.ok, valid.warning, valid.advice) == (True, False, "")
    assert valid.detail.startswith("files are signed by Test studio until ")
    soon = check(days=20)
    assert (soon.ok, soon.warning, soon.advice) == (True, True, "run `sutradhar marks setup --renew`")
    expired = check(days=5, age_days=6)
    assert (expired.ok, expired.needed) == (False, False)
    assert expired.detail.startswith("the certificate for the marks expired at ")
    assert "--renew" in expired.advice
