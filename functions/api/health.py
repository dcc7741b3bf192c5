"""Tell that the process answers. This module imports nothing else, since a probe may be the first call."""

import flask

from functions.api.endpoint import endpoint


@endpoint(answers={200: "application/json"})
def show_health() -> flask.Response:
    """Answer at once; nothing is checked."""
    return flask.jsonify({"status": "ok"})
