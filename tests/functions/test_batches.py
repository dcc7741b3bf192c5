"""Batches over HTTP: checked as a whole, ordered once, listed, moved, and given to their owners alone."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.domain.core.audit import AuditEntry
from sutradhar.domain.jobs.batch import BatchRows, RowState
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.audit import AUDIT
from sutradhar.pipeline.batches.store import BATCH_ROWS, name_rows
from sutradhar.pipeline.batches.submit import read_plans
from tests.finished_job import store_finished_job

TEMPLATE = {
    "title": "{{city}}",
    "length_sec": {"$": "sec"},
    "scenes": [{"narration": "This is {{city}}.", "image_prompt": "the town of {{city}}"}],
}
CSV = "id,city,sec\ngoa,Goa,20\npune,Pune,30\n"


def post(api: FlaskClient, path: str, body: Any, status: int, **headers: str) -> Any:
    answer = api.post(path, data=json.dumps(body), headers=headers)
    assert answer.status_code == status, answer.text
    return answer.get_json()


def make_key(name: str) -> dict[str, str]:
    backend = bootstrap.backend()
    return {"X-API-Key": api_keys.create(backend.records, backend.clock, name)[1]}


def list_acts() -> list[AuditEntry]:
    return list(reversed(bootstrap.backend().documents.list(AUDIT, limit=100).records))


def finish_row(batch_id: str, number: int, state: RowState, job_id: str = "", error: str = "") -> None:
    """Write the end of a row, as the worker does."""

    def change(rows: BatchRows) -> BatchRows:
        ended = [
            row.evolve(state=state, job_id=job_id, error=error) if row.number == number else row for row in rows.rows
        ]
        return rows.evolve(rows=tuple(ended))

    bootstrap.backend().documents.update(BATCH_ROWS, name_rows(batch_id, number), change)


def test_a_check_shows_rows_columns_and_cost_and_stores_nothing(api: FlaskClient) -> None:
    report = post(api, "/batches/check", {"plan": TEMPLATE, "csv": CSV + "agra,Agra,\n"}, 200)
    assert (report["accepted"], report["rows"], report["columns"]) == (True, 3, ["id", "city", "sec"])
    assert (report["problems"], report["notices"]) == ([], [])
    estimate = report["estimate"]
    assert estimate["expected_usd"] == 0
    assert estimate["video_seconds"] > 3
    assert estimate["wait_seconds"] > 0
    assert api.get("/batches").get_json()["batches"] == []
    assert bootstrap.backend().bus.depth() == 0  # type: ignore[attr-defined]


def test_every_wrong_row_is_named_with_its_column(api: FlaskClient) -> None:
    table = "id,city,sec,notes\ngoa,Goa,2,x\npune,,30,x\ngoa,Agra,soon,x\n"
    report = post(api, "/batches/check", {"plan": TEMPLATE, "csv": table}, 200)
    assert not report["accepted"]
    places = {(one["row"], one["column"], one["field"]) for one in report["problems"]}
    assert places == {
        (1, "sec", "length_sec"),
        (3, "id", ""),
        (3, "sec", "length_sec"),
    }
    assert report["notices"] == [
        "the plan does not use this column: notes",
        "an empty cell leaves a gap inside a text: row 2, column city",
    ]
    problem = post(api, "/batches", {"plan": TEMPLATE, "csv": table}, 400)
    assert {error["path"] for error in problem["errors"]} == {
        "row 1, column sec",
        "row 3, column id",
        "row 3, column sec",
    }
    assert api.get("/batches").get_json()["batches"] == []


def test_a_fault_of_the_template_comes_once(api: FlaskClient) -> None:
    rows = [{"city": f"Town {n}"} for n in range(30)]
    plan = {"title": "{{city}}", "topic": "{{city}}", "aspect": "2:1", "duration": 5}
    report = post(api, "/batches/check", {"plan": plan, "rows": rows}, 200)
    assert [(one["row"], one["field"]) for one in report["problems"]] == [(None, "aspect"), (None, "duration")]
    report = post(api, "/batches/check", {"plan": {**TEMPLATE, "review": True}, "csv": CSV}, 200)
    assert [(one["row"], one["field"]) for one in report["problems"]] == [(None, "review")]


def test_a_thousand_wrong_rows_are_counted_and_a_hundred_named(api: FlaskClient) -> None:
    body = {"csv": "topic,length_sec\n" + "Goa,1\n" * 1000}
    report = post(api, "/batches/check", body, 200)
    assert (report["problem_count"], len(report["problems"]), report["has_more_problems"]) == (1000, 1000, False)
    problem = post(api, "/batches", body, 400)
    assert len(problem["errors"]) == 101
    assert "900 more values are wrong" in problem["errors"][-1]["message"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"plan": TEMPLATE}, "one of them"),
        ({"plan": TEMPLATE, "csv": CSV, "rows": []}, "csv and rows"),
        ({"plan": TEMPLATE, "rows": []}, "has no rows"),
        ({"csv": "topic\n" + "Goa\n" * 100_000}, "at most 1,000 rows (got 100,000)"),
        ({"csv": "topic,topic\nGoa,Pune\n"}, "two columns"),
        ({"csv": "topic\nGoa\n", "webhook_url": "ftp://x"}, "webhook_url"),
        ({"csv": "topic\nGoa\n", "budget": 5}, "is not a field here"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(api: FlaskClient, body: Any, text: str) -> None:
    for path in ("/batches/check", "/batches"):
        assert text in json.dumps(post(api, path, body, 400))


def test_a_body_may_have_ten_megabytes(api: FlaskClient) -> None:
    rows = [{"topic": f"Town {n}", "description": "x" * 4900} for n in range(1000)]
    assert post(api, "/batches/check", {"rows": rows}, 200)["accepted"]
    assert api.post("/batches", data=b"x" * 10_000_001).status_code == 413
    assert api.post("/render", data=json.dumps({"rows": rows})).status_code == 413


def test_a_batch_is_ordered_once_and_begins(api: FlaskClient) -> None:
    body = {"plan": TEMPLATE, "csv": CSV, "name": " Towns ", "budget_usd": 3}
    batch = post(api, "/batches", body, 202, **{"Idempotency-Key": "towns"})
    assert (batch["name"], batch["state"], batch["rows"], batch["budget_usd"]) == ("Towns", "running", 2, 3)
    assert batch["counts"] == {"queued": 2, "running": 0, "succeeded": 0, "failed": 0, "cancelled": 0}
    assert post(api, "/batches", body, 200, **{"Idempotency-Key": "towns"})["batch_id"] == batch["batch_id"]
    post(api, "/batches", {**body, "name": "x"}, 422, **{"Idempotency-Key": "towns"})
    assert [one["batch_id"] for one in api.get("/batches").get_json()["batches"]] == [batch["batch_id"]]
    plans = read_plans(bootstrap.services(), batch["batch_id"])
    assert [(plan.title, plan.length_sec, plan.scenes[0].narration) for plan in plans] == [
        ("Goa", 20, "This is Goa."),
        ("Pune", 30, "This is Pune."),
    ]
    entries = [one for one in list_acts() if one.action == "create_batch"]
    assert [(one.facts["batch_id"], one.facts["rows"]) for one in entries] == [(batch["batch_id"], 2)]


def test_rows_come_in_pages_and_by_state(api: FlaskClient) -> None:
    batch_id = post(api, "/batches", {"csv": "topic\n" + "Goa\n" * 130}, 202)["batch_id"]
    first = api.get(f"/batches/{batch_id}/rows?limit=100").get_json()
    rest = api.get(f"/batches/{batch_id}/rows?limit=100&after={first['next']}").get_json()
    assert [row["number"] for row in first["rows"] + rest["rows"]] == list(range(1, 131))
    assert (first["has_more"], rest["has_more"], rest["next"]) == (True, False, None)
    finish_row(batch_id, 120, "failed", error="the disk is full")
    failed = api.get(f"/batches/{batch_id}/rows?state=failed").get_json()["rows"]
    assert [(row["number"], row["row_id"], row["error"], row["job_id"]) for row in failed] == [
        (120, "120", "the disk is full", None)
    ]
    assert api.get(f"/batches/{batch_id}/rows?after=x").status_code == 400


def test_a_batch_is_moved_and_its_budget_changed(api: FlaskClient) -> None:
    batch_id = post(api, "/batches", {"csv": "topic\nGoa\n"}, 202)["batch_id"]
    assert post(api, f"/batches/{batch_id}/pause", {}, 202)["state"] == "paused"
    changed = api.patch(f"/batches/{batch_id}", data=json.dumps({"budget_usd": 2.5})).get_json()
    assert (changed["budget_usd"], changed["state"]) == (2.5, "paused")
    assert post(api, f"/batches/{batch_id}/resume", {}, 202)["state"] == "running"
    assert api.delete(f"/batches/{batch_id}/cancel").get_json()["state"] == "cancelled"
    post(api, f"/batches/{batch_id}/retry", {}, 409)
    actions = ["create_batch", "pause_batch", "change_batch", "resume_batch", "cancel_batch"]
    assert [one.action for one in list_acts()] == actions


def test_others_see_no_batch(api: FlaskClient) -> None:
    asha, ravi = make_key("asha"), make_key("ravi")
    batch_id = post(api, "/batches", {"csv": "topic\nGoa\n"}, 202, **asha)["batch_id"]
    assert api.get(f"/batches/{batch_id}", headers=asha).status_code == 200
    assert api.get(f"/batches/{batch_id}", headers=ravi).status_code == 404
    assert api.get("/batches", headers=ravi).get_json()["batches"] == []


def test_results_are_a_zip_with_an_index_that_runs_no_formulas(api: FlaskClient) -> None:
    batch_id = post(api, "/batches", {"csv": "id,topic\n=1+1,Goa\npune,Pune\nagra,Agra\n", "name": "a/b"}, 202)["id"]
    assert api.get(f"/batches/{batch_id}/results").status_code == 409
    job = store_finished_job(bootstrap.services(), size=2_700_000)
    finish_row(batch_id, 1, "succeeded", job.id)
    finish_row(batch_id, 2, "failed", error="=broken")
    answer = api.get(f"/batches/{batch_id}/results")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert 'filename="a b.zip"' in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        assert archive.read("0001 =1+1/video.mp4") == bytes(2_700_000)
        index = list(csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf-8-sig"))))
    assert [(row["row"], row["id"], row["state"], row["error"]) for row in index] == [
        ("1", "'=1+1", "succeeded", ""),
        ("2", "pune", "failed", "'=broken"),
        ("3", "agra", "queued", ""),
    ]
    assert index[0]["video_url"].endswith(f"/render/{job.id}/file")
    table = api.get(f"/batches/{batch_id}/results?format=csv&from=2&to=2")
    assert (table.mimetype, len(table.text.splitlines())) == ("text/csv", 2)
    assert api.get(f"/batches/{batch_id}/results?from=3&to=2").status_code == 400


def test_a_zip_that_is_too_large_for_the_cloud_names_the_rows_that_fit(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = post(api, "/batches", {"csv": "topic\nGoa\nPune\nAgra\n"}, 202)["id"]
    for number in (1, 2, 3):
        job = store_finished_job(bootstrap.services(), f"job-{number}", size=1000)
        finish_row(batch_id, number, "succeeded", job.id)
    monkeypatch.setattr(type(bootstrap.backend().blobs), "has_upload_urls", True)
    monkeypatch.setattr("functions.api.batch_results._MAX_CLOUD_BYTES", 2500)
    refused = api.get(f"/batches/{batch_id}/results")
    assert refused.status_code == 400
    assert "?from=1&to=2" in refused.get_json()["detail"]
    assert api.get(f"/batches/{batch_id}/results?to=2").status_code == 200


def test_rows_keep_their_brand_as_it_was_when_the_batch_was_ordered(api: FlaskClient) -> None:
    assert api.put("/brands/towns", data=json.dumps({"music": "calm"})).status_code < 300
    plan = {**TEMPLATE, "brand": "{{brand}}"}
    rows = [{"city": "Goa", "sec": 20, "brand": "towns"}, {"city": "Pune", "sec": 20, "brand": None}]
    batch = post(api, "/batches", {"plan": plan, "rows": rows}, 202)
    first, second = read_plans(bootstrap.services(), batch["batch_id"])
    assert (first.brand, first.music.mood, first.brand_look is not None) == ("towns", "calm", True)
    assert (second.brand, second.brand_look) == (None, None)
    rows[1]["brand"] = "none-such"
    problem = post(api, "/batches", {"plan": plan, "rows": rows}, 400)
    assert [error["path"] for error in problem["errors"]] == ["row 2, column brand"]
