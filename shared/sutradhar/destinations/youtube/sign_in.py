"""Keep the sign-in to a channel in a file: on a laptop one of its user alone, on Google Cloud a mounted secret."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from sutradhar.destinations.youtube.oauth_client import OAuthClient
from sutradhar.domain.core.errors import RecordError, SutradharError
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.core.utc_time import UtcTime

SCOPE = "https://www.googleapis.com/auth/youtube.force-ssl"
"""The access that the user grants. captions.insert takes no smaller scope, and all other calls of ours take this one
(developers.google.com/youtube/v3/docs/captions/insert)."""
LOGIN_ADVICE = "run `sutradhar youtube login`"
_PUBLIC_ADVICE = "run `sutradhar youtube status`, which says how to mend the sign-in"


class SignIn(Record):
    """The lasting access to one channel."""

    history: ClassVar[History] = History("sign-in to YouTube", keep_fields)

    client: OAuthClient
    refresh_token: str = Field(repr=False)
    scopes: tuple[str, ...]
    """The access that the user granted."""
    signed_in_at: UtcTime
    expires_at: UtcTime | None = None
    """The time at which Google ends the access; None: Google named none."""
    channel_id: str = ""
    channel_title: str = ""


class NotSignedIn(SutradharError):
    """There is no sign-in that may be used.

    Args:
        advice: what the user of this machine does.
        public_advice: the same for callers of the API, without the path of a file; empty: the same words.
        retryable: True: it may be there, and could not be read at the moment.
    """

    def __init__(self, cause: str, advice: str, public_advice: str = "", *, retryable: bool = False) -> None:
        self.advice, self.public_advice, self.retryable = advice, public_advice or advice, retryable
        super().__init__(cause)


class SignInFile:
    """The file ``path``. ``is_mounted``: Secret Manager shows it, and there are no other users."""

    def __init__(self, path: Path, *, is_mounted: bool = False) -> None:
        self.path, self._is_mounted = path, is_mounted

    def read(self) -> SignIn:
        """Return the sign-in. Raise NotSignedIn if there is none, or if other users can read it."""
        try:
            with self.path.open("rb") as file:
                mode, data = stat.S_IMODE(os.fstat(file.fileno()).st_mode), file.read()
        except FileNotFoundError:
            raise NotSignedIn("there is no sign-in to YouTube", LOGIN_ADVICE) from None
        except OSError as exc:
            advice = f"let the user that runs this read {self.path}, or {LOGIN_ADVICE} again"
            # each reading of a mounted file asks Secret Manager, which may be out of reach
            raise NotSignedIn(
                f"{self.path} cannot be read", advice, _PUBLIC_ADVICE, retryable=self._is_mounted
            ) from exc
        if mode & 0o077 and not self._is_mounted:
            cause = f"other users of this machine can read {self.path}, which gives access to your channel"
            advice = f"run `chmod 600 {self.path}`; if they may have read it, run `sutradhar youtube logout` after that"
            raise NotSignedIn(cause, advice, _PUBLIC_ADVICE)
        try:
            return SignIn.from_record(data)
        except RecordError as exc:
            raise NotSignedIn(f"{self.path} is no sign-in of this version", LOGIN_ADVICE) from exc

    def write(self, sign_in: SignIn) -> None:
        """Replace the file; only its owner can read it, at no moment others."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        half = self.path.with_name(f".{self.path.name}.{os.urandom(4).hex()}")
        try:
            with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(sign_in.to_record())
                file.flush()
                os.fsync(file.fileno())
            half.replace(self.path)
        finally:
            half.unlink(missing_ok=True)

    def delete(self) -> None:
        with suppress(FileNotFoundError):
            self.path.unlink()

    def explain_missing(self) -> str:
        """Return what the operator does before the sign-in can be used; empty: nothing."""
        try:
            self.read()
        except NotSignedIn as exc:
            return exc.public_advice
        return ""
