"""Serve the studio: the page on which a creator makes, follows and publishes videos.

Its files lie in the folder ``studio``. All of them but the page itself have a URL with the hash of all files in it, so
that a browser may keep them for good, and a new version of Sutradhar has new URLs.
"""

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path

import flask
from werkzeug.wrappers import Response

from functions.api.endpoint import endpoint
from sutradhar import bootstrap
from sutradhar.domain.core.errors import NotFound

FOLDER = Path(__file__).parent / "studio"
_MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob:{hosts}; media-src"
    " 'self' blob:{hosts}; connect-src 'self'{hosts}; frame-ancestors 'none'; base-uri 'none'; form-action 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
"""No text can become code: no inline script or style runs, and trusted types (w3.org/TR/trusted-types) switch off every
function of the browser that makes HTML or code of a text."""
_SMALLEST_GZIP = 500
"""Bytes; a smaller file is not worth the work."""


@endpoint(answers={302: None})
def open_studio() -> flask.Response:
    """Lead to the studio, the page for people."""
    # relative, because a proxy may serve this API below a path of its own
    return flask.Response(status=302, headers={"Location": "studio/"})


@endpoint(answers={200: "text/html", 304: None})
def show_studio() -> Response:
    """Answer with the page of the studio."""
    page = _make_page()
    response = _send(page, "text/html", hashlib.sha256(page).hexdigest()[:12])
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Security-Policy"] = _POLICY.format(hosts=_name_storage())
    return response.make_conditional(flask.request)


@endpoint(answers={200: "text/javascript", 304: None}, errors=(404,))
def show_studio_file(version: str, name: str) -> Response:
    """Answer with a file of the studio: a module, a style, an icon."""
    data = _list_files().get(name)
    if data is None:
        raise NotFound(f"the studio has no file {name[:100]}")
    response = _send(data, _guess_type(name), f"{compute_version()}-file")
    # a page that was open while a new version came gets the new file, and may not keep it under the old URL
    is_current = version == compute_version()
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_current else "no-store"
    return response.make_conditional(flask.request)


@cache
def _make_page() -> bytes:
    """Return the page with the version in its links, and with the files that it and each of its pages need."""
    from functions.api.studio_modules import list_page_files, list_start_modules

    files = _list_files()
    links = [f'<link rel="modulepreload" href="VERSION/{name}">' for name in list_start_modules(files)]
    lists = [f'<meta name="page-{page}" content="{" ".join(names)}">' for page, names in list_page_files(files).items()]
    further = [Path(name).stem for name in sorted(files) if Path(name).parent.as_posix() == "js/text"]
    lists.append(f'<meta name="texts" content="{" ".join(further)}">')
    text = (FOLDER / "index.html").read_text("utf-8").replace("PRELOADS", "\n".join(links + lists))
    return text.replace("VERSION", compute_version()).encode()


@cache
def compute_version() -> str:
    """Return the hash of all files of the studio, in 12 characters."""
    digest = hashlib.sha256()
    for name, data in sorted(_list_files().items()):
        digest.update(f"{name} {len(data)} ".encode())
        digest.update(data)
    return digest.hexdigest()[:12]


@cache
def _list_files() -> dict[str, bytes]:
    """Return the content of each file that a browser may get, by its path below the folder."""
    return {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in FOLDER.rglob("*")
        if path.suffix in _MEDIA_TYPES and path.name != "index.html"
    }


def _guess_type(name: str) -> str:
    suffix = Path(name).suffix
    return _MEDIA_TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def _send(data: bytes, media_type: str, tag: str) -> flask.Response:
    is_packed = len(data) >= _SMALLEST_GZIP and flask.request.accept_encodings["gzip"] > 0
    response = flask.Response(_pack(data) if is_packed else data, content_type=f"{media_type}; charset=utf-8")
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(f"{tag}-gzip" if is_packed else tag)
    response.vary.add("Accept-Encoding")
    return response


@cache
def _pack(data: bytes) -> bytes:
    """Return ``data`` in gzip; the same bytes each time."""
    return gzip.compress(data, 6, mtime=0)


def _name_storage() -> str:
    """Return the source for the policy from which browsers get files, and to which they send uploads, besides this API:
    Cloud Storage, if the videos lie there."""
    settings = bootstrap.settings()
    if settings.process.backend != "gcp":
        return ""
    return f" {settings.environment.get('STORAGE_EMULATOR_HOST') or 'https://storage.googleapis.com'}"
