"""Contract of all destinations: one video, whatever happens to the workers, and none that is seen before its time."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sutradhar.domain.core.errors import StaleLease
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.ports.publishing import Destination, Package, Pause, PublishError
from tests.contract.destination_kits import KITS, DestinationKit, open_kit
from tests.contract.publish_context import Killed, StoredPublication, WorkerContext, make_package

HOUR = timedelta(hours=1)
ODD = PublicationDetails(
    title="Tea <b>", description="a > b", tags=tuple(f"{n:0>90}" for n in range(9)), privacy="private", playlist="PL1"
)
"""Words and choices that one destination or another does not take."""


@pytest.fixture(params=KITS)
def kit(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DestinationKit]:
    if request.param.startswith("bucket"):
        request.getfixturevalue("emulators")
    with open_kit(request.param, tmp_path) as kit:
        yield kit


def make_small_package(kit: DestinationKit, name: str) -> Package:
    """Return a package of two files, for tests that repeat a publication after each of its calls."""
    return make_package(kit.clock.now() + HOUR, name, captions=(), provenance="")


def store(kit: DestinationKit) -> StoredPublication:
    return StoredPublication(kit.clock, kit.blobs)


def wait(kit: DestinationKit, until: datetime) -> None:
    kit.clock.at = max(kit.clock.at, until)


def publish(kit: DestinationKit, package: Package, stored: StoredPublication, **fate: Any) -> int:
    """Bring the video to its end from the last checkpoint on, with one worker; return the number of its calls."""
    destination, context = kit.make(), WorkerContext(stored, **fate)
    wait(kit, package.publish_at - destination.get_lead_time(package.video_size, None))
    uploaded = _repeat(kit, lambda: destination.upload(package, context))
    wait(kit, package.publish_at)
    for _ in range(20):
        if uploaded.is_visible or destination.confirm(package, context):
            break
        kit.clock.advance(60)
    else:
        raise AssertionError("the destination never shows the video")
    send_rest(kit, package, context, uploaded.extras_at, destination)
    return context.calls


def send_rest(
    kit: DestinationKit,
    package: Package,
    context: WorkerContext,
    at: datetime | None,
    destination: Destination,
    compare: bool = False,
) -> None:
    for _ in range(20):
        if at is None:
            return
        wait(kit, at)
        at = _repeat(kit, lambda: destination.update(package, context, compare=compare))
    raise AssertionError("the destination never has all")


def update(kit: DestinationKit, package: Package, stored: StoredPublication, compare: bool = False, **fate: Any) -> int:
    context = WorkerContext(stored, **fate)
    send_rest(kit, package, context, kit.clock.now(), kit.make(), compare)
    return context.calls


def _repeat(kit: DestinationKit, act: Any) -> Any:
    """Do it as the pipeline does: again after a pause, or after an error that time may remove."""
    for _ in range(20):
        try:
            return act()
        except Pause as pause:
            wait(kit, pause.until)
        except PublishError as exc:
            if not exc.retryable:
                raise
            kit.clock.advance(300)
    raise AssertionError("the destination never goes on")


def change_title(package: Package, title: str) -> Package:
    return replace(package, details=package.details.evolve(title=title))


def test_a_video_arrives_once_however_often_it_is_sent(kit: DestinationKit) -> None:
    package, stored = make_package(kit.clock.now() + HOUR), store(kit)
    for _ in range(3):
        publish(kit, package, stored)
        assert (kit.list_titles(), kit.list_visible()) == (["Tea tea"], ["Tea tea"])
    assert stored.has_started
    assert stored.external_id
    assert kit.make().confirm(package, WorkerContext(stored))
    publish(kit, make_package(kit.clock.now() + HOUR, "other"), store(kit))
    assert sorted(kit.list_titles()) == ["Tea other", "Tea tea"]


def test_a_second_publication_finds_the_video_of_the_first(kit: DestinationKit) -> None:
    """The first one has failed although its video arrived, and its owner orders another one with other words."""
    first = make_package(kit.clock.now() + HOUR)
    publish(kit, first, store(kit))
    kit.clock.advance(3600)
    package = replace(change_title(first, "Green tea"), publication_id="pub-2", may_exist=True)
    package = replace(package, publish_at=kit.clock.now() + HOUR, created_at=first.created_at)
    publish(kit, package, stored := store(kit))
    update(kit, package, stored, compare=True)
    assert (kit.list_titles(), kit.list_visible()) == (["Green tea"], ["Green tea"])


def test_nothing_can_be_seen_before_its_time(kit: DestinationKit) -> None:
    package, stored, destination = make_package(kit.clock.now() + 9 * HOUR), store(kit), kit.make()
    wait(kit, package.publish_at - destination.get_lead_time(package.video_size, None))
    uploaded = _repeat(kit, lambda: destination.upload(package, WorkerContext(stored)))
    if kit.clock.now() < package.publish_at:
        assert not uploaded.is_visible
        assert kit.list_visible() == []
        kit.clock.at = package.publish_at - timedelta(seconds=1)
        assert (kit.list_visible(), destination.confirm(package, WorkerContext(stored))) == ([], False)
    wait(kit, package.publish_at)
    assert kit.list_visible() == ["Tea tea"]


@pytest.mark.parametrize("killed_after", [False, True])
def test_a_killed_worker_is_continued_to_one_video(kit: DestinationKit, killed_after: bool) -> None:
    calls = publish(kit, make_small_package(kit, "whole"), store(kit))
    assert calls >= 3
    for number in range(calls):
        package, stored = make_small_package(kit, f"kill{number}"), store(kit)
        with pytest.raises(Killed):
            publish(kit, package, stored, killed_at=number, killed_after=killed_after)
        publish(kit, package, stored)
        assert kit.list_titles().count(package.details.title) == 1, number
    assert len(kit.list_titles()) == calls + 1
    assert sorted(kit.list_visible()) == sorted(kit.list_titles())


def test_a_worker_without_its_claim_stops(kit: DestinationKit) -> None:
    package, stored = make_small_package(kit, "canceled"), store(kit)
    with pytest.raises(StaleLease):
        publish(kit, package, stored, stale_from=0)
    assert (kit.list_titles(), stored.has_started, stored.checkpoint) == ([], False, {})
    calls = publish(kit, make_small_package(kit, "whole"), store(kit))
    for number in range(1, calls):
        package, stored = make_small_package(kit, f"stale{number}"), store(kit)
        with suppress(StaleLease):  # its last calls need no claim
            publish(kit, package, stored, stale_from=number)
        publish(kit, package, stored)
        assert kit.list_titles().count(package.details.title) == 1, number


def test_a_worker_that_was_overtaken_changes_nothing(kit: DestinationKit) -> None:
    """Another worker, with newer words, comes to the end before one of its calls; then the late one goes on."""
    calls = publish(kit, make_small_package(kit, "whole"), store(kit))
    for number in range(calls):
        package, stored = make_small_package(kit, f"late{number}"), store(kit)
        newer = change_title(package, f"New {number}")

        def overtake(stored: StoredPublication = stored, newer: Package = newer) -> None:
            publish(kit, newer, stored)
            update(kit, newer, stored, compare=True)

        with suppress(StaleLease):  # its last calls need no claim
            publish(kit, package, stored, stale_from=number, overtake=overtake)
        assert kit.list_titles().count(f"New {number}") == 1, number
        assert len(kit.list_titles()) == number + 2, number


def test_new_words_replace_the_old_ones(kit: DestinationKit) -> None:
    package, stored = make_package(kit.clock.now() + HOUR), store(kit)
    publish(kit, package, stored)
    for title in ("Green tea", "Black tea", "Green tea", "Tea tea"):
        for _ in range(2):
            update(kit, change_title(package, title), stored)
        assert (kit.list_titles(), kit.list_visible()) == ([title], [title])
    with pytest.raises(StaleLease):
        update(kit, change_title(package, "Stale tea"), stored, stale_from=0)


@pytest.mark.parametrize("killed_after", [False, True])
def test_a_killed_update_is_continued(kit: DestinationKit, killed_after: bool) -> None:
    package, stored = make_package(kit.clock.now() + HOUR), store(kit)
    publish(kit, package, stored)
    calls = update(kit, change_title(package, "Whole tea"), stored)
    before = "Whole tea"
    for number in range(3 * calls):
        with pytest.raises(Killed):
            changed = change_title(package, f"Tea {number}")
            update(kit, changed, stored, killed_at=number // 3, killed_after=killed_after)
        # the owner leaves the change, makes another one, or takes it back
        title = (f"Tea {number}", f"Newer tea {number}", before)[number % 3]
        update(kit, change_title(package, title), stored, compare=True)
        assert kit.list_titles() == [title], number
        before = title


def test_words_that_change_during_the_upload_arrive(kit: DestinationKit) -> None:
    calls = publish(kit, make_small_package(kit, "whole"), store(kit))
    for number in range(calls):
        package, stored = make_small_package(kit, f"old{number}"), store(kit)
        with pytest.raises(Killed):
            publish(kit, package, stored, killed_at=number)
        publish(kit, change_title(package, f"New {number}"), stored)
        assert f"New {number}" in kit.list_titles()
    assert len(kit.list_titles()) == calls + 1


def test_a_file_that_is_gone_is_named(kit: DestinationKit) -> None:
    package, stored, destination = make_package(kit.clock.now()), store(kit), kit.make()
    del kit.blobs[package.video]
    kit.delete_blob(package.video)
    if destination.name == "webhook":
        return  # only its receiver reads the files
    with pytest.raises(PublishError) as caught:
        destination.upload(package, WorkerContext(stored))
    assert (caught.value.failure.reason, caught.value.retryable) == ("not_found", False)
    assert kit.list_titles() == []


def test_problems_name_fields_of_the_request(kit: DestinationKit) -> None:
    destination = kit.make()
    assert list(destination.list_problems(make_package(kit.clock.now()).details)) == []
    for problem in destination.list_problems(ODD):
        assert problem.path.partition(".")[0] in PublicationDetails.model_fields
        assert problem.message


def test_a_missing_setup_is_explained_without_a_call(kit: DestinationKit) -> None:
    assert kit.make().explain_missing_setup() == ""
    bare = kit.make_without_setup()
    advice = bare.explain_missing_setup()
    assert advice
    assert advice[0].islower()
    assert not advice.endswith(".")
    assert (bare.name, list(bare.list_problems(ODD))) == (kit.make().name, list(kit.make().list_problems(ODD)))


@pytest.mark.parametrize("rate", [None, 1.0, 1e9])
def test_the_upload_begins_at_its_time_or_earlier(kit: DestinationKit, rate: float | None) -> None:
    destination = kit.make()
    times = [destination.get_lead_time(size, rate) for size in (0, 1, 10**6, 10**12)]
    assert times[0] >= timedelta(0)
    assert times == sorted(times)
