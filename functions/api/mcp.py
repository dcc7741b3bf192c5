"""Answer calls of the Model Context Protocol, by which agents use this service."""

import flask

from functions.api.endpoint import endpoint

_JSON = "application/json"


@endpoint(answers={200: _JSON, 202: None, 400: _JSON, 404: _JSON, 406: _JSON})
def answer_mcp() -> flask.Response:
    """Answer one message of the Model Context Protocol (JSON-RPC 2.0; revisions 2026-07-28 and 2025-11-25).

    It is stateless and has the Tasks extension. `tools/list` names the tools; docs/agents.md explains them. Errors of
    the protocol are JSON-RPC errors. A key goes along as in every other call.
    """
    from functions.agents.http import answer_request  # only here: it imports the SDK

    return answer_request()
