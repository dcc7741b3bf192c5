"""A song becomes an asset: its part, its beats and its words; it is heard once, and is deleted with its upload."""

import wave
from pathlib import Path
from typing import Any

import pytest

from sutradhar import bootstrap
from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset
from sutradhar.domain.assets.requests import UPLOAD_PROVIDER
from sutradhar.domain.assets.specs import SongSpec, cache_key
from sutradhar.domain.core.errors import FieldError, InvalidRequest, LeaseHeld, ProviderError
from sutradhar.pipeline.audio_cache import forget_listening
from sutradhar.pipeline.services import hold_lease
from sutradhar.pipeline.songs import store_song
from sutradhar.pipeline.upload_assets import delete_assets, find_assets
from sutradhar.pipeline.upload_deletion import erase_upload
from sutradhar.pipeline.upload_records import get_upload
from sutradhar.pipeline.uploads import import_file
from sutradhar.ports.stores import MAX_LEASE
from tests.fake_listener import FakeListener, replace_listener

LYRICS = "Row your boat\nGently down the stream\nMerrily"


@pytest.fixture
def ear(home: object, monkeypatch: pytest.MonkeyPatch) -> FakeListener:
    return replace_listener(monkeypatch)


@pytest.fixture
def song(ear: FakeListener, tmp_path: Path) -> str:
    """The upload of a song of 20 s."""
    with wave.open(str(tmp_path / "song.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes(120 + i % 16 for i in range(160_000)))
    return import_file(bootstrap.services(), tmp_path / "song.wav").id


def store(upload: str, **fields: Any) -> Asset:
    services = bootstrap.services()
    none: dict[str, Any] = {"start_sec": None, "end_sec": None, "best_sec": None, "lyrics": LYRICS, "language": "en"}
    spec = SongSpec(upload=upload, **(none | fields))
    key = cache_key(spec, UPLOAD_PROVIDER)
    with hold_lease(services, key, MAX_LEASE) as lease:
        asset = store_song(services, key, spec, lease)
    assert services.assets.get_many([key]) == {key: asset}
    return asset


def test_a_whole_song_keeps_all_its_words(song: str, ear: FakeListener) -> None:
    asset = store(song)
    assert asset.song
    assert (asset.samples, asset.song.start_sec, asset.alignment) == (20 * SAMPLE_RATE, 0, "speech")
    assert " ".join(word.text for word in asset.words) == LYRICS.replace("\n", " ")
    assert asset.song.line_ends == (2, 6, 7)
    assert asset.words[0].start == 1.0
    assert asset.notices == ("song.wav has a beat that never changes", "two words were guessed")
    assert bootstrap.services().blobs.size(asset.blob) == asset.size == 160_044


def test_a_part_of_a_song_has_times_of_its_own(song: str, ear: FakeListener) -> None:
    asset = store(song, start_sec=2.25, end_sec=8.25)
    assert asset.song
    assert asset.samples == 6 * SAMPLE_RATE
    assert [word.text for word in asset.words] == ["Gently", "down", "the", "stream", "Merrily"]
    assert (asset.words[0].start, asset.song.line_ends) == (0.25, (3, 4))
    assert asset.song.beats[:2] == (0.25, 0.75)
    assert asset.song.start_sec == 2.25
    assert "1 of 3 lines of the lyrics are sung outside the part and are not shown" in asset.notices
    best = store(song, best_sec=8.0)
    assert best.song
    assert 6.4 <= best.samples / SAMPLE_RATE <= 9.6
    assert (ear.analyzed, ear.aligned) == (1, 1)  # another part, or look, costs nothing


def test_a_song_without_lyrics_has_no_words(song: str, ear: FakeListener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sutradhar.providers.listening.listener.LocalListener.recognize_lyrics", lambda *_a: None)
    asset = store(song, lyrics="")
    assert asset.song
    assert (asset.words, asset.alignment, asset.song.line_ends, ear.aligned) == ((), None, (), 0)


def test_a_song_that_another_worker_hears_is_waited_for(song: str) -> None:
    services = bootstrap.services()
    name = f"listen-{get_upload(services, song).content_id}-analysis-1"
    with hold_lease(services, name, MAX_LEASE), pytest.raises(LeaseHeld):
        store(song)
    store(song)


def test_a_part_behind_the_end_and_a_song_that_is_gone_are_named(song: str) -> None:
    with pytest.raises(ProviderError, match=r"song\.wav cannot be used: it ends at 20\.0 s"):
        store(song, start_sec=19.0)
    erase_upload(bootstrap.services(), song)
    with pytest.raises(ProviderError, match="is no longer kept"):
        store(song)


def test_lyrics_that_cannot_be_read_fail_for_good(song: str) -> None:
    with pytest.raises(ProviderError, match="cannot draw") as failure:
        store(song, lyrics="เพลง\n")
    assert not failure.value.retryable


def test_assets_and_what_was_heard_go_with_the_upload(song: str) -> None:
    services = bootstrap.services()
    content_id = get_upload(services, song).content_id
    keys = {store(song).key, store(song, start_sec=1.0).key}
    assert {asset.key for asset in find_assets(services, song)} == keys
    erase_upload(services, song)
    for _ in range(2):  # a repeat deletes what is left
        delete_assets(services, song)
    assert services.assets.get_many(keys) == {}
    assert [*services.blobs.list("uploads/"), *services.blobs.list("assets/")] == []
    assert services.records.list_names("upload-assets/") == services.records.list_names("listening/") == []
    forget_listening(services, content_id)


def test_an_unreadable_file_fails_the_asset_for_good(song: str, ear: FakeListener) -> None:
    ear.fault = InvalidRequest([FieldError("file", "has no sound that could be decoded")])
    with pytest.raises(ProviderError, match="it has no sound that could be decoded") as failure:
        store(song)
    assert not failure.value.retryable
