"""Let web pages of the origins that CORS_ORIGINS names call the API from a browser (fetch.spec.whatwg.org, CORS)."""

import flask

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": (
        "Authorization, Content-Range, Content-Type, Idempotency-Key, Mcp-Method, Mcp-Name, Mcp-Protocol-Version,"
        " X-API-Key, X-Request-Id"
    ),
    "Access-Control-Max-Age": "600",
}
_EXPOSED_HEADERS = (
    "ETag, Frame-Missing, Frame-Number, Frame-Scene, Frame-Time, Idempotent-Replayed, Location, Range, RateLimit-Limit,"
    " RateLimit-Policy, RateLimit-Remaining, RateLimit-Reset, Retry-After, Scene-End, Scene-Start, Video-Length,"
    " X-Request-Id"
)


def find_page_origin() -> str | None:
    """Return the origin of the calling web page if CORS_ORIGINS allows it, else None."""
    origin = flask.request.headers.get("Origin")
    if origin is None:
        return None
    from sutradhar import bootstrap  # most callers are no pages, and a cold start pays for the settings

    return origin if origin in bootstrap.settings().api.cors_origins else None


def find_sending_origin() -> str | None:
    """Return the origin of the page that is going to send a file to the store: a page of this server itself (the
    studio), or one that ``find_page_origin`` allows. None: the caller is no such page."""
    from functions.api.links import find_base_url

    origin = flask.request.headers.get("Origin")
    if origin and f"{find_base_url()}/".startswith(f"{origin}/"):
        return origin
    return find_page_origin()


def answer_preflight() -> flask.Response | None:
    """Answer a browser's preflight request, which asks whether a page may call and carries no key."""
    asked = flask.request.method == "OPTIONS" and "Access-Control-Request-Method" in flask.request.headers
    return flask.Response(status=204, headers=_PREFLIGHT) if asked and find_page_origin() else None


def allow_page(response: flask.Response) -> flask.Response:
    """Add headers to ``response`` that let the page read it."""
    response.vary.add("Origin")
    if origin := find_page_origin():
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED_HEADERS
    return response
