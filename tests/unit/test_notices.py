"""A notice names every part of a plan that is left out."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sutradhar import bootstrap
from sutradhar.config import Settings
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.billing.ledger import Account
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.provenance import build_manifest
from sutradhar.domain.jobs.status_answer import describe_status
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.notices import collect_notices
from sutradhar.ports.providers import PlanResult

SCENE = {"image_prompt": "a river", "duration_sec": 2}
PHOTO = {"name": "Meera", "look": "a girl in red", "image": "up-0123456789abcdef"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def notices(home: Path, plan: dict[str, Any], **env: str) -> str:
    settings = Settings.from_env({"SUTRADHAR_HOME": str(home), **env})
    backend = bootstrap.local_backend(settings)
    try:
        parsed = RenderPlan.parse({"title": "T", "subtitle_languages": ["en"], **plan})
        return "\n".join(
            collect_notices(bootstrap.services_on(backend, settings), PlanResult(parsed, "storybook/1"), parsed)
        )
    finally:
        backend.close()


def test_a_photo_that_no_provider_can_use_is_named(home: Path) -> None:
    plan = {"scenes": [SCENE | {"characters": ["Meera"]}], "characters": [PHOTO]}
    texts = notices(home, plan)
    assert "the photo of Meera is not used" in texts
    assert "OPENAI_API_KEY" in texts
    assert "photo" not in notices(home, plan, OPENAI_API_KEY="k")
    two = [PHOTO, PHOTO | {"name": "Ravi"}]
    assert "the photos of Meera, Ravi are not used" in notices(home, {"scenes": [SCENE], "characters": two})


@pytest.mark.parametrize(
    ("kind", "key", "env"),
    [
        ("stock", "PEXELS_API_KEY or PIXABAY_API_KEY", {"PEXELS_API_KEY": "k"}),
        ("generated", "GEMINI_PROJECT", {"GEMINI_PROJECT": "p", "GEMINI_LOCATION": "us-central1"}),
    ],
)
def test_footage_without_a_library_is_named_with_its_key(home: Path, kind: str, key: str, env: dict[str, str]) -> None:
    texts = notices(home, {"scenes": [SCENE, SCENE], "footage": kind})
    assert "2 scenes show an image instead of" in texts
    assert key in texts
    assert "1 scene shows" in notices(home, {"scenes": [SCENE, SCENE | {"footage": kind}]})
    assert key not in notices(home, {"scenes": [SCENE, SCENE], "footage": kind}, **env)
    assert "PROVIDERS" in notices(
        home, {"scenes": [SCENE], "footage": kind}, **env, PROVIDERS="openai", OPENAI_API_KEY="k"
    )


def test_sounds_captions_and_characters_that_are_left_out_are_named(home: Path) -> None:
    scene = {"narration": "A river.", "image_prompt": "a river", "sounds": [{"text": "water"}]}
    characters = [{"name": "Ravi", "look": "an old man"}]
    texts = notices(home, {"scenes": [scene], "subtitle_languages": ["en", "hi"], "characters": characters})
    for part in ("1 sounds are left out", "Hindi captions are left out", "Ravi is shown in no scene"):
        assert part in texts


def test_translations_that_no_caption_shows_are_named(home: Path) -> None:
    narrated = SCENE | {"narration": "A river."}
    for scene, expected in (
        (SCENE | {"translations": {"hi": "एक नदी।"}}, "the translations of scene 1 are not used: it has no narration"),
        (narrated | {"translations": {"en": "The river."}}, "the English translation of scene 1 is not used"),
        (narrated | {"translations": {"en": "The river.", "hi": "एक नदी।"}}, "the English translation of scene 1"),
    ):
        assert expected in notices(home, {"language": "en", "scenes": [scene]})
    for scene in (
        narrated,
        SCENE,
        narrated | {"translations": {"hi": "एक नदी।"}},
        narrated | {"translations": {"en": "A river."}},
    ):
        assert "not used" not in notices(home, {"language": "en", "scenes": [scene]})


def test_description_tags_and_metadata_come_back_in_status_and_provenance() -> None:
    fields = {"description": "A walk.", "tags": ["goa", "sea"], "metadata": {"customer": "42"}}
    job = Job.new("job-1", RenderPlan.parse({"topic": "Goa", **fields}), "hash", datetime.now(UTC))
    shown, provenance = (
        describe_status(job, {}, Account(), base="").model_dump(mode="json"),
        build_manifest(job, Account()),
    )
    assert {name: shown[name] for name in fields} == fields
    assert {name: provenance[name] for name in fields} == fields


@pytest.mark.parametrize(
    ("slot", "words"),
    [
        ("scene-00-image", "scene 1, image"),
        ("scene-09-narration", "scene 10, narration"),
        ("music", "music"),
        ("scene-01-sound-0", "scene 2, sound 1"),
        ("character-0", "character 1"),
        ("plan", "plan"),
    ],
)
def test_a_slot_is_named_for_people(slot: str, words: str) -> None:
    assert Slot.parse(slot).label == words
