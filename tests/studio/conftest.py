"""A real server and a real browser. Both last while tests of this folder run; each test has a fresh profile."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.studio.browser import DESKTOP, Language, Scheme, find_browser, open_context, start_browser
from tests.studio.faults import Faults
from tests.studio.server import FOX_PLAN, StudioServer, serve_studio

OpenPage = Callable[..., Page]
"""``open_page(size=PHONE, language="hi", scheme="dark", server=...)`` returns an empty page in a new profile."""


# "package", not "session": other tests look for processes that are left over
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if find_browser() is None and not os.environ.get("CI"):
        pytest.skip("Chromium is not installed (Debian: chromium)")
    with start_browser() as one:
        yield one


@pytest.fixture(scope="package")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioServer]:
    """A server that the tests of this folder share: its library has videos of other tests."""
    with serve_studio(tmp_path_factory.mktemp("studio")) as server:
        yield server


@pytest.fixture(scope="package")
def finished_job(studio: StudioServer) -> str:
    """The id of a finished video of the shared server."""
    job_id = studio.create_job()
    studio.finish_job(job_id)
    return job_id


@pytest.fixture(scope="package")
def waiting_job(studio: StudioServer) -> str:
    """The id of a job of the shared server that waits for the approval of its plan."""
    job_id = studio.create_job({**FOX_PLAN, "title": "The fox in review"}, review=True)
    studio.finish_job(job_id, state="awaiting_approval")
    return job_id


@pytest.fixture
def own_studio(tmp_path: Path) -> Iterator[StudioServer]:
    """A server for one test alone: its library is empty, and the test may stop and start it."""
    with serve_studio(tmp_path) as server:
        yield server


@pytest.fixture
def faults() -> Iterator[Faults]:
    """The faults of the pages of this test, which fails on each that it did not expect."""
    noted = Faults()
    yield noted
    assert noted.lines == []


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest, faults: Faults) -> Iterator[OpenPage]:
    """Open pages, each in a profile of its own, and close them after the test."""
    contexts = []

    def open_one(
        *,
        size: tuple[int, int] = DESKTOP,
        language: Language = "en",
        scheme: Scheme = "light",
        server: StudioServer | None = None,
        base_url: str = "",
    ) -> Page:
        url = base_url or (server or request.getfixturevalue("studio")).url
        context = open_context(browser, url, size, language, scheme)
        faults.watch(context)
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """An empty page at desktop width, in English, for the shared server."""
    return open_page()
