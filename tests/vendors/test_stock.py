"""Found footage: searched, chosen, fetched, looked at, and its author and licence kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sutradhar.domain.errors import ProviderError
from sutradhar.domain.job import JobState
from sutradhar.domain.ledger import Account
from sutradhar.domain.plan import RenderPlan
from sutradhar.domain.provenance import manifest
from sutradhar.domain.timeline import Footage, build_timeline
from sutradhar.pipeline.submit import submit
from sutradhar.providers.stock.library import keywords
from tests.vendors.desk import VENDORS, Desk, library
from tests.vendors.server import OK, VendorStub
from tests.vendors.studio import Studio, environment

LIBRARIES = ("pexels", "pixabay")


def find(desk: Desk, vendor: str, prompt: str = "A wide river, at dawn", **changes: Any) -> Any:
    return library(desk, vendor, **changes).find(prompt, 1536, 864, 4.0, 7)


@pytest.mark.parametrize("vendor", LIBRARIES)
def test_footage_is_found_with_its_author_and_licence(desk: Desk, vendor: str) -> None:
    shot = find(desk, vendor)
    assert (shot.width, shot.height, shot.provider) == (1920, 1080, f"{vendor}/videos")
    assert shot.data[4:8] == b"ftyp"
    assert shot.provenance.prompt == "river dawn"
    assert shot.provenance.author in ("Asha", "ravi")
    assert "License" in shot.provenance.licence
    assert shot.provenance.source.startswith(f"https://{'www.' if vendor == 'pexels' else ''}{vendor}.com/video")
    assert desk.account().charges == {}


@pytest.mark.parametrize("vendor", LIBRARIES)
@pytest.mark.parametrize("faults", [("503",), (OK, "500"), ("429", OK, "503")])
def test_a_moment_of_trouble_passes(desk: Desk, vendor: str, faults: tuple[str, ...]) -> None:
    desk.stub.script(vendor, *faults)
    find(desk, vendor)
    assert [seen.fault for seen in desk.stub.calls(vendor)] == [*faults, *[OK] * (3 - len(faults) + len(faults) // 3)]


@pytest.mark.parametrize("vendor", LIBRARIES)
@pytest.mark.parametrize(
    ("faults", "fault"),
    [
        (("timeout",), "down"), (("cut",), "down"), (("wrong type",), "answer"), (("error body",), "answer"),
        ((OK, "timeout"), "down"), ((OK, "cut"), "down"), ((OK, "wrong type"), "answer"), ((OK, "truncated"), "answer"),
        (("429 for long",), "busy"),
    ],
)  # fmt: skip
def test_what_does_not_pass_is_one_of_our_errors(desk: Desk, vendor: str, faults: tuple[str, ...], fault: str) -> None:
    desk.stub.script(vendor, *faults)
    with pytest.raises(ProviderError) as caught:
        find(desk, vendor, timeout_sec=0.5)
    assert (caught.value.fault, caught.value.provider, caught.value.retryable) == (fault, vendor, True)


@pytest.mark.parametrize("vendor", LIBRARIES)
def test_a_wrong_key_and_an_empty_answer_are_named(desk: Desk, vendor: str) -> None:
    with pytest.raises(ProviderError, match="nothing for 'nothing here'"):
        find(desk, vendor, "nothing here")
    desk.stub.always(vendor, "unauthorized")
    with pytest.raises(ProviderError, match=r"401|Invalid or missing API key") as caught:
        library(desk, vendor).check()
    assert not caught.value.retryable


@pytest.mark.parametrize(
    ("prompt", "query"),
    [
        ("A fox looks up at grapes, golden hour", "fox looks grapes golden hour"),
        ("the river, the RIVER and the sea", "river sea"),
        ("एक नदी", ""),
    ],
)
def test_the_search_asks_for_what_says_something(prompt: str, query: str) -> None:
    assert keywords(prompt) == query


def test_a_prompt_without_english_words_is_not_searched_for(desk: Desk) -> None:
    with pytest.raises(ProviderError, match="English words only"):
        find(desk, "pexels", "एक नदी")
    assert desk.stub.calls("pexels") == []


@pytest.fixture
def stub() -> Iterator[VendorStub]:
    with VendorStub(VENDORS) as up:
        yield up


PLAN = RenderPlan.parse(
    {
        "title": "Water", "footage": "stock", "subtitle_languages": ["en"], "render": {"mode": "PROXY"},
        "scenes": [
            {"narration": "A river runs.", "image_prompt": "river in a valley"},
            {"narration": "Nobody is there.", "image_prompt": "nothing at all"},
        ],
    }
)  # fmt: skip


def test_scenes_show_footage_and_where_there_is_none_a_picture_that_says_so(stub: VendorStub, tmp_path: Path) -> None:
    studio = Studio(environment(stub, tmp_path))
    job, _ = submit(studio.services, PLAN)
    studio.work()
    done = studio.job(job.id)
    assert done.state is JobState.SUCCEEDED, done.error
    found, drawn = done.assets["scene-00-image"], done.assets["scene-01-image"]
    assert (found.provider, found.footage, found.fallbacks) == ("pexels/videos", True, ())
    assert (drawn.provider, drawn.footage) == ("openai/gpt-image-1-medium", False)
    assert "nothing for 'nothing all'" in drawn.fallbacks[0].reason
    assert done.plan
    first, second = build_timeline(done.plan, done.assets).clips
    assert (first.footage, first.camera.still, second.footage) == (Footage(), True, None)
    told = manifest(done, Account())
    assert told["credits"] == ["Asha, Pexels License, https://www.pexels.com/video/1/"]
    assert told["synthetic"] is True
    assert done.result
    assert b"Pexels License" in studio.services.blobs.get(done.result.provenance)
    studio.close()


def test_without_a_key_pictures_are_drawn_and_the_status_says_why(stub: VendorStub, tmp_path: Path) -> None:
    env = {k: v for k, v in environment(stub, tmp_path).items() if not k.startswith(("PEXELS", "PIXABAY"))}
    studio = Studio(env)
    job, _ = submit(studio.services, PLAN)
    studio.work()
    done = studio.job(job.id)
    assert done.state is JobState.SUCCEEDED
    assert "no key of a footage library" in done.assets["scene-00-image"].fallbacks[0].reason
    studio.close()
