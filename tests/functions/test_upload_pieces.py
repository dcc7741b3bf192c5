"""Uploads in pieces, by the protocol of a resumable session of Cloud Storage, on the real local backend."""

import io
import os
import shutil
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.dev import local_runtime
from sutradhar import bootstrap
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.jobs.messages import DeleteUpload
from sutradhar.domain.plan.upload import PIECE_STEP
from sutradhar.pipeline import upload_pieces
from sutradhar.pipeline.retention_plan import plan_uploads
from sutradhar.pipeline.upload_deletion import delete_upload
from sutradhar.pipeline.upload_records import get_upload, update_upload
from sutradhar.ports.stores import StoredBlob
from tests.functions.test_uploads import announce, make_image

SIZE = 3 * PIECE_STEP + 1000
DATA = os.urandom(SIZE)


def begin(api: FlaskClient, data: bytes = DATA) -> str:
    return str(announce(api, data).get_json()["upload_id"])


def put(api: FlaskClient, upload_id: str, start: int, end: int, data: bytes = DATA) -> Any:
    """Send the bytes from ``start`` to ``end``, which is not among them."""
    headers = {"Content-Range": f"bytes {start}-{end - 1}/{len(data)}"}
    return api.put(f"/uploads/{upload_id}/bytes", data=data[start:end], headers=headers)


def ask(api: FlaskClient, upload_id: str, size: int = SIZE) -> Any:
    return api.put(f"/uploads/{upload_id}/bytes", headers={"Content-Range": f"bytes */{size}"})


def describe(answer: Any) -> tuple[int, str | None]:
    assert "Location" not in answer.headers  # a browser would follow it
    return answer.status_code, answer.headers.get("Range")


def list_pieces(upload_id: str) -> list[StoredBlob]:
    return list(bootstrap.backend().blobs.list(f"uploads/pieces/{upload_id}/"))


def test_pieces_make_the_file_and_the_server_says_what_is_there(api: FlaskClient) -> None:
    upload_id = begin(api)
    assert describe(ask(api, upload_id)) == (308, None)
    assert describe(put(api, upload_id, 0, PIECE_STEP)) == (308, f"bytes=0-{PIECE_STEP - 1}")
    assert describe(ask(api, upload_id)) == (308, f"bytes=0-{PIECE_STEP - 1}")
    # a gap: nothing of it is kept
    assert describe(put(api, upload_id, 2 * PIECE_STEP, SIZE)) == (308, f"bytes=0-{PIECE_STEP - 1}")
    assert not bootstrap.backend().blobs.exists(f"uploads/{upload_id}")
    assert describe(put(api, upload_id, PIECE_STEP, SIZE)) == (204, None)
    assert bootstrap.backend().blobs.get(f"uploads/{upload_id}") == DATA
    assert list_pieces(upload_id) == []
    for late in (ask(api, upload_id), put(api, upload_id, 0, PIECE_STEP), put(api, upload_id, PIECE_STEP, SIZE)):
        assert describe(late) == (204, None)
    assert list_pieces(upload_id) == []


def test_a_file_that_came_in_pieces_is_checked_and_a_repeat_changes_nothing(api: FlaskClient) -> None:
    data = make_image(700)
    assert len(data) > PIECE_STEP
    with local_runtime.run_worker():
        upload_id = begin(api, data)
        put(api, upload_id, 0, PIECE_STEP, data)
        early = api.post(f"/uploads/{upload_id}/complete")
        assert "nothing" not in early.get_json()["detail"]
        assert f"{PIECE_STEP} of {len(data)} bytes" in early.get_json()["detail"]
        put(api, upload_id, PIECE_STEP, len(data), data)
        assert api.post(f"/uploads/{upload_id}/complete").get_json()["width"] == 700
        # the answer to the last piece was lost: the page asks, and goes on to the check
        assert describe(ask(api, upload_id, len(data))) == (204, None)
        assert describe(put(api, upload_id, 0, PIECE_STEP, data)) == (204, None)
        assert bootstrap.backend().blobs.get(f"uploads/{upload_id}") == data


@pytest.mark.parametrize(
    ("header", "size", "words"),
    [
        ("bytes 0-4/9", 5, f"must end in /{SIZE}"),
        (f"bytes 0-99/{SIZE}", 100, "a multiple of 262144"),
        (f"bytes 0-{PIECE_STEP - 1}/{SIZE}", 5, "the body has 5"),
        (f"bytes */{SIZE}", 5, "which bytes of the file"),
        ("bytes 0-4/*", 5, f"must end in /{SIZE}"),
        ("0-4", 5, "must be such as bytes 0-262143/"),
        (f"lines 0-4/{SIZE}", 5, "must be such as bytes 0-262143/"),
    ],
)
def test_a_header_that_does_not_fit_is_refused_in_words(api: FlaskClient, header: str, size: int, words: str) -> None:
    upload_id = begin(api)
    answer = api.put(f"/uploads/{upload_id}/bytes", data=bytes(size), headers={"Content-Range": header})
    assert (answer.status_code, answer.get_json()["errors"][0]["path"]) == (400, "Content-Range")
    assert words in answer.get_json()["detail"]
    assert list_pieces(upload_id) == []


