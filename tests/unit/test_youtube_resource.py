"""The resource of a video has what YouTube takes, and an update keeps what it does not change."""

import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, get_args

import pytest

from sutradhar.destinations.youtube.resource import (
    MAX_SIZE,
    SNIPPET_FIELDS,
    STATUS_FIELDS,
    change_resource,
    check_size,
    find_tag,
    list_problems,
    make_resource,
)
from sutradhar.domain.language.tags import LANGUAGES
from sutradhar.domain.plan.publication import Privacy
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.pipeline.publishing.store import make_marker
from sutradhar.ports.publishing import LocalizedWords, Package, PublishError
from tests.youtube_answers import find_error

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
READ_ONLY = {
    "VideoSnippet": {"channelId", "channelTitle", "liveBroadcastContent", "localized", "publishedAt", "thumbnails"},
    "VideoStatus": {"failureReason", "madeForKids", "rejectionReason", "uploadStatus"},
}
"""developers.google.com/youtube/v3/docs/videos/update, which lists the fields that it writes."""


def make_package(details: PublicationDetails, hours: float = 1, **changes: Any) -> Package:
    facts: dict[str, Any] = {
        "publication_id": "p",
        "job_id": "j",
        "marker": make_marker("j", "youtube"),
        "details": details,
        "description": details.description,
        "publish_at": NOW + timedelta(hours=hours),
        "created_at": NOW,
        "may_exist": False,
        "video": "v.mp4",
        "video_size": 1,
        "duration_sec": 1.0,
        "width": 16,
        "height": 9,
        "language": "hi",
        "thumbnail": "t.png",
        "summary": "s",
        "provenance": "p",
        "captions": (),
        "has_synthetic_media": True,
        "metadata": {},
    }
    return Package(**{**facts, **changes})


def read_schemas() -> Any:
    """Return the schemas of the API description inside the installed client."""
    text = (files("googleapiclient") / "discovery_cache/documents/youtube.v3.json").read_text("utf-8")
    return json.loads(text)


def test_an_update_writes_back_every_field_that_the_api_has() -> None:
    """A new version of the client shows here that the API has a new field."""
    schemas = read_schemas()["schemas"]
    for name, fields in (("VideoSnippet", SNIPPET_FIELDS), ("VideoStatus", STATUS_FIELDS)):
        assert set(schemas[name]["properties"]) - READ_ONLY[name] == set(fields)


def test_the_limits_are_those_of_the_api_description() -> None:
    api = read_schemas()
    assert int(api["resources"]["videos"]["methods"]["insert"]["mediaUpload"]["maxSize"]) == MAX_SIZE
    thumbnails = api["resources"]["thumbnails"]["methods"]["set"]["mediaUpload"]
    assert {"image/jpeg", "image/png"} <= set(thumbnails["accept"])
    assert int(thumbnails["maxSize"]) >= 2_000_000  # domain/video/thumbnail_size.py MAX_BYTES
    assert "shortsAspectRatio" in api["schemas"]["ThumbnailDetails"]["properties"]


@pytest.mark.parametrize("privacy", get_args(Privacy))
@pytest.mark.parametrize("hours", [-1, 1])
def test_the_privacy_is_always_sent_and_a_time_only_with_private(privacy: Privacy, hours: int) -> None:
    package = make_package(PublicationDetails(title="Tea", privacy=privacy), hours)
    for resource in (
        make_resource(package, NOW),
        change_resource({"id": "x", "snippet": {}, "status": {}}, package, NOW),
    ):
        status = resource["status"]
        assert status["privacyStatus"] == ("private" if hours > 0 else privacy)
        assert ("publishAt" in status) == (privacy == "public" and hours > 0)
        assert status["selfDeclaredMadeForKids"] is False
        assert status["containsSyntheticMedia"] is True
        assert find_error(resource) is None


