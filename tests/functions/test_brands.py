"""Brands through the API: stored, taken by plans, kept with their files, exported and imported."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from functions.dev import local_runtime
from sutradhar import bootstrap
from sutradhar.domain.plan.brand import BrandLook
from sutradhar.pipeline import api_keys
from tests.brand_files import change_font, make_fields, read_noto, store_brand
from tests.functions.test_uploads import send

SCENE = {"narration": "Tea.", "image_prompt": "a cup"}
PLAN = {"title": "Tea", "language": "en", "scenes": [SCENE]}


@pytest.fixture
def checking_api(api: FlaskClient) -> Iterator[FlaskClient]:
    """Return the API while a worker checks the uploads."""
    with local_runtime.run_worker():
        yield api


def put(api: FlaskClient, fields: dict[str, Any], name: str = "asha") -> Any:
    return api.put(f"/brands/{name}", data=json.dumps(fields))


def preview(api: FlaskClient, **fields: Any) -> Any:
    return api.post("/plan", data=json.dumps({**PLAN, **fields})).get_json()


def order(api: FlaskClient, **fields: Any) -> Any:
    return api.post("/render", data=json.dumps({**PLAN, **fields}))


def send_font(api: FlaskClient, data: bytes, name: str = "brush.ttf") -> Any:
    upload_id = send(api, data, filename=name)
    return api.post(f"/uploads/{upload_id}/complete")


def list_errors(answer: Any) -> dict[str, str]:
    return {error["path"]: error["message"] for error in answer.get_json()["errors"]}


def test_a_brand_is_stored_changed_listed_and_deleted(api: FlaskClient, tmp_path: Path) -> None:
    fields = make_fields(tmp_path)
    first = put(api, fields)
    assert (first.status_code, first.get_json()["version"]) == (201, 1)
    assert first.headers["Location"].endswith("/brands/asha")
    assert first.get_json()["fields"]["colors"]["text"] == "#ffd400"
    assert put(api, fields).get_json() == first.get_json()  # a repeat changes nothing
    changed = put(api, {**fields, "caption_place": "middle"})
    assert (changed.status_code, changed.get_json()["version"]) == (200, 2)
    put(api, {"voice": "F"}, "zoo")
    listed = api.get("/brands").get_json()["brands"]
    assert [one["name"] for one in listed] == ["asha", "zoo"]
    assert api.get("/brands/asha").get_json() == listed[0] == changed.get_json()
    assert api.delete("/brands/asha").status_code == 204
    assert api.get("/brands/asha").status_code == api.delete("/brands/asha").status_code == 404


@pytest.mark.parametrize(
    ("fields", "path", "words"),
    [
        ({"colour": "#ffd400"}, "colour", "is not a field of a brand; the fields are title, fonts"),
        ({"colors": {"text": "yellow"}}, "colors.text", ""),
        ({"voice": "elvis"}, "voice", "must be F, M, or a provider"),
        ({"logo": {"upload": "up-0123456789abcdef"}}, "logo.upload", "there is no upload"),
        ({"logo": {"upload": "up-0123456789abcdef"}, "watermark": "Tea"}, "", "not both"),
        ({"fonts": {"latin": {"upload": "up-0123456789abcdef"}}}, "fonts.latin.licence", ""),
        ({"publish": [{"destination": "folder"}] * 2}, "publish", "twice"),
    ],
)
def test_a_wrong_field_is_named(api: FlaskClient, fields: dict[str, Any], path: str, words: str) -> None:
    errors = list_errors(put(api, fields))
    assert list(errors) == [path]
    assert words in errors[path]


def test_a_name_that_fits_no_url_is_refused(api: FlaskClient) -> None:
    assert "small letters" in list_errors(put(api, {}, "My Channel"))["name"]


def test_a_plan_takes_what_it_leaves_out(api: FlaskClient, tmp_path: Path) -> None:
    store_brand(tmp_path)
    taken = preview(api, brand="asha")["plan"]
    assert (taken["voice"], taken["music"]["mood"], taken["render"]["caption_style"]) == ("M", "tender", "highlight")
    assert taken["watermark"] is None  # the logo is shown instead
    assert "brand_look" not in taken
    own = preview(api, brand="asha", voice="F", music="calm", render={"caption_style": "plain"}, watermark="Mine")
    kept = own["plan"]
    assert (kept["voice"], kept["music"]["mood"], kept["render"]["caption_style"]) == ("F", "calm", "plain")
    assert kept["watermark"]["text"] == "Mine"


def test_a_job_keeps_the_look_that_its_brand_had(api: FlaskClient, tmp_path: Path) -> None:
    fields = make_fields(tmp_path)
    put(api, fields)
    job_id = order(api, brand="asha").get_json()["job_id"]
    put(api, {**fields, "colors": {"text": "#000000"}})
    look = bootstrap.services().jobs.get(job_id).requested_plan.brand_look
    assert look
    assert (look.colors.text, look.caption_place, sorted(look.fonts)) == ("#ffd400", "top", ["devanagari", "latin"])
    assert look.logo
    assert look.logo.position == "tl"
    copy = api.post(f"/library/{job_id}/duplicate").get_json()
    again = api.post("/render", data=json.dumps(copy)).get_json()["job_id"]
    renewed = bootstrap.services().jobs.get(again).requested_plan.brand_look
    assert renewed
    assert renewed.colors.text == "#000000"
    assert renewed.logo == look.logo


def test_a_repeated_order_gets_its_job_after_the_brand_has_changed(api: FlaskClient) -> None:
    put(api, {"voice": "M"})
    body, headers = json.dumps({**PLAN, "brand": "asha"}), {"Idempotency-Key": "order-1"}
    first = api.post("/render", data=body, headers=headers)
    put(api, {"voice": "F"})
    again = api.post("/render", data=body, headers=headers)
    api.delete("/brands/asha")
    last = api.post("/render", data=body, headers=headers)
    assert [one.status_code for one in (first, again, last)] == [202, 200, 200]
    assert len({one.get_json()["job_id"] for one in (first, again, last)}) == 1


def test_a_brand_without_a_look_leaves_the_video_as_it_is(api: FlaskClient) -> None:
    put(api, {"voice": "M"})
    job_id = order(api, brand="asha").get_json()["job_id"]
    plan = bootstrap.services().jobs.get(job_id).requested_plan
    assert (plan.voice, plan.look) == ("M", None)
    assert plan.brand_look
    assert plan.watermark


def test_publications_take_their_words(api: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISH_FOLDER", str(tmp_path / "published"))
    bootstrap.settings.cache_clear()
    bootstrap.services.cache_clear()
    bootstrap.backend.cache_clear()
    put(api, {"publish": [{"destination": "folder", "tags": ["stories"], "privacy": "unlisted"}]})
    job_id = order(api, brand="asha", publish={"destination": "folder", "privacy": "private"}).get_json()["job_id"]
    publication = bootstrap.services().jobs.get(job_id).requested_plan.publish[0]
    assert (publication.tags, publication.privacy) == (("stories",), "private")
    job_id = order(api, brand="asha", tags=["tea"]).get_json()["job_id"]
    later = api.post(f"/publish/{job_id}", data=json.dumps({"destination": "folder"})).get_json()
    assert (later["tags"], later["privacy"]) == (["tea"], "unlisted")


def test_a_plan_that_names_no_brand_of_the_caller_is_refused(api: FlaskClient) -> None:
    assert "you have none yet" in list_errors(order(api, brand="asha"))["brand"]
    put(api, {"voice": "M"}, "zoo")
    assert "yours are zoo" in list_errors(order(api, brand="asha"))["brand"]
    assert [problem["path"] for problem in preview(api, brand="asha")["problems"]] == ["brand"]


def test_the_look_of_a_brand_is_no_field_of_a_request(api: FlaskClient) -> None:
    look = BrandLook().model_dump(mode="json")
    assert list(list_errors(order(api, brand_look=look))) == ["brand_look"]


def test_a_key_has_brands_of_its_own(api: FlaskClient) -> None:
    records, clock = bootstrap.backend().records, bootstrap.backend().clock
    keys = {name: {"X-API-Key": api_keys.create(records, clock, name)[1]} for name in ("asha", "ben")}
    for name, voice in (("asha", "M"), ("ben", "F")):
        answer = api.put("/brands/tea", data=json.dumps({"voice": voice}), headers=keys[name])
        assert answer.status_code == 201
    assert api.get("/brands/tea", headers=keys["asha"]).get_json()["fields"]["voice"] == "M"
    assert api.delete("/brands/tea", headers=keys["ben"]).status_code == 204
    assert api.get("/brands", headers=keys["ben"]).get_json() == {"brands": []}
    assert api.get("/brands/tea", headers=keys["asha"]).status_code == 200


def test_the_files_of_a_brand_are_not_deleted(api: FlaskClient, tmp_path: Path) -> None:
    fields = make_fields(tmp_path)
    put(api, fields)
    logo = fields["logo"]["upload"]
    answer = api.delete(f"/uploads/{logo}")
    assert answer.status_code == 409
    assert "a file of the brand asha" in answer.get_json()["detail"]
    api.delete("/brands/asha")
    assert api.delete(f"/uploads/{logo}").status_code == 204


def test_a_font_tells_its_scripts(checking_api: FlaskClient) -> None:
    upload = send_font(checking_api, read_noto()).get_json()
    assert (upload["state"], upload["kind"], upload["font"]["family"]) == ("ready", "font", "Noto Sans")
    assert upload["font"]["scripts"] == ["latin"]
    assert checking_api.get(f"/uploads/{upload['upload_id']}/preview").content_type == "image/webp"
    font = {"upload": upload["upload_id"], "licence": "OFL 1.1"}
    errors = list_errors(put(checking_api, {"fonts": {"devanagari": font}}))
    assert "brush.ttf cannot write Devanagari: it lacks ँ ं ः" in errors["fonts.devanagari.upload"]
    wrong = order(checking_api, scenes=[{**SCENE, "image_prompt": "", "image": {"upload": upload["upload_id"]}}])
    assert "brush.ttf is a font" in list_errors(wrong)["scenes[0].image.upload"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (lambda: change_font(read_noto(), fs_type=2), "forbids to embed it"),
        (lambda: read_noto()[:3000], "damaged font"),
        (lambda: b"ttcf" + read_noto()[4:], "collection of fonts"),
        (lambda: b"wOF2" + read_noto()[4:], "send the same font as TTF or OTF"),
        (lambda: change_font(read_noto(), letters="Q"), "for Latin it lacks Q"),
        (lambda: change_font(read_noto("NotoSansDevanagari-Regular.ttf"), without="GSUB"), "GSUB"),
        (lambda: change_font(read_noto(), without="glyf"), "font"),
    ],
)
def test_a_font_that_cannot_be_used_is_refused(checking_api: FlaskClient, data: Any, words: str) -> None:
    answer = send_font(checking_api, data())
    assert answer.status_code == 400
    assert words in list_errors(answer)["file"]


def export(api: FlaskClient, name: str = "asha") -> bytes:
    answer = api.get(f"/brands/{name}/export")
    assert (answer.status_code, answer.content_type) == (200, "application/zip")
    return bytes(answer.data)


def bring(api: FlaskClient, data: bytes, **body: Any) -> Any:
    upload_id = send(api, data, filename="asha.brand.zip")
    assert api.post(f"/uploads/{upload_id}/complete").get_json()["kind"] == "brand"
    return api.post("/brands/import", data=json.dumps({"upload": upload_id, **body}))


def test_a_brand_is_exported_and_imported_as_one_file(checking_api: FlaskClient, tmp_path: Path) -> None:
    put(checking_api, make_fields(tmp_path))
    data = export(checking_api)
    assert export(checking_api) == data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "brand.json"
        assert len(archive.namelist()) == 4
        assert not {"owner", "created_at"} & json.loads(archive.read("brand.json")).keys()
    assert "already" in bring(checking_api, data).get_json()["detail"]
    copied = bring(checking_api, data, name="copy")
    assert copied.status_code == 201
    assert bring(checking_api, data, name="copy", replace=True).status_code == 200
    looks = []
    for name in ("asha", "copy"):
        job_id = order(checking_api, brand=name).get_json()["job_id"]
        looks.append(bootstrap.services().jobs.get(job_id).requested_plan.brand_look)
    assert looks[0]
    assert looks[1]
    assert looks[0].describe() == looks[1].describe()
    facts, others = read_archive(export(checking_api, "copy"))
    assert ({**facts, "name": "asha"}, others) == read_archive(data)


def read_archive(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the facts of an exported brand, and its files by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        facts = json.loads(archive.read("brand.json"))
        return facts, {name: archive.read(name) for name in archive.namelist()[1:]}


def rewrite(data: bytes, **changes: Any) -> bytes:
    """Return the archive with other facts, or with the change ``spoil`` of a file."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "brand.json":
                content = json.dumps({**json.loads(content), **changes}).encode()
            elif "spoil" in changes:
                content = content[:-1] + b"?"
            if name == changes.get("leave_out"):
                continue
            new.writestr(name, content)
    return out.getvalue()


