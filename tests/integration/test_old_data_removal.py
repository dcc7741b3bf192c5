"""A removal takes what earlier versions stored of its key, and leaves what they stored of others."""

import json

from sutradhar.domain.jobs.library import LibraryFilter
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.data_removal import request_removal, run_removal
from sutradhar.pipeline.upload_records import UPLOADS, list_uploads
from tests.integration.test_old_jobs import Bench
from tests.old_stores import OpenStore


def test_the_data_of_a_key_of_an_earlier_version_is_removed(old: OpenStore) -> None:
    backend, services = old.backend, Bench(old).services  # no queue and no renderer: the removal does all by itself
    caller = api_keys.find(api_keys.list_keys(backend.records), old.store.api_key)
    assert caller is not None
    upload_ids = [
        name.removeprefix("upload/")
        for name, text in backend.records.read(backend.records.list_names("upload/")).items()
        if json.loads(text)["owner"] == caller.id
    ]
    jobs = {job.id: job for job in backend.jobs.list_latest(50).jobs}
    mine = [job.id for job in jobs.values() if job.owner == caller.id]
    others = {blob.name for blob in backend.blobs.list("") if not any(one in blob.name for one in (*mine, *upload_ids))}
    removal = run_removal(services, request_removal(services, caller.id)[0])
    assert removal.removed["jobs"].count == len(mine) > 4
    assert removal.removed["uploads"].count == len(upload_ids) == 3
    assert backend.jobs.list_entries(LibraryFilter(owner=caller.id), 10).entries == []
    left = {job.id: job for job in backend.jobs.list_latest(50).jobs}
    assert left == {job_id: job for job_id, job in jobs.items() if job_id not in mine}
    assert list_uploads(services, caller).records == []
    assert backend.documents.list(UPLOADS, owner=caller.id).records == []
    # an earlier version gave the assets of uploads names that tell only their bytes: those of others may be the same
    assert {blob.name for blob in backend.blobs.list("")} == others
    assert api_keys.find(api_keys.list_keys(backend.records), old.store.api_key) == caller
