import io
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gpu_renderer.image.upscale import check_upscaler, enlargement_factor, upscale_stills
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.core.errors import NotInstalled, RenderError
from sutradhar.domain.video.render_settings import Upscaler
from sutradhar.domain.video.timeline import Timeline
from tests.media.timelines import HOLD, ZOOM_IN, make_timeline, photo, png


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobStore:
    return FileBlobStore(tmp_path / "blobs")


def upscale(
    blobs: FileBlobStore, tmp_path: Path, upscaler: Upscaler, small: NDArray[np.uint8]
) -> tuple[Timeline, Timeline]:
    timeline = make_timeline(blobs, images=[png(small)], bodies=(10,), camera=HOLD)
    return timeline, upscale_stills(timeline, upscaler, blobs, tmp_path, threading.Event())


def test_a_small_image_is_brought_to_the_videos_size_once(blobs: FileBlobStore, tmp_path: Path) -> None:
    small = photo(1, 160, 90)
    before, after = upscale(blobs, tmp_path, "zscale", small)
    clip = after.clips[0]
    large = Image.open(io.BytesIO(blobs.get(clip.media.blob)))
    assert large.size == (320, 180)
    assert clip.media.sha256 != before.clips[0].media.sha256
    again = np.asarray(large.resize((160, 90), Image.Resampling.BOX), np.float32)
    assert np.abs(again - small).mean() < 6
    modified = blobs.fetch(clip.media.blob, tmp_path).stat().st_mtime_ns
    assert upscale_stills(before, "zscale", blobs, tmp_path, threading.Event()) == after
    assert blobs.fetch(clip.media.blob, tmp_path).stat().st_mtime_ns == modified


def test_an_image_that_is_large_enough_is_left_alone_and_a_broken_one_named(
    blobs: FileBlobStore, tmp_path: Path
) -> None:
    before, after = upscale(blobs, tmp_path, "zscale", photo(1, 320, 200))
    assert after == before
    timeline = make_timeline(blobs, images=[b"broken"], bodies=(10,))
    with pytest.raises(RenderError, match="the image of scene 1 cannot be used"):
        upscale_stills(timeline, "zscale", blobs, tmp_path, threading.Event())


def test_a_zoom_needs_more(blobs: FileBlobStore) -> None:
    clip = make_timeline(blobs, bodies=(10,), camera=ZOOM_IN).clips[0]
    timeline = make_timeline(blobs, bodies=(10,), camera=ZOOM_IN)
    assert enlargement_factor(clip, timeline, 320, 180) == pytest.approx(1.2)
    assert enlargement_factor(clip, timeline, 384, 2000) == pytest.approx(1.0)


def test_real_esrgan_must_be_there_and_is_started_as_its_manual_says(
    blobs: FileBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotInstalled, match="realesrgan-ncnn-vulkan") as caught:
        check_upscaler("realesrgan")
    assert "UPSCALE=zscale" in caught.value.advice
    program = tmp_path / "bin" / "realesrgan-ncnn-vulkan"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$@" > "$0.said"\ncp "$2" "$4"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    _, after = upscale(blobs, tmp_path, "realesrgan", photo(1, 160, 90))
    arguments = (tmp_path / "bin" / "realesrgan-ncnn-vulkan.said").read_text().split()
    assert arguments[0::2] == ["-i", "-o", "-n", "-s", "-f"]
    assert arguments[5:] == ["realesrgan-x4plus", "-s", "4", "-f", "png"]
    assert after.clips[0].media.blob.startswith("upscaled/realesrgan-320x180-")
