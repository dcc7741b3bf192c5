"""The function ``api`` serves the studio, and nothing in it can run a text as code."""

import gzip
import re

import pytest
from flask.testing import FlaskClient

from functions.api.studio_page import FOLDER, compute_version


@pytest.mark.parametrize("path", ["/", "/studio"])
def test_the_first_page_leads_to_the_studio_below_any_prefix(api: FlaskClient, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, "studio/")


def test_every_file_that_the_page_names_exists(api: FlaskClient) -> None:
    page = api.get("/api/studio/")
    assert page.status_code == 200
    names = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(names) > 8
    for name in names:
        assert api.get(f"/api/studio/{name}").status_code == 200, name
    assert all(name.startswith(compute_version()) for name in names)


def test_the_page_names_every_file_that_its_pages_need(api: FlaskClient) -> None:
    """A browser asks for all of them at once, in place of a round trip for each level of imports."""
    lists = re.findall(r'<meta name="page-(\w+)" content="([^"]+)">', api.get("/studio/").text)
    assert {name for name, _ in lists} == {path.stem for path in (FOLDER / "js/pages").glob("*.js")}
    files = {name: files.split() for name, files in lists}
    assert {"js/pages/create.js", "js/lib/draft.js", "js/text/*/create.js", "css/create.css"} <= set(files["create"])
    for name in {
        name.replace("*", language) for names in files.values() for name in names for language in ("en", "hi")
    }:
        assert (FOLDER / name).is_file(), name


def test_a_text_cannot_become_code(api: FlaskClient) -> None:
    policy = api.get("/studio/").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
    assert "unsafe" not in policy
    assert "https:" not in policy


def test_a_browser_keeps_a_file_for_good_and_asks_for_the_page_each_time(api: FlaskClient) -> None:
    name = f"/studio/{compute_version()}/js/api.js"
    answer = api.get(name, headers={"Accept-Encoding": "gzip"})
    assert answer.mimetype == "text/javascript"
    assert "immutable" in answer.headers["Cache-Control"]
    assert gzip.decompress(answer.data) == (FOLDER / "js/api.js").read_bytes()
    assert api.get(name).data == (FOLDER / "js/api.js").read_bytes()
    page = api.get("/studio/")
    assert page.headers["Cache-Control"] == "no-cache"
    assert api.get("/studio/", headers={"If-None-Match": page.headers["ETag"]}).status_code == 304


def test_the_studio_sets_no_cookie_and_says_what_each_file_is(api: FlaskClient) -> None:
    for name, media_type in (("", "text/html"), (f"{compute_version()}/css/base.css", "text/css")):
        answer = api.get(f"/studio/{name}")
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert (answer.mimetype, answer.mimetype_params) == (media_type, {"charset": "utf-8"})
        assert answer.headers["ETag"]


def test_a_page_of_an_older_version_gets_the_new_files_but_keeps_none(api: FlaskClient) -> None:
    answer = api.get("/studio/0123456789ab/js/api.js")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize(
    "name", ["js/none.js", "../app.py", "js/%2e%2e/%2e%2e/app.py", "index.html", "vendor/LICENSE.htm"]
)
def test_other_files_are_not_served(api: FlaskClient, name: str) -> None:
    assert api.get(f"/studio/{compute_version()}/{name}").status_code == 404
