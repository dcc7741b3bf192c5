"""The names of downloaded files: a person understands them, and no title breaks a header."""

from datetime import UTC, datetime
from email.message import Message
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.core.file_names import make_disposition
from sutradhar.domain.jobs.download_names import name_download
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.plan import RenderPlan


def make_job(title: str) -> Job:
    plan = RenderPlan(topic="tea").model_copy(update={"title": title})
    return Job.new("job-1", plan, "hash", datetime(2026, 11, 28, tzinfo=UTC))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The fox", "The fox.hi.srt"),
        ("लोमड़ी और अंगूर", "लोमड़ी और अंगूर.hi.srt"),
        ('A/B: "C" <d>|?*\\', "A B C d.hi.srt"),
        ("../../etc/passwd", "etc passwd.hi.srt"),
        ("...", "job-1.hi.srt"),
        ("x" * 200, "x" * 80 + ".hi.srt"),
        ("😀" * 200, "😀" * 50 + ".hi.srt"),
    ],
)
def test_a_file_has_the_name_of_its_video(title: str, name: str) -> None:
    assert name_download(make_job(title), "hi", ".srt") == name


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("The fox.mp4", 'attachment; filename="The fox.mp4"'),
        ("चाय.hi.srt", "attachment; filename=\"video.hi.srt\"; filename*=UTF-8''%E0%A4%9A%E0%A4%BE%E0%A4%AF.hi.srt"),
    ],
)
def test_the_header_has_the_name_also_beyond_ascii(name: str, header: str) -> None:
    assert make_disposition(name) == header
    assert make_disposition(name, is_attachment=False).startswith("inline; ")


@given(title=st.text(max_size=120))
def test_no_title_breaks_the_header(title: str) -> None:
    name = name_download(make_job(title), "", ".mp4")
    header = make_disposition(name)
    assert header.isascii()
    assert not set(header) & {"\r", "\n", "\0"}
    message = Message()
    message["Content-Disposition"] = header
    given_name = header.partition("filename*=UTF-8''")[2]
    assert (unquote(given_name) if given_name else message.get_filename()) == name
    assert len(name.encode()) <= 255
