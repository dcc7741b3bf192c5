"""Probes of health call a path that reaches the function."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.terraform.conftest import ROOT, SCHEMA

_PLACES = ("terraform", "cloudbuild.yaml", "Makefile", "functions/dev", "docs/ops")
"""All that calls a deployment from outside, or tells a person to."""
_KEPT_BY_GOOGLE = re.compile(r"/\w+z\b")
"""Cloud Run keeps some paths that end in z, /healthz among them, and asks to avoid all
(cloud.google.com/run/docs/known-issues)."""


def test_nothing_calls_a_path_that_google_keeps() -> None:
    files = [path for place in _PLACES for path in [ROOT / place, *(ROOT / place).rglob("*")] if path.is_file()]
    texts = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in files if path.suffix != ".pyc"}
    assert any('"/health"' in text for text in texts.values())
    assert [name for name, text in texts.items() if _KEPT_BY_GOOGLE.search(text)] == []


def test_a_function_has_no_field_for_probes() -> None:
    """The only probe is that of Cloud Run itself, by TCP, when an instance starts (docs/parity.md, 330)."""
    (provider,) = json.loads(SCHEMA.read_text())["provider_schemas"].values()
    function = provider["resource_schemas"]["google_cloudfunctions2_function"]["block"]
    assert [name for name in _list_names(function) if "probe" in name or "health" in name] == []


def _list_names(block: dict[str, Any]) -> Iterator[str]:
    yield from block.get("attributes", {})
    for name, nested in block.get("block_types", {}).items():
        yield name
        yield from _list_names(nested["block"])