def test_a_file_that_is_no_brand_of_this_version_is_refused(checking_api: FlaskClient, tmp_path: Path) -> None:
    put(checking_api, make_fields(tmp_path))
    data = export(checking_api)
    newer = bring(checking_api, rewrite(data, schema=99), name="new")
    assert "asha.brand.zip was made by a newer version of Sutradhar" in list_errors(newer)["upload"]
    unknown = bring(checking_api, rewrite(data, fields={"hologram": True}), name="new")
    assert "is not a field of a brand" in list_errors(unknown)["fields.hologram"]
    assert "has a changed files/" in list_errors(bring(checking_api, rewrite(data, spoil=True), name="new"))["upload"]
    first = zipfile.ZipFile(io.BytesIO(data)).namelist()[1]
    assert "lacks files/" in list_errors(bring(checking_api, rewrite(data, leave_out=first), name="new"))["upload"]
    assert checking_api.get("/brands/new").status_code == 404
    image = send(checking_api, read_noto(), filename="brush.ttf")
    checking_api.post(f"/uploads/{image}/complete")
    wrong = checking_api.post("/brands/import", data=json.dumps({"upload": image}))
    assert "brush.ttf is a font" in list_errors(wrong)["upload"]


@pytest.mark.parametrize("word", ["import", "check", "quota"])
def test_a_word_of_the_api_names_no_brand(api: FlaskClient, word: str) -> None:
    assert api.put(f"/brands/{word}", data="{}").status_code in (404, 405)
    refused = api.post("/render", data=json.dumps({"topic": "Tea", "brand": word}))
    assert (refused.status_code, word in refused.get_json()["errors"][0]["message"]) == (400, True)
