"""Test that assets and operations of earlier versions are read with all that they say."""

import json
from typing import Any

from sutradhar.domain.assets.asset import Asset, Fallback, Word
from sutradhar.domain.assets.operation import PendingOperation

# as commit 94921b3 stored them
ASSET: dict[str, Any] = {
    "key": "k",
    "kind": "image",
    "blob": "assets/a.mp4",
    "sha256": "a",
    "size": 3,
    "provider": "pexels/videos",
    "fallbacks": [{"provider": "gemini", "reason": "down"}],
    "samples": 96_000,
    "width": 1920,
    "height": 1080,
    "clip_sec": None,
    "words": [
        {"text": "One", "start": 0.0, "end": 0.4},
        {"text": "two.", "start": 0.5, "end": 0.9, "how": "speech", "confidence": 0.8},
    ],
    "alignment": "speech",
    "provenance": None,
    "footage": True,
    "refused": "no weapons",
}
PENDING: dict[str, Any] = {
    "operation": {
        "provider": "gemini",
        "model": "veo",
        "name": "operations/1",
        "job": "job-1",
        "charge": "c-1",
        "missed": [{"provider": "other", "reason": "busy"}],
    },
    "at": "2026-11-23T00:00:00Z",
    "odd": 2,
}


def test_an_asset_without_a_schema_number_keeps_all_its_fields() -> None:
    asset = Asset.from_record(json.dumps(ASSET))
    assert (asset.is_video, asset.refusal_reason, asset.is_fallback) == (True, "no weapons", True)
    assert asset.words == (
        Word(text="One", start=0, end=0.4),
        Word(text="two.", start=0.5, end=0.9, timing_source="speech", confidence=0.8),
    )
    assert Asset.from_record(asset.to_record()) == asset


def test_a_pending_operation_without_a_schema_number_keeps_all_its_fields() -> None:
    pending = PendingOperation.from_record(json.dumps(PENDING))
    assert pending.operation.fallbacks == (Fallback(provider="other", reason="busy"),)
    assert (pending.unreadable_count, pending.operation.charge) == (2, "c-1")
    assert PendingOperation.from_record(pending.to_record()) == pending


def test_the_manifest_names_the_source_of_each_word_as_before() -> None:
    usual, recognised = Asset.from_record(json.dumps(ASSET)).words
    assert usual.to_manifest() == {"text": "One", "start": 0.0, "end": 0.4, "how": "engine", "confidence": 1.0}
    assert recognised.to_manifest()["how"] == "speech"
