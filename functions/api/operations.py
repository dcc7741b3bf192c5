"""Is it up, and can it work?"""

import flask

from sutradhar import bootstrap

blueprint = flask.Blueprint("operations", __name__)


@blueprint.get("/healthz")
@blueprint.get("/health")
def healthz() -> flask.typing.ResponseReturnValue:
    """At once, touching nothing."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@blueprint.get("/ready")
def readyz() -> flask.typing.ResponseReturnValue:
    """200 or 503, with each check."""
    checks = bootstrap.checks()
    ready = all(c.ok for c in checks if c.needed)
    body = {
        "status": "ready" if ready else "not ready",
        "checks": {
            c.name: {"ok": c.ok, "detail": c.detail, **({"advice": c.advice} if c.advice else {})} for c in checks
        },
    }
    return body, 200 if ready else 503
