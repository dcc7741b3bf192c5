"""A song is read in the order of time, and again, as its decoded file."""

import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_renderer.audio.audio_stream import AudioStream
from gpu_renderer.core.ffmpeg_process import Cancelled
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.core.errors import RenderError
from sutradhar.media.audio import decode_audio
from tests.media.audio_timeline import NEVER, RATE, Samples
from tests.media.ffmpeg import run_ffmpeg


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> tuple[FileBlobStore, Samples]:
    """Return a store with a song of 3 s in another rate, and its samples at 48 kHz."""
    root = tmp_path_factory.mktemp("stream")
    run_ffmpeg("-f", "lavfi", "-i", "anoisesrc=d=3:r=44100:seed=2", "-ac", "2", root / "song.mp3")
    blobs = FileBlobStore(root / "blobs")
    blobs.put("song", (root / "song.mp3").read_bytes())
    return blobs, np.concatenate(list(decode_audio(root / "song.mp3"))).astype(np.float64)


def open_stream(blobs: FileBlobStore, start: int, samples: int, cancel: threading.Event = NEVER) -> AudioStream:
    return AudioStream(blobs, "song", start, samples, Path("unused"), "the song", cancel)


@settings(max_examples=20, deadline=None)
@given(
    start=st.integers(0, RATE),
    reads=st.lists(st.tuples(st.integers(0, 2 * RATE), st.integers(0, RATE)), min_size=1, max_size=4),
)
def test_every_part_is_that_of_the_file(
    song: tuple[FileBlobStore, Samples], start: int, reads: list[tuple[int, int]]
) -> None:
    blobs, expected = song
    length = 2 * RATE - 999
    kept = np.pad(expected[start : start + length], ((0, 3 * RATE), (0, 0)))
    with open_stream(blobs, start, length) as stream:
        for at, count in reads:
            np.testing.assert_allclose(stream.read(at, count), kept[at : at + count], atol=1e-7)


def test_a_little_that_is_missing_is_silent_and_more_is_an_error(song: tuple[FileBlobStore, Samples]) -> None:
    blobs, expected = song
    with open_stream(blobs, 0, len(expected) + 1000) as stream:
        assert not stream.read(len(expected), 1000).any()
    with open_stream(blobs, 0, len(expected) + RATE) as stream, pytest.raises(RenderError, match="the timeline says"):
        stream.levels()


def test_it_stops_when_the_render_is_cancelled(song: tuple[FileBlobStore, Samples]) -> None:
    cancel = threading.Event()
    cancel.set()
    with open_stream(song[0], 0, RATE, cancel) as stream, pytest.raises(Cancelled):
        stream.read(0, RATE)
