"""Orders and calendars that no careful caller sends: times at the ends of the calendar, words that nothing shows."""

import pytest

from tests.functions.test_publications import Call, call, folder

__all__ = ["call", "folder"]  # fixtures


@pytest.mark.parametrize(
    "time", ["9999-12-31T23:59Z", "0001-01-01T00:00Z", "0001-01-01T00:00+14:00", "9999-12-31T23:59", "9000-01-02T00:00"]
)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York"])
def test_a_time_beyond_the_calendar_is_refused_and_nothing_is_stored(call: Call, time: str, zone: str) -> None:
    body = {"destination": "folder", "iso_datetime": time, "timezone": zone}
    status, answer = call("POST", "/publish/job-1/schedule", body)
    assert (status, [error["path"] for error in answer["errors"]]) == (400, ["iso_datetime"])
    assert "between the years 1900 and 9000" in answer["detail"]
    assert call("GET", "/publish/job-1")[0] == 404


@pytest.mark.parametrize(
    ("query", "path", "words"),
    [
        ("from=9999-12-31", "from", "between the years"),
        ("to=9999-12-31", "to", "between the years"),
        ("from=0001-01-01", "from", "between the years"),
        ("from=2100-12-31&to=2100-12-01", "to", "later than the start"),
        ("from=2100-12-01T10:00Z&to=2100-12-01T10:00Z", "to", "later than the start"),
        ("to=2020-01-01", "to", "later than the start"),
    ],
)
def test_a_calendar_without_any_time_names_the_field(call: Call, query: str, path: str, words: str) -> None:
    status, answer = call("GET", f"/publish?{query}")
    assert (status, [error["path"] for error in answer["errors"]]) == (400, [path])
    assert words in answer["detail"]


@pytest.mark.parametrize(
    ("zone", "time", "answer"),
    [
        ("America/Santiago", "2027-09-05T00:30", "give 2027-09-05T01:30:00"),  # the day has no midnight
        ("Australia/Lord_Howe", "2027-10-03T02:15", "give 2027-10-03T02:45:00"),  # half an hour is left out
        ("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45:00Z"),  # and occurs twice
        ("Pacific/Kiritimati", "2028-02-29T00:00", "2028-02-28T10:00:00Z"),
        ("Asia/Kathmandu", "2100-W01-1T10", "2100-01-04T04:15:00Z"),
    ],
)
def test_the_local_time_is_that_of_the_zone(call: Call, zone: str, time: str, answer: str) -> None:
    body = {"destination": "folder", "iso_datetime": time, "timezone": zone}
    status, publication = call("POST", "/publish/job-1/schedule", body)
    assert answer in (publication["detail"] if status == 400 else publication["publish_at"])


@pytest.mark.parametrize("unseen", ["", "  ", "\u200b", "\u202e\u2066", "\u3000"])
def test_a_title_or_a_tag_that_shows_nothing_is_refused(call: Call, unseen: str) -> None:
    words = {"title": unseen, "tags": ["tea", unseen]}
    status, answer = call("POST", "/publish/job-1", {"destination": "folder", **words})
    message = "must have a character that can be seen"
    assert (status, answer["errors"]) == (
        400,
        [{"path": "title", "message": message}, {"path": "tags[1]", "message": message}],
    )


def test_a_description_that_is_too_long_in_bytes_is_refused_at_the_order_and_at_a_change(call: Call) -> None:
    later = {"destination": "folder", "iso_datetime": "2100-01-01T00:00"}
    for words, status in (({"description": "क" * 1667}, 400), ({"description": "क" * 1600}, 201)):
        answered, answer = call("POST", "/publish/job-1/schedule", {**later, **words})
        assert answered == status, answer
    refused, problem = call("PATCH", f"/publications/{answer['id']}", {"description": "क" * 1667})
    assert (refused, [error["path"] for error in problem["errors"]]) == (400, ["description"])
    assert "has 5001 bytes, and 5000 are allowed" in problem["detail"]
    assert call("GET", f"/publications/{answer['id']}")[1] == answer


def test_each_word_can_be_changed_alone_and_is_shown(call: Call) -> None:
    words = {"title": "Tea", "description": "Words.", "tags": ["tea"], "privacy": "unlisted", "category": "27"}
    more = {"made_for_kids": True, "synthetic_media": True, "priority": 5}
    body = {"destination": "folder", "iso_datetime": "2100-06-01T00:00", **words, **more}
    stored = call("POST", "/publish/job-1/schedule", body)[1]
    assert {name: stored[name] for name in (*words, *more)} == {**words, **more}
    changes = {
        "title": "Green tea",
        "description": "",
        "tags": ["a,b", '"quoted"', "two words"],
        "privacy": "private",
        "category": "10",
        "made_for_kids": False,
        "synthetic_media": None,
        "priority": -100,
        "iso_datetime": "2100-06-02T00:00",
        "timezone": "Asia/Tokyo",
    }
    told_by = {"iso_datetime": {"publish_at", "local_time"}, "timezone": {"timezone", "local_time"}}
    for name, value in changes.items():
        status, changed = call("PATCH", f"/publications/{stored['id']}", {name: value})
        different = {field for field in changed if changed[field] != stored[field]} - {"updated_at"}
        assert (status, different) == (200, told_by.get(name, {name}))
        stored = changed