def test_what_came_before_the_connection_was_lost_stays(api: FlaskClient) -> None:
    upload_id = begin(api)
    answer = api.put(
        f"/uploads/{upload_id}/bytes",
        input_stream=io.BytesIO(DATA[: PIECE_STEP + 500]),
        headers={"Content-Range": f"bytes 0-{SIZE - 1}/{SIZE}"},
        environ_overrides={"CONTENT_LENGTH": str(SIZE)},
    )
    assert describe(answer) == (308, f"bytes=0-{PIECE_STEP - 1}")
    assert describe(put(api, upload_id, PIECE_STEP, SIZE)) == (204, None)
    assert bootstrap.backend().blobs.get(f"uploads/{upload_id}") == DATA


def test_a_server_that_was_killed_before_it_joined_the_pieces_joins_them_later(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = begin(api)
    put(api, upload_id, 0, PIECE_STEP)
    with monkeypatch.context() as killed:
        killed.setattr(upload_pieces, "_join_pieces", lambda *_: PIECE_STEP)
        put(api, upload_id, PIECE_STEP, SIZE)
    assert not bootstrap.backend().blobs.exists(f"uploads/{upload_id}")
    assert describe(ask(api, upload_id)) == (204, None)
    assert bootstrap.backend().blobs.get(f"uploads/{upload_id}") == DATA


def test_a_whole_file_replaces_pieces(api: FlaskClient) -> None:
    upload_id = begin(api)
    put(api, upload_id, 0, PIECE_STEP)
    assert api.put(f"/uploads/{upload_id}/bytes", data=DATA).status_code == 204
    assert list_pieces(upload_id) == []
    assert bootstrap.backend().blobs.get(f"uploads/{upload_id}") == DATA


def test_pieces_go_with_their_upload(api: FlaskClient) -> None:
    upload_id, services = begin(api), bootstrap.services()
    put(api, upload_id, 0, PIECE_STEP)
    assert api.delete(f"/uploads/{upload_id}").status_code == 204
    assert put(api, upload_id, PIECE_STEP, SIZE).status_code == 404
    delete_upload(services, DeleteUpload(upload_id=upload_id))
    assert list_pieces(upload_id) == []


def test_retention_counts_the_pieces_of_an_upload(api: FlaskClient) -> None:
    upload_id, services = begin(api), bootstrap.services()
    put(api, upload_id, 0, PIECE_STEP)
    upload = get_upload(services, upload_id)
    update_upload(services, upload_id, lambda one: one.evolve(used_at=upload.created_at - timedelta(days=8)))
    [removal] = plan_uploads(services, ())
    assert (removal.kind, removal.id, removal.files, removal.size) == ("upload", upload_id, 1, PIECE_STEP)


STEP = 4
KILLS: list[tuple[Any, str]] = [
    (FileBlobStore, "put_file"),  # before a piece is stored, or before the file is
    (upload_pieces, "delete_pieces"),  # after the file is
    (shutil, "copyfileobj"),
]
SMALL = bytes(range(50))
PLACES = st.tuples(st.integers(0, 12), st.integers(1, 13)).map(
    lambda one: (one[0] * STEP, min(one[0] + one[1], 13) * STEP)
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(PLACES, max_size=25), kills=st.sets(st.integers(0, 24)))
def test_any_order_of_pieces_keeps_the_beginning_of_the_file_whole(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch, places: list[tuple[int, int]], kills: set[int]
) -> None:
    """Pieces come in any order, twice, and overlap; the server is killed while it joins them."""
    upload_id = begin(api, SMALL)
    known = 0
    with monkeypatch.context() as steps:
        steps.setattr("functions.api.upload_bytes.PIECE_STEP", STEP)
        for i, (start, end) in enumerate(places):
            if i in kills:
                with monkeypatch.context() as killed:
                    killed.setattr(*KILLS[i % len(KILLS)], _die)
                    put(api, upload_id, start, min(end, 50), SMALL)
                left = _count(ask(api, upload_id, 50))
                assert left in (known, max(known, min(end, 50)))
                known = left
            else:
                known = max(known, min(end, 50)) if start <= known else known
                assert _count(put(api, upload_id, start, min(end, 50), SMALL)) == known
        assert describe(put(api, upload_id, known - known % STEP, 50, SMALL)) == (204, None)
    assert bootstrap.backend().blobs.get(f"uploads/{upload_id}") == SMALL
    assert list_pieces(upload_id) == []


def _count(answer: Any) -> int:
    if answer.status_code == 204:
        return 50
    assert answer.status_code == 308
    return int(answer.headers["Range"].removeprefix("bytes=0-")) + 1 if "Range" in answer.headers else 0


def _die(*_: Any, **__: Any) -> None:
    raise OSError("the process died here")
