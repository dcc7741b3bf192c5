"""Stores of earlier commits are opened by today's code: what is finished is shown, what is not goes on to its end."""

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest

from gpu_renderer.core import engine
from gpu_renderer.core.cache_keys import audio_key, video_key
from gpu_renderer.core.segments import ENGINE_VERSION
from gpu_renderer.encode import encoders, segment_store
from gpu_renderer.text.fonts import hash_fonts
from sutradhar import bootstrap
from sutradhar.domain.assets.requests import UPLOAD_PROVIDER, AssetRequest, FirstProviders, list_asset_requests
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.assets.specs import ClipSpec, NarrationSpec
from sutradhar.domain.billing.ledger import Account, job_account
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import NewerRecord
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.library import LibraryQuery
from sutradhar.domain.jobs.status_answer import describe_status
from sutradhar.domain.video.render_request import RenderRequest, RenderSummary
from sutradhar.domain.video.render_settings import RendererSettings
from sutradhar.pipeline import api_keys, upload_records
from sutradhar.pipeline.billing.accounts import read_account
from sutradhar.pipeline.library import list_library, refresh_library
from sutradhar.pipeline.plan import list_required_assets
from tests.old_stores import COMMITS, OldStore, OpenStore, settings_of

STATES = {
    "own": JobState.SUCCEEDED,
    "paid": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
    "cancelled": JobState.CANCELLED,
    "producing": JobState.PRODUCING,
    "rendering": JobState.RENDERING,
    "planning": JobState.PLANNING,
}


def test_jobs_are_listed_with_their_plans_and_ends(old: OpenStore) -> None:
    jobs = {job.id: job for job in old.backend.jobs.list_latest(50).jobs}
    expected = STATES | ({"offline": JobState.SUCCEEDED} if old.store.backend == "local" else {})
    assert {name: jobs[job_id].state for name, job_id in old.store.jobs.items()} == expected
    assert len(jobs) == len(expected)
    shown = {
        name: describe_status(old.job(name), {}, _account(old, name), base="").model_dump(mode="json")
        for name in expected
    }
    assert shown["paid"]["title"] == "The River"
    assert shown["paid"]["state"] == "success"
    assert "401" in shown["failed"]["error"]["cause"]
    assert shown["cancelled"]["state"] == "canceled"
    assert old.backend.jobs.count_by_state()[JobState.PLANNING] == len(expected)


def test_the_library_has_the_jobs_of_earlier_versions(old: OpenStore) -> None:
    services = bootstrap.services_on(old.backend, old.settings)
    refresh_library(services)  # the sweep does this; a file of SQLite is complete when it is opened
    caller = api_keys.find(api_keys.list_keys(old.backend.records), old.store.api_key)
    assert caller is not None
    own = [name for name in STATES if old.job(name).owner == caller.id]
    page = list_library(services, LibraryQuery(page_size=50), caller)
    assert {entry.job_id for entry in page.entries} == {old.store.jobs[name] for name in own}
    assert page.total == len(own) > 4
    paid = next(entry for entry in page.entries if entry.job_id == old.store.jobs["paid"])
    assert (paid.title, paid.state, paid.has_video) == ("The River", "success", True)
    assert page.spent[paid.job_id] == _account(old, "paid").spent
    matching = list_library(services, LibraryQuery(q="riv", state="success"), caller)
    assert paid.job_id in [entry.job_id for entry in matching.entries]


def _account(old: OpenStore, name: str) -> Account:
    return read_account(old.backend.records, job_account(old.store.jobs[name]))


def test_money_is_still_known(old: OpenStore) -> None:
    paid = _account(old, "paid")
    assert paid.spent > 900_000
    assert {charge.outcome for charge in paid.charges.values()} == {"settled"}
    pending = [charge for charge in _account(old, "producing").charges.values() if charge.outcome == "pending"]
    assert [charge.provider for charge in pending] == ["gemini"]


def test_summaries_are_still_read(old: OpenStore) -> None:
    for name in ("own", "paid"):
        result = old.job(name).result
        assert result is not None
        summary = RenderSummary.from_record(old.backend.blobs.get(result.summary))
        assert summary.has_passed
        assert summary.video.blob == result.video


def test_api_keys_and_uploads_are_still_known(old: OpenStore) -> None:
    keys = api_keys.list_keys(old.backend.records)
    caller = api_keys.find(keys, old.store.api_key)
    assert caller is not None
    assert (caller.name, caller.daily_budget, len(keys)) == ("Asha", 20_000_000, 2)
    services = bootstrap.services_on(old.backend, old.settings)
    page = upload_records.list_uploads(services, caller)
    assert [upload.state for upload in page.records] == ["pending", "ready", "ready"]
    assert page.after is None
    assert not services.records.list_names("upload/")
    assert upload_records.list_uploads(services, caller) == page


