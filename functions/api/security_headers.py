"""Add the headers to every answer by which a browser protects the caller."""

import flask

_HEADERS = {
    # browsers take this from https answers only (RFC 6797, section 8.1), so it does no harm on a laptop
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
_ANSWERS = (
    "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""A browser that opens a file of ours shows it, and an answer loads and runs nothing."""
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self';"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""The page of the documentation: Swagger UI has icons and styles inside its own files."""


def protect(response: flask.Response) -> None:
    """Add the headers to ``response``."""
    for name, value in _HEADERS.items():
        response.headers[name] = value
    if "Content-Security-Policy" not in response.headers:  # the studio has one of its own
        is_page = response.mimetype == "text/html"
        response.headers["Content-Security-Policy"] = _PAGE if is_page else _ANSWERS
