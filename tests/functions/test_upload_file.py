"""A page plays the song that was sent, in ranges; a file that a browser could take for a page is none."""

from flask.testing import FlaskClient

from functions.dev import local_runtime
from tests.functions.test_uploads import make_image, send


def test_a_checked_file_comes_back_as_it_was_sent_also_in_ranges(api: FlaskClient) -> None:
    data = make_image()
    with local_runtime.run_worker():
        upload_id = send(api, data)
        early = api.get(f"/uploads/{upload_id}/file")
        assert (early.status_code, "it is pending" in early.get_json()["detail"]) == (409, True)
        api.post(f"/uploads/{upload_id}/complete")
    answer = api.get(f"/uploads/{upload_id}/file", buffered=True)
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", data)
    part = api.get(f"/uploads/{upload_id}/file", headers={"Range": "bytes=4-9"}, buffered=True)
    assert (part.status_code, part.data) == (206, data[4:10])


def test_a_file_is_never_shown_as_a_page(api: FlaskClient) -> None:
    with local_runtime.run_worker():
        upload_id = send(api, make_image(), filename="page.html", content_type="text/html")
        api.post(f"/uploads/{upload_id}/complete")
    assert api.get(f"/uploads/{upload_id}/file", buffered=True).mimetype == "application/octet-stream"