def test_an_update_keeps_what_its_owner_changed_in_youtube_studio() -> None:
    stored = {
        "id": "x",
        "snippet": {"title": "old", "channelId": "c", "thumbnails": {}, "defaultLanguage": "en"},
        "status": {
            "uploadStatus": "processed",
            "license": "creativeCommon",
            "embeddable": False,
            "publicStatsViewable": False,
            "publishAt": "2026-11-27T11:00:00Z",
        },
    }
    changed = change_resource(stored, make_package(PublicationDetails(title="new"), hours=-1), NOW)
    assert changed["snippet"]["title"] == "new"
    assert {"channelId", "thumbnails"}.isdisjoint(changed["snippet"])
    assert changed["status"] == {
        "license": "creativeCommon",
        "embeddable": False,
        "publicStatsViewable": False,
        "privacyStatus": "public",
        "selfDeclaredMadeForKids": False,
        "containsSyntheticMedia": True,
    }


def test_the_languages_of_plans_have_the_tags_of_youtube() -> None:
    """i18nLanguages.list names Chinese by region, and has no Sanskrit."""
    other = {language: find_tag(language) for language in LANGUAGES if find_tag(language) != language}
    assert other == {"zh": "zh-CN", "sa": ""}
    snippet = make_resource(make_package(PublicationDetails(title="Tea"), language="sa"), NOW)["snippet"]
    assert {"defaultLanguage", "defaultAudioLanguage"}.isdisjoint(snippet)
    snippet = make_resource(make_package(PublicationDetails(title="Tea")), NOW)["snippet"]
    assert (snippet["defaultLanguage"], snippet["defaultAudioLanguage"]) == ("hi", "hi")


def test_titles_in_other_languages_are_sent_and_those_of_the_owner_stay() -> None:
    words = {"ta": LocalizedWords("தேநீர்", "கதை"), "zh": LocalizedWords("茶", "")}
    package = make_package(PublicationDetails(title="चाय"), localizations=words)
    sent = {"ta": {"title": "தேநீர்", "description": "கதை"}, "zh-CN": {"title": "茶", "description": ""}}
    assert make_resource(package, NOW)["localizations"] == sent
    stored = {"id": "x", "snippet": {}, "status": {}, "localizations": {"fr": {"title": "Thé"}, "ta": {"title": "old"}}}
    assert change_resource(stored, package, NOW)["localizations"] == {"fr": {"title": "Thé"}, **sent}
    plain = make_package(PublicationDetails(title="चाय"))
    assert "localizations" not in make_resource(plain, NOW)
    assert "localizations" not in change_resource(stored, plain, NOW)


@pytest.mark.parametrize("tag", ["x" * 13, "two words xxx", "चाय"])
def test_tags_that_pass_fit_together_with_the_marker(tag: str) -> None:
    """The longest list that is taken is one that YouTube takes, and one more is refused here."""
    tags: tuple[str, ...] = ()
    while not list_problems(PublicationDetails(title="Tea", tags=(*tags, tag))) and len(tags) < 59:
        tags = (*tags, tag)
    details = PublicationDetails(title="Tea", tags=tags)
    assert find_error(make_resource(make_package(details), NOW)) is None
    assert len(tags) > 25


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "a < b"}, "title"),
        ({"description": "a > b"}, "description"),
        ({"description": "चाय" * 600}, "description"),
        ({"tags": ("a<b",)}, "tags"),
        ({"tags": ("x" * 99,) * 5}, "tags"),
    ],
)
def test_what_youtube_would_refuse_is_named_before_the_upload(changes: dict[str, Any], field: str) -> None:
    details = PublicationDetails(**{"title": "Tea", **changes})
    assert [problem.path for problem in list_problems(details)] == [field]
    assert find_error(make_resource(make_package(details), NOW)) or field == "tags"


@pytest.mark.parametrize("changes", [{"video_size": MAX_SIZE + 1}, {"duration_sec": 12 * 3600 + 1.0}])
def test_a_video_that_is_too_large_is_refused_before_a_byte_is_sent(changes: dict[str, Any]) -> None:
    details = PublicationDetails(title="Tea")
    check_size(make_package(details, video_size=MAX_SIZE, duration_sec=12 * 3600.0))
    with pytest.raises(PublishError) as caught:
        check_size(make_package(details, **changes))
    assert caught.value.failure.reason == "video_too_large"
