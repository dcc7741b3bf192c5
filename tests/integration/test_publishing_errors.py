"""Errors of ours while a publication is worked on: its owner sees one, and it ends, in place of an endless repeat."""

from typing import Any

import pytest

from sutradhar.destinations.folder import FolderDestination
from sutradhar.pipeline.publishing.store import get_publication
from tests.integration.publisher import Publisher


def test_an_error_of_ours_is_told_and_the_publication_ends(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: Any) -> None:
        raise KeyError("a fault of ours")

    publisher.end_render()
    publication = publisher.order(minutes=0)
    with monkeypatch.context() as context:
        context.setattr(FolderDestination, "upload", break_down)
        with pytest.raises(KeyError):
            publisher.tick()
        after = get_publication(publisher.services, publication.id)
        assert after.failure is not None
        assert (after.state, after.failure.cause) == (
            "scheduled",
            "an error of this system stopped the work: KeyError",
        )
    publisher.tick(1)
    assert (publisher.state(publication), len(publisher.list_published())) == ("published", 1)


def test_an_error_that_stays_ends_a_day_after_the_time(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*arguments: Any) -> None:
        arguments[2].start_upload()
        raise KeyError("a fault of ours")

    publisher.end_render()
    publication = publisher.order(minutes=0)
    monkeypatch.setattr(FolderDestination, "upload", break_down)
    for minutes in (0, 25 * 60):
        with pytest.raises(KeyError):
            publisher.tick(minutes)
    assert publisher.state(publication) == "failed"


def test_a_publication_to_a_destination_that_is_gone_fails(publisher: Publisher) -> None:
    publisher.end_render()
    publication = publisher.order(minutes=0)
    del publisher.services.providers.destinations["folder"]  # type: ignore[attr-defined] # a dict of the fake
    publisher.tick()
    after = get_publication(publisher.services, publication.id)
    assert after.failure is not None
    assert (after.state, after.failure.reason) == ("failed", "rejected")
    assert "no destination folder any more" in after.failure.cause
