"""Build the absolute URLs in answers.

A URL begins with the setting PUBLIC_URL. Without it, it begins with the scheme, the host and the prefix (``/api``) of
the request, so that the caller can reach it in the same way.
"""

import re

import flask

from functions.api.loopback import is_loopback

_SCHEME = re.compile(r"https?")
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+){1,10}")


def make_url(path: str) -> str:
    """Return the absolute URL of ``path``, such as ``/render/job-1/status``, as this caller reaches it."""
    return find_base_url() + path


def find_base_url() -> str:
    """Return the URL below which this caller reaches every path, without a slash at its end."""
    from sutradhar import bootstrap  # a cold start pays for the settings only where an answer has URLs

    settings = bootstrap.settings()
    prefix = flask.request.script_root
    if public := settings.api.public_url:
        return public if prefix and public.endswith(prefix) else public + prefix
    scheme = _read_header("X-Forwarded-Proto", _SCHEME)
    if settings.process.backend == "gcp":
        # Google's front end sets this header itself, and passes on the others as the caller sent them
        return f"{scheme or flask.request.scheme}://{flask.request.host}{prefix}"
    if not is_loopback(flask.request.remote_addr or ""):
        return f"{flask.request.scheme}://{flask.request.host}{prefix}"
    host = _read_header("X-Forwarded-Host", _HOST) or flask.request.host
    return f"{scheme or flask.request.scheme}://{host}{_read_header('X-Forwarded-Prefix', _PREFIX)}{prefix}"


def _read_header(name: str, form: re.Pattern[str]) -> str:
    """Return the value that the nearest proxy added to a header; empty if it has not the ``form``."""
    value = flask.request.headers.get(name, "").rpartition(",")[2].strip()
    return value if form.fullmatch(value) else ""
