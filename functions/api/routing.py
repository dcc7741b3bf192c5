"""URL rules that cost little at a cold start."""

from collections.abc import Callable
from typing import Any

import flask
from werkzeug.routing import BaseConverter, PathConverter, Rule

from sutradhar.domain.core.path_words import PATH_WORDS


class _LazyRule(Rule):
    """A rule that compiles its URL builders when a URL is first built from it.

    werkzeug compiles two functions for each rule at once: 0.5 ms a rule, which an app that only matches paths never
    needs.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_now = super()._compile_builder
        compiled: list[Callable[..., tuple[str, str]]] = []

        def build_url(rule: Rule, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(compile_now(append_unknown))
            return compiled[0](rule, **values)

        return build_url


class ApiFlask(flask.Flask):
    """The Flask app of the API."""

    url_rule_class = _LazyRule

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, **options)
        self.url_map.converters["default"] = _ThingId
        self.json.sort_keys = False  # type: ignore[attr-defined] # the attribute is of Flask's default provider
        self.json.ensure_ascii = False  # type: ignore[attr-defined] # as above


class _ThingId(BaseConverter):
    """A value in a path. Some words stand for calls (``GET /publish/quota``, ``POST /batches/check``,
    ``POST /brands/import``), so nothing has them as its id."""

    regex = f"(?!(?:{'|'.join(PATH_WORDS)})$)[^/]+"


class _AnyPath(PathConverter):
    """A path that may contain line breaks, as an encoded URL can."""

    regex = r"[^/](?s:.)*?"
    part_isolating = False


def accept_line_breaks(server: flask.Flask) -> None:
    """Let the app of functions-framework pass on a path with a line break; it would answer 404 in HTML by itself."""
    server.url_map.converters["path"] = _AnyPath
