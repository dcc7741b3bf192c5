"""Errors of the client."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class WrongField:
    """One wrong field of a request."""

    path: str
    """The path of the field, such as ``scenes[0].narration``; empty: the request as a whole."""
    message: str


class ClientError(Exception):
    """Every error of the client is one of these."""


class ApiError(ClientError):
    """The server refused a call, or could not answer it."""

    def __init__(
        self, status: int, title: str, detail: str, errors: Sequence[WrongField] = (), request_id: str = ""
    ) -> None:
        """``status``: of HTTP. ``detail``: a sentence that says what to do. ``errors``: every wrong field.
        ``request_id``: the id under which the server's log has the call."""
        self.status, self.title, self.detail = status, title, detail
        self.errors, self.request_id = tuple(errors), request_id
        fields = "".join(f"\n  {one.path or 'the request'}: {one.message}" for one in self.errors)
        super().__init__(f"{status} {title}: {detail}{fields}")


class Unreachable(ClientError):
    """The server did not answer, also after every repeat."""


class JobFailed(ClientError):
    """A job ended without a video. ``state``: ``error`` or ``canceled``."""

    def __init__(self, job_id: str, state: str, cause: str, advice: str) -> None:
        self.job_id, self.state, self.cause, self.advice = job_id, state, cause, advice
        super().__init__(f"{job_id} ended as {state}: {cause}" + (f"; {advice}" if advice else ""))


class WaitedTooLong(ClientError):
    """A job or a check is not finished in time. It goes on at the server: wait for it again."""
