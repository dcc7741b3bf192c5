"""Stored records: numbers are written and read, renames reach every part, and other versions are refused clearly."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import NewerRecord, UnreadableRecord
from sutradhar.domain.core.record import History, Record, keep_fields, remove, rename
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.messages import PlanRender, decode_message


class Wheel(Frozen):
    inches: int


class Bell(Record):
    history = History("bell", keep_fields, rename("ring", "chime"))
    chime: str


def refuse_steam(fields: dict[str, Any]) -> dict[str, Any]:
    if "boiler" in fields:
        raise ValueError("a boiler cannot become anything")
    return fields


class Bicycle(Record):
    history = History(
        "bicycle",
        keep_fields,
        rename("colour", "paint"),
        rename("size", "inches", within="wheels.*"),
        rename("size", "inches", within="spares.*"),
        remove("basket"),
        refuse_steam,
    )
    paint: str
    wheels: tuple[Wheel, ...] = ()
    spares: Mapping[str, Wheel] = {}
    bell: Bell | None = None


TODAY = Bicycle(paint="red", wheels=(Wheel(inches=28),), spares={"rear": Wheel(inches=26)}, bell=Bell(chime="ding"))


def test_the_first_version_becomes_todays() -> None:
    first = {
        "colour": "red",
        "wheels": [{"size": 28}],
        "spares": {"rear": {"size": 26}},
        "bell": {"ring": "ding"},
        "basket": True,
    }
    assert Bicycle.from_record(json.dumps(first)) == TODAY
    assert Bicycle.from_record(json.dumps({"schema": 1, **first})) == TODAY


def test_each_record_has_its_own_number() -> None:
    stored = json.loads(TODAY.to_record())
    assert (stored["schema"], stored["bell"]["schema"], "schema" in stored["wheels"][0]) == (6, 2, False)
    assert Bicycle.from_record(TODAY.to_record()) == TODAY
    stored["bell"] = {"schema": 1, "ring": "ding"}
    assert Bicycle.from_record(json.dumps(stored)) == TODAY


def test_steps_before_the_number_are_left_out() -> None:
    """A field that was named anew may later get the old name of another one."""
    with pytest.raises(UnreadableRecord):
        Bicycle.from_record(json.dumps({"schema": 2, "colour": "red"}))
    assert Bicycle.from_record(json.dumps({"schema": 2, "paint": "red"})) == Bicycle(paint="red")


@pytest.mark.parametrize("stored", [{"schema": 7, "paint": "red"}, {"paint": "red", "bell": {"schema": 3}}])
def test_a_newer_record_is_refused_in_one_sentence(stored: dict[str, Any]) -> None:
    with pytest.raises(NewerRecord, match=r"^a stored \w+ was written by a newer version of Sutradhar; install that"):
        Bicycle.from_record(json.dumps(stored))


@pytest.mark.parametrize(
    "stored", [{"colour": "red", "boiler": 1}, {"schema": "2", "paint": "red"}, {"schema": -1}, {"size": 3}, []]
)
def test_what_cannot_be_upgraded_says_how_to_drain_the_store(stored: Any) -> None:
    sentence = (
        "a stored bicycle was written by another version of Sutradhar: let that version finish its jobs (`sutradhar"
        " serve` until `sutradhar status` shows none in progress), then start this version again"
    )
    with pytest.raises(UnreadableRecord) as refused:
        Bicycle.from_record(json.dumps(stored))
    assert str(refused.value) == sentence


def test_only_stores_see_the_number() -> None:
    """Answers of the API, hashes of requests and plans of users have none, and none is accepted there."""
    assert "schema" not in TODAY.model_dump()
    assert "schema" not in json.loads(TODAY.model_dump_json())
    with pytest.raises(ValueError, match="schema"):
        Bicycle.model_validate({"schema": 6, "paint": "red"})


def test_messages_and_the_parts_of_a_job_are_records() -> None:
    assert json.loads(PlanRender(job_id="j").to_record()) == {"schema": 1, "type": "PlanRender", "job_id": "j"}
    assert decode_message('{"type": "PlanRender", "job_id": "j"}') == PlanRender(job_id="j")
    with pytest.raises(NewerRecord):
        decode_message('{"schema": 99, "type": "PlanRender", "job_id": "j"}')
    assert all(issubclass(kind, Record) for kind in (Job, Asset, AssetRequest))
