"""Serve the documentation: the OpenAPI document, and Swagger UI with all of its files."""

from pathlib import Path

import flask

from functions.api.endpoint import endpoint
from sutradhar.domain.core.errors import NotFound

_ASSETS = {"swagger-ui.css": "css", "swagger-ui-bundle.js": "js"}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sutradhar API</title>
<link rel="stylesheet" href="{base}/docs/swagger-ui.css">
</head>
<body>
<div id="swagger"></div>
<script src="{base}/docs/swagger-ui-bundle.js"></script>
<script src="{base}/docs/start.js"></script>
</body>
</html>
"""
_START = 'SwaggerUIBundle({{url: "{base}/openapi.json", dom_id: "#swagger", deepLinking: true}});\n'


@endpoint(answers={200: "application/json"})
def show_openapi() -> flask.Response:
    """Answer with the OpenAPI document of this API."""
    from functions.api.openapi import make_document

    return flask.jsonify(make_document())


@endpoint(answers={200: "text/html"})
def show_page() -> flask.Response:
    """Answer with Swagger UI, in which a person can read and try every call."""
    return flask.Response(_PAGE.format(base=flask.request.script_root), mimetype="text/html")


@endpoint(answers={200: "text/javascript", 304: None}, errors=(416,))
def show_asset(name: str) -> flask.Response:
    """Answer with a file of Swagger UI."""
    if name == "start.js":
        return flask.Response(_START.format(base=flask.request.script_root), mimetype="text/javascript")
    if name not in _ASSETS:
        raise NotFound(f"there is no file {name}")
    import flask_openapi_swagger

    folder = Path(flask_openapi_swagger.__file__).parent / "templates" / "swagger" / _ASSETS[name]
    return flask.send_file(folder / name, max_age=86_400)
