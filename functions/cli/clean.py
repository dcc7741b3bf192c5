"""Run `sutradhar clean`: delete everything that this machine keeps."""

import shutil
from pathlib import Path

from functions.cli.confirm import Yes, confirm
from functions.cli.console import print_line, report_errors
from functions.cli.output import AsJson, print_json
from functions.cli.start import LOG_NAME, prepare_home
from sutradhar import bootstrap
from sutradhar.domain.core.errors import Conflict, FieldError, InvalidRequest
from sutradhar.file_lock import is_locked

_DATABASE = "state.db"
_NAMES = (
    *("alive", "bells", "blobs", "emulated", "executions", "servers", "tmp"),
    *(_DATABASE, f"{_DATABASE}-wal", f"{_DATABASE}-shm", "state.lock"),
    *(LOG_NAME, f"{LOG_NAME}.1", f"{LOG_NAME}.lock"),
    "youtube.json",
)
"""All that we put into a home. Only these are deleted, since a user may have named a folder of their own."""


def clean(yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete all jobs, files, uploads, API keys, caches and logs of this SUTRADHAR_HOME. Delivered videos stay.

    The sign-in to YouTube goes too. `sutradhar retention` deletes only what is old.
    """
    with report_errors():
        prepare_home(least_free=0)
        home = bootstrap.settings().home
        if bootstrap.settings().process.backend != "local":
            message = "deletes on this machine only; `terraform destroy` removes a deployment (docs/deploy.md)"
            raise InvalidRequest([FieldError("clean", message)])
        if any(is_locked(path) for path in (home / "alive").glob("*")):
            raise Conflict(f"another command works in {home}; stop it first (`sutradhar stop`)")
        paths = [home / name for name in _NAMES if (home / name).exists()]
        size = sum(_measure(path) for path in paths)
        if not yes:
            confirm(f"Delete all jobs, files and keys in {home} ({size / 1e6:.0f} MB)?")
        for path in paths:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    if as_json:
        print_json({"home": str(home), "deleted_bytes": size})
    else:
        print_line(f"{home} is empty: {size / 1e6:.0f} MB are deleted.")


def _measure(path: Path) -> int:
    """Return the bytes in a file, or in all files below a folder."""
    return sum(file.lstat().st_size for file in (path, *path.rglob("*")) if not file.is_dir())