def test_an_upload_of_an_earlier_version_is_found_by_its_id(old: OpenStore) -> None:
    services = bootstrap.services_on(old.backend, old.settings)
    for name in services.records.list_names("upload/"):
        upload_id = name.removeprefix("upload/")
        assert upload_records.get_upload(services, upload_id).id == upload_id
        assert services.documents.get(upload_records.UPLOADS, upload_id).filename
    assert not services.records.list_names("upload/")


def test_an_upload_that_cannot_be_read_is_named_and_hides_no_other(old: OpenStore) -> None:
    services = bootstrap.services_on(old.backend, old.settings)
    services.records.update(["upload/up-1"], lambda _: {"upload/up-1": '{"schema": 99}'})
    assert len(upload_records.list_uploads(services).records) == 3
    with pytest.raises(NewerRecord, match=r"^a stored upload was written by a newer version of Sutradhar; install"):
        upload_records.get_upload(services, "up-1")


def test_assets_are_found_again_under_their_keys(old: OpenStore) -> None:
    """Today's plan asks for the same keys, so nothing that is stored is made, or paid for, again."""
    for name in old.store.jobs:
        job = old.job(name)
        if job.plan is None:
            continue
        again = {request.slot: request for request in list_asset_requests(job.plan, _first_providers(job))}
        changed = {request.slot for request in job.requests if request.key != again[request.slot].key}
        assert changed == _find_changes(old.store, again.values())
        stored = old.backend.assets.get_many(request.key for request in job.requests)
        assert {asset.sha256 for asset in job.assets.values()} <= {asset.sha256 for asset in stored.values()}


def _find_changes(store: OldStore, requests: Iterable[AssetRequest]) -> set[Slot]:
    """Return the slots whose assets today's code makes in another way than the commit of ``store`` did.

    Since 0550582 the user's own files are prepared in another way, and numbers in a narration are spoken as words.
    """
    if store.commit != "0550582":
        return set()
    return {request.slot for request in requests if request.provider == UPLOAD_PROVIDER or _is_respelled(request)}


def _is_respelled(request: AssetRequest) -> bool:
    return isinstance(request.spec, NarrationSpec) and request.spec.spoken_text is not None


NO_PROVIDER = ProviderId("")


def _first_providers(job: Job) -> FirstProviders:
    """Return the first provider of each kind as it was when the job was planned."""
    providers: dict[str, ProviderId] = {}
    for request in job.requests:
        providers[request.spec.type] = request.provider
        if isinstance(request.spec, ClipSpec):
            providers["image"] = request.spec.image_provider
    return FirstProviders(
        narration=providers.get("narration", NO_PROVIDER),
        image=providers.get("image", NO_PROVIDER),
        music=providers.get("music", NO_PROVIDER),
        sound_effect=providers.get("sound_effect"),
        stock=providers.get("stock"),
        generated=providers.get("clip"),
        draws_references=any(request.slot.role == "character" for request in job.requests),
    )


@pytest.mark.parametrize("commit", COMMITS)
def test_offline_providers_have_the_names_that_keys_have(commit: str, tmp_path: Path) -> None:
    store = OldStore(commit, "local")
    settings = settings_of(store, tmp_path)
    backend = bootstrap.local_backend(settings)
    try:
        job = backend.jobs.get(store.jobs["offline"])
        assert job.plan is not None
        again = list_required_assets(bootstrap.services_on(backend, settings), job.plan)
    finally:
        backend.close()
    assert [request.key for request in again] == [request.key for request in job.requests]


@pytest.mark.parametrize("commit", COMMITS)
def test_segments_and_sound_are_found_again(commit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same request has the same names of segments. The renderer of 0550582 drew other pixels (ENGINE_VERSION 2)."""
    store = OldStore(commit, "local")
    for module in (engine, segment_store):
        monkeypatch.setattr(module, "engine", lambda: store.engine["engine"])
    monkeypatch.setattr(segment_store, hash_fonts.__name__, lambda: ast.literal_eval(store.engine["fonts"]))
    names = set(store.blobs)
    for name in ("own", "paid", "offline"):
        text = store.blobs[f"jobs/{store.jobs[name]}/renders/1/request.json"]
        assert text is not None
        request = RenderRequest.from_record(text)
        plan = segment_store.plan_segments(
            request.timeline, encoders.build_profile("libx264", request.mode, RendererSettings())
        )
        audio = f"sounds/{audio_key(request.timeline)}.m4a"
        captions = request.timeline.captions if request.soft_captions else {}
        parts = {*plan.blobs, audio, f"films/{video_key(plan.blobs, audio, captions)}.json"}
        assert parts <= names if store.engine["version"] == ENGINE_VERSION else not parts & names
