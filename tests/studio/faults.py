"""Collect all that goes wrong in a page: errors of scripts, refusals by the policy, requests that fail."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response


class Faults:
    """The faults of all pages of a test. A test that causes one on purpose says so by ``expect`` before it does."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def expect(self, *patterns: str) -> None:
        """Let faults pass whose line matches one of these regular expressions, such as ``409 POST .*/approve``."""
        self._expected += [re.compile(pattern) for pattern in patterns]

    def expect_lost_connection(self) -> None:
        """Let requests fail for want of a server."""
        self.expect("net::ERR_")

    @property
    def lines(self) -> list[str]:
        """The faults that no test expected."""
        return [line for line in self._lines if not any(one.search(line) for one in self._expected)]

    def watch(self, context: BrowserContext) -> None:
        """Collect the faults of every page of ``context``."""
        context.on("page", self._watch_page)

    def _watch_page(self, page: Page) -> None:
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self._lines.append(f"error {error.stack or error.message}"))
        page.on("requestfailed", self._note_failure)
        page.on("response", self._note_answer)

    def _note_message(self, message: ConsoleMessage) -> None:
        # the browser's own line about a refused or lost request; the request itself is noted with its method
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self._lines.append(f"console {message.text}")

    def _note_failure(self, request: Request) -> None:
        # a page that leaves aborts its requests and its videos
        if request.failure != "net::ERR_ABORTED":
            self._lines.append(f"{request.failure} {request.method} {request.url}")

    def _note_answer(self, response: Response) -> None:
        if response.status >= 400:
            self._lines.append(f"{response.status} {response.request.method} {urlsplit(response.url).path}")
